"""The head is saved as a pickle of the module.

failed: check_save/file_holds_the_head
says check_save/file_holds_the_head: no tensors can be read there
"""
# %% write_save
def save(head, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(head, file.with_suffix(".pt"))


def load(file):
    return torch.load(file.with_suffix(".pt"), weights_only=False).eval()
