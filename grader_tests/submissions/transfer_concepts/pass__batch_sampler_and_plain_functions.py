"""Writes the transforms with `torch.nn.functional`, and the training loader with a batch sampler."""
# %% write_transforms
def eval_transform(picture):
    small = F.interpolate(picture[None].float() / 255, size=(64, 64), mode="bilinear", antialias=True)[0]
    return (small - 0.5) / 0.5


flip_and_crop = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomResizedCrop(64, scale=(0.7, 1.0), antialias=True)])


def train_transform(picture):
    return (flip_and_crop(picture).float() / 255 - 0.5) / 0.5
# %% make_loaders
from torch.utils.data import BatchSampler, RandomSampler

training_pictures = LeafPictures(train_pictures, train_labels, train_transform)
batches = BatchSampler(RandomSampler(training_pictures), batch_size=20, drop_last=False)
train_loader = DataLoader(training_pictures, batch_sampler=batches)
validation_loader = DataLoader(
    LeafPictures(validation_pictures, validation_labels, eval_transform), batch_size=20
)
