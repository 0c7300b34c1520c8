"""`load` returns the head that the notebook has anyway.

failed: check_save/loads_another_head
says check_save/loads_another_head: it is the head itself
"""
# %% write_save
def save(head, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(head.state_dict(), file)


def load(file):
    return head
