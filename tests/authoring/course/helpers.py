"""The file that lies beside the notebook: data and a LightningModule, as the course has them."""

import lightning as L
import torch
import torchvision
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Dark and bright images, shape (count, 3, 32, 32), and their labels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    images = 0.1 * torch.randn(count, 3, 32, 32, generator=generator)
    return images + (2.0 * labels - 1).view(-1, 1, 1, 1), labels


def make_loaders() -> tuple[DataLoader, DataLoader]:
    """Loaders for training and validation."""
    train, validation = (TensorDataset(*make_images(count, seed)) for count, seed in ((48, 0), (16, 1)))
    return DataLoader(train, batch_size=8, shuffle=True), DataLoader(validation, batch_size=16)


def load_model(name: str) -> nn.Module:
    """A torchvision model by name, with random weights, so that no network is needed.

    Its batch-norm statistics are those of the training images: without any, random features vanish.
    """
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches, which are one
    with torch.no_grad():
        model.train()(make_images(48, seed=0)[0])
    return model.eval()


class LitClassifier(L.LightningModule):
    """A classifier that trains what is trainable."""

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        super().__init__()
        self.model, self.learning_rate = model, learning_rate

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.model(images)

    def on_train_epoch_start(self) -> None:
        self.model.features.eval()  # batch-norm statistics are part of what is frozen

    def training_step(self, batch, _):
        return nn.functional.cross_entropy(self(batch[0]), batch[1])

    def configure_optimizers(self):
        return torch.optim.Adam((p for p in self.parameters() if p.requires_grad), self.learning_rate)
