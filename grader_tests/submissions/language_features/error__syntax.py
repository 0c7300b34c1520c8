"""A bracket is missing in the cell of `save` and `load`.

failed: check_save/file_holds_the_head, check_save/loads_another_head
"""
# %% write_save
def save(head, file):
    save_file(head.state_dict(, file)


def load(file):
    return nn.Sequential(nn.Dropout(0.5), nn.Linear(384, 2))
