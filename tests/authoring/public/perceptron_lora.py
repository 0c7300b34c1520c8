"""peft's example of LoRA in a perceptron of the notebook's own class: which cell becomes what."""

from __future__ import annotations

from functools import partial

from tests.authoring.converting.cells import Edit, Step, checked, given, hidden, text
from tests.authoring.public.course.grader_tests.perceptron_lora import HIDDEN_UNITS

NAME = "perceptron_lora"
NOTEBOOK = "multilayer_perceptron_lora.ipynb"
THRESHOLD = 0.8
RANK = 8
TRAINED = RANK * (20 + HIDDEN_UNITS) + RANK * 2 * HIDDEN_UNITS + 2 * HIDDEN_UNITS + 2
"""Numbers that are trained: two matrices in each of two layers, and all of the last one."""

_TARGETS = 'target_modules=["seq.0", "seq.2"]'
_hidden = partial(hidden, NAME)

STEPS = (
    Step(
        "torch.manual_seed(0)",
        "seed",
        after=(
            given("grading", "import tlgrader\nfrom tlgrader import check\n\ntlgrader.seed()"),
            text("goal", f"The adapted model has to sort at least {THRESHOLD:.0%} of new rows rightly."),
        ),
    ),
    Step(
        "class MLP(",
        "model",
        edits=(
            Edit(
                r"num_units_hidden=2000",
                f"num_units_hidden={HIDDEN_UNITS}",
                f"{HIDDEN_UNITS} hidden units, not 2000",
            ),
        ),
    ),
    Step(
        "max_epochs = 30",
        "hyperparameters",
        edits=(
            Edit(
                r"(?m)^device = .*",
                'device = "cpu"',
                "the CPU: the notebook's line fails where there is no accelerator",
            ),
        ),
    ),
    Step(
        "peft.LoraConfig(",
        "configure",
        blanks=(
            Edit(r"r=8,", "r=...,  # FIX_ME: which rank?"),
            Edit(r"target_modules=\[.*\],", "target_modules=...,  # FIX_ME: which layers?"),
            Edit(
                r"modules_to_save=\[.*\],", "modules_to_save=...,  # FIX_ME: which layer is trained as it is?"
            ),
        ),
        after=(checked("check_configure", f"check.lora(config, r={RANK}, alpha=8, {_TARGETS})", 2),),
    ),
    Step(
        "module_copy = copy.deepcopy",
        "again",
        until="peft_model = ",
        rest=Step(
            "",
            "wrap",
            blanks=(
                Edit(r"peft\.get_peft_model\(.*\)", "...  # FIX_ME: which model?"),
                Edit(r"torch\.optim\.Adam\(.*\)", "...  # FIX_ME: Adam of which parameters?"),
            ),
            after=(
                checked(
                    "check_wrap",
                    f"check.adapters(peft_model, r={RANK}, {_TARGETS})\n"
                    f"check.trainable_parameters(peft_model, count={TRAINED})\n"
                    "check.optimizer(optimizer, peft_model, allow_frozen=True)",
                    3,
                ),
            ),
        ),
    ),
    Step(
        "train(peft_model,",
        "train_peft",
        after=(
            checked(
                "check_train",
                _hidden("keeps_the_base(peft_model, module_copy)", "sorts_rows(peft_model)"),
                4,
            ),
        ),
    ),
    Step(
        "model_id = f",
        "folder",
        edits=(
            Edit(
                r"model_id = f.*",
                "from pathlib import Path\n\nmodel_id = Path(user, model_name)",
                "a folder beside the notebook, for the Hub",
            ),
        ),
    ),
    Step(
        "push_to_hub(",
        "save",
        edits=(Edit(r"push_to_hub\(model_id\);", "save_pretrained(model_id)"),),
        blanks=(Edit(r"(?m)^peft_model\..*", "...  # FIX_ME: save the adapter into the folder model_id"),),
        after=(checked("check_save", "check.adapter_reloads(model_id, peft_model)", 1),),
    ),
    Step(
        "import delete_repo", "no_hub", edits=(Edit(r"(?m)^from", "# from", "nothing that is deleted there"),)
    ),
    Step("delete_repo(model_id)", "no_clean_up", edits=(Edit(r"(?m)^delete_repo", "# delete_repo"),)),
)
