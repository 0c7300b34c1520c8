"""`save` writes the head from before its training, and `load` reads what is there.

failed: check_save/file_holds_the_head, check_save/loads_another_head
says check_save/file_holds_the_head: the numbers are another's
"""
# %% write_save
def save(head, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(nn.Sequential(nn.Dropout(0.5), nn.Linear(384, 2)).state_dict(), file)


def load(file):
    head = nn.Sequential(nn.Dropout(0.5), nn.Linear(384, 2))
    head.load_state_dict(load_file(file))
    return head.to(device).eval()
