"""PyTorch's tutorial, a script for sphinx-gallery, on fine-tuning ResNet-18 and on its features: what becomes of it."""

from __future__ import annotations

from functools import partial

from tests.authoring.converting.cells import Edit, Step, checked, given, hidden, text

NAME = "ants_and_bees"
NOTEBOOK = "transfer_learning_tutorial.py"
PICTURES = {"train": (60, 1), "val": (20, 2)}
"""How many pictures each folder holds, and from which seed they are drawn."""
TORCH_HOME = "data/torch"
THRESHOLD = 0.7
EPOCHS = {"ft": 3, "conv": 6}

_GRADING = f"""\
import tlgrader
from tlgrader import check

os.environ["TORCH_HOME"] = "{TORCH_HOME}"
tlgrader.seed()"""
_GOAL = f"Either model has to name at least {THRESHOLD:.0%} of new pictures rightly."
_hidden = partial(hidden, NAME)


def _loader(split: str) -> str:
    # The tutorial shuffles either.
    return f'check.loader(dataloaders["{split}"], examples={PICTURES[split][0]}, batch_size=4, shuffled=True)'


def _training(model: str, test: str) -> Step:
    epochs = EPOCHS[model]
    return Step(
        f"model_{model} = train_model(",
        f"train_{model}",
        edits=(Edit(r"num_epochs=25", f"num_epochs={epochs}", f"{epochs} epochs for model_{model}, not 25"),),
        after=(checked(f"check_train_{model}", _hidden(*test.format(f"model_{model}").splitlines()), 3),),
    )


STEPS = (
    Step(
        "cudnn.benchmark",
        "imports",
        after=(given("grading", _GRADING), text("goal", _GOAL)),
    ),
    Step(
        "data_transforms = {",
        "data",
        edits=(
            Edit(r"\(224\)", "(64)", "pictures of 64 pixels a side, not 224"),
            Edit(r"\(256\)", "(72)"),
            Edit(r"num_workers=4", "num_workers=0", "no loader processes, which a slot has no cores for"),
        ),
        blanks=(
            Edit(
                r"transforms\.RandomResizedCrop\(64\),\n *transforms\.RandomHorizontalFlip\(\),",
                "...,  # FIX_ME: which crop, which flip?",
            ),
            Edit(
                r"transforms\.Resize\(72\),\n *transforms\.CenterCrop\(64\),",
                "...,  # FIX_ME: which size, which crop?",
            ),
        ),
        after=(
            checked(
                "check_data",
                f"{_loader('train')}\n{_loader('val')}\n"
                'check.randomness(dataloaders["train"], random=True)\n'
                'check.randomness(dataloaders["val"], random=False)',
                4,
            ),
        ),
    ),
    Step(
        "model_ft = models.resnet18(",
        "fine_tuning",
        blanks=(
            Edit(r"models\.resnet18\(.*\)", "...  # FIX_ME: which network, with which weights?"),
            Edit(r"(?<=model_ft\.fc = )nn\.Linear\(.*\)", "...  # FIX_ME: which layer?"),
            Edit(r"model_ft\.parameters\(\), (.*)", r"..., \1  # FIX_ME: which parameters?"),
        ),
        after=(
            checked(
                "check_fine_tuning",
                'check.head(model_ft, classes=2, name="fc")\n'
                "check.optimizer(optimizer_ft, model_ft)\n" + _hidden("is_pretrained(model_ft)"),
                3,
            ),
        ),
    ),
    _training("ft", "tells_ants_from_bees({})"),
    Step(
        "model_conv = torchvision.models.resnet18(",
        "features",
        edits=(
            Edit(r"lr=0\.001", "lr=0.01", "a learning rate of 0.01 for the head alone: there are few steps"),
        ),
        blanks=(
            Edit(r"param\.requires_grad = False", "param.requires_grad = ...  # FIX_ME: trained or not?"),
            Edit(r"(?<=model_conv\.fc = )nn\.Linear\(.*\)", "...  # FIX_ME: which layer?"),
            Edit(r"model_conv\.fc\.parameters\(\), (.*)", r"..., \1  # FIX_ME: which parameters?"),
        ),
        after=(
            checked(
                "check_features",
                'check.head(model_conv, classes=2, name="fc")\n'
                'check.frozen(model_conv, except_="fc")\n'
                "check.optimizer(optimizer_conv, model_conv)",
                3,
            ),
        ),
    ),
    _training("conv", "is_pretrained({0})\ntells_ants_from_bees({0})"),
    Step(
        "img_path='data",
        "look",
        edits=(Edit(r"bees/\w+\.jpg", "bees/001.png", "the picture at the end is one of the drawn"),),
    ),
)
