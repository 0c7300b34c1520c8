"""The validation loader is made of training pictures: whatever is measured on them looks better than it is.

failed: check_make_loaders/holds_the_split#2
says check_make_loaders/holds_the_split#2: these are the examples of the other split
"""
# %% make_loaders
train_loader = DataLoader(LeafPictures(train_pictures, train_labels, train_transform), batch_size=20, shuffle=True)
validation_loader = DataLoader(LeafPictures(train_pictures[:50], train_labels[:50], eval_transform), batch_size=20)
