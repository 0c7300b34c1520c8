"""The first notebook, on fine-tuning EfficientNet-B0 with Lightning: which cell becomes what."""

from __future__ import annotations

from functools import partial

from tests.authoring.converting.cells import Edit, Step, checked, given, hidden, text
from tests.authoring.workshop.course.grader_tests.fine_tuning_workshop import CLASSES

NAME = "fine_tuning_workshop"
NOTEBOOK = "01_transfer_learning_fine_tuning.ipynb"
PICTURES = {"agri_net_train100": (60, 1), "agri_net_val": (20, 2), "agri_net_test": (20, 3)}
"""How many pictures each folder of ``data/`` holds, and from which seed they are drawn."""
THRESHOLD = 0.6
BATCH, EPOCHS = 8, 8

SIZES = Edit(r"224, 224", "64, 64", "pictures of 64 pixels a side, not 224")
_TRAIN_LOADER = f"examples={PICTURES['agri_net_train100'][0]}, batch_size={BATCH}, shuffled=True"
_VAL_LOADER = f"examples={PICTURES['agri_net_val'][0]}, batch_size={BATCH}, shuffled=False"
_LOGGER = Edit(
    r"TensorBoardLogger", "CSVLogger", "CSVLogger for TensorBoardLogger, whose package is not needed here"
)
_TRANSFORMS = """\
transforms.Resize((64, 64)),
transforms.RandomHorizontalFlip(p=0.5),
transforms.RandomVerticalFlip(p=0.5),
transforms.ToTensor(),
transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),"""


_hidden = partial(hidden, NAME)


STEPS = (
    Step(
        "import helpers",
        "imports",
        after=(
            given("grading", "import tlgrader\nfrom tlgrader import check\n\ntlgrader.seed()"),
            text(
                "goal",
                f"At the end, the fine-tuned network has to name at least {THRESHOLD:.0%} of pictures that it has "
                "never seen. Train pictures are resized to 64 pixels a side, as the others are.",
            ),
        ),
    ),
    Step(
        "data_path =",
        "data",
        edits=(
            Edit(
                r"(?m)^data_path = Path\(.*\)",
                'data_path = Path("data").resolve()',
                "pictures that are drawn, in a folder beside the notebook, for the AgriNet data set",
            ),
        ),
    ),
    Step(
        "categories_to_include = [",
        "categories",
        edits=(
            Edit(
                r"(?s)categories_to_include = \[.*?\]",
                f"categories_to_include = {list(CLASSES)!r}",
                f"{len(CLASSES)} classes that are given: hidden pictures are of the same",
            ),
        ),
    ),
    Step(
        "num_workers =",
        "workers",
        edits=(
            Edit(
                r"num_workers = None", "num_workers = 0", "no loader processes, which a slot has no cores for"
            ),
        ),
    ),
    Step(
        "data_transforms = {",
        "transforms",
        edits=(
            SIZES,
            Edit(
                r"batch_size = 32",
                f"batch_size = {BATCH}",
                f"batches of {BATCH}, since there are few pictures",
            ),
        ),
        answers=(_TRANSFORMS,),
        after=(
            checked(
                "check_transforms",
                f'check.loader(dataloaders["train"], {_TRAIN_LOADER})\n'
                'check.randomness(dataloaders["train"], random=True)\n'
                'check.randomness(dataloaders["val"], random=False)',
                3,
            ),
        ),
    ),
    Step("efficientnet_b0(weights=None)", "random_weights"),
    Step(
        "\nepochs =",
        "hyperparameters",
        edits=(Edit(r"epochs = 10", f"epochs = {EPOCHS}", f"{EPOCHS} epochs, not 10"),),
    ),
    Step("pl.LightningModule", "module"),
    Step(
        "EffNetB0-random-wts",
        "train_random",
        edits=(
            _LOGGER,
            Edit(
                r"max_epochs = epochs", "max_epochs = 1", "one epoch from random weights, which takes longest"
            ),
        ),
        answers=('"train"',),
        after=(
            checked(
                "check_train_random",
                "check.head(effNet_random_wt, classes=5)\n"
                f"check.loader(trainer.train_dataloader, {_TRAIN_LOADER})\n"
                "check.optimizer(trainer.optimizers[0], effNet_random_wt)",
                2,
            ),
        ),
    ),
    Step(
        'efficientnet_b0(weights="DEFAULT")',
        "adapt",
        blanks=(
            Edit(r"param\.requires_grad = False", "param.requires_grad = ...  # FIX_ME: trained or not?"),
            Edit(
                r"nn\.Linear\(\s*effNet_pretrain_wt\.classifier\[1\]\.in_features, num_classes\s*\)",
                "...  # FIX_ME: which layer?",
            ),
            Edit(
                r"optim\.Adam\(effNet_pretrain_wt\.parameters\(\), lr=0\.001\)",
                "...  # FIX_ME: Adam of which parameters?",
            ),
        ),
        after=(
            checked(
                "check_adapt",
                'check.frozen(effNet_pretrain_wt, except_="classifier")\n'
                'check.head(effNet_pretrain_wt, classes=5, name="classifier")\n'
                "check.optimizer(optimizer, effNet_pretrain_wt, allow_frozen=True)",
                4,
            ),
        ),
    ),
    Step(
        "EffNetB0-pretrained-wts",
        "fine_tune",
        edits=(_LOGGER,),
        answers=("effNet_pretrain_wt", '"train"', '"val"'),
        after=(
            checked(
                "check_fine_tune",
                f"check.loader(trainer.train_dataloader, {_TRAIN_LOADER})\n"
                f"check.loader(trainer.val_dataloaders, {_VAL_LOADER})\n"
                + _hidden(
                    "keeps_the_backbone(trainer.lightning_module)",
                    "recognises_diseases(trainer.lightning_module)",
                ),
                6,
            ),
        ),
    ),
)
