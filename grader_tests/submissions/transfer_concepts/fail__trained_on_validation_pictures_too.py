"""Half of the training loader's pictures are those of validation.

failed: check_make_loaders/holds_the_split
says check_make_loaders/holds_the_split: of all pictures and labels of this split, and of no others
"""
# %% make_loaders
pictures = torch.cat([train_pictures[:50], validation_pictures])
labels = torch.cat([train_labels[:50], validation_labels])
train_loader = DataLoader(LeafPictures(pictures, labels, train_transform), batch_size=20, shuffle=True)
validation_loader = DataLoader(LeafPictures(validation_pictures, validation_labels, eval_transform), batch_size=20)
