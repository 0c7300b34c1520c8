"""Notebooks as people write them: the field's libraries train, read and measure behind the wall."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.sandbox.cells import run
from tlgrader.sandbox.handle import CellResult, Worker
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find

pytestmark = pytest.mark.long

TIMEOUT_S = 300.0

PICTURES = """
import numpy as np
from pathlib import Path
from PIL import Image
for split, n in (("train", 4), ("validation", 2)):
    for label in ("cat", "dog"):
        folder = Path("pictures", split, label)
        folder.mkdir(parents=True)
        for i in range(n):
            Image.fromarray(np.full((8, 8, 3), 40 * i, dtype="uint8")).save(folder / f"{i}.png")
"""

LIT = """
import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

class LitClassifier(L.LightningModule):
    def __init__(self):
        super().__init__()
        features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.model = nn.Sequential(features, nn.Linear(4, 2))

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = nn.functional.cross_entropy(self.model(x), y)
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("val_acc", (self.model(x).argmax(1) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)

data = DataLoader(TensorDataset(torch.randn(16, 3, 8, 8), torch.arange(16) % 2), batch_size=4)
lit = LitClassifier()
"""

TRAINER = """
import numpy as np
import torch
from datasets import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

model = BertForSequenceClassification(BertConfig(
    vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16))
rows = Dataset.from_dict({"input_ids": [[i % 50, 2, 3, 4] for i in range(16)], "labels": [i % 2 for i in range(16)]})
rows = rows.map(lambda row: {"attention_mask": [1] * len(row["input_ids"])})

def accuracy(prediction):
    return {"accuracy": float((np.argmax(prediction.predictions, -1) == prediction.label_ids).mean())}
"""

CELLS = {
    "lightning, bare": (
        ("lightning",),
        LIT,
        "trainer = L.Trainer(max_epochs=1, accelerator='cpu', logger=False, enable_checkpointing=False)\n"
        "trainer.fit(lit, data, data)\nprint(trainer.global_step, trainer.callback_metrics['val_acc'] >= 0)",
        "4 tensor(True)",
    ),
    "lightning, by its defaults": (
        ("lightning",),
        LIT,
        "from pathlib import Path\ntrainer = L.Trainer(max_epochs=1)\ntrainer.fit(lit, data, data)\n"
        "print(len(list(Path('lightning_logs').rglob('*.ckpt'))))",
        "1",
    ),
    "lightning, with a logger and callbacks": (
        ("lightning", "torchmetrics"),
        LIT,
        "from pathlib import Path\nfrom lightning.pytorch.loggers import CSVLogger\n"
        "from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint\n"
        "best = ModelCheckpoint(monitor='val_acc', mode='max')\n"
        "callbacks = [best, EarlyStopping('val_acc', mode='max')]\n"
        "trainer = L.Trainer(max_epochs=2, logger=CSVLogger('logs'), callbacks=callbacks)\n"
        "trainer.fit(lit, data, data)\ntrainer.validate(lit, data)\n"
        "print(Path(best.best_model_path).is_file(), len(list(Path('logs').rglob('metrics.csv'))))\n"
        "again = LitClassifier.load_from_checkpoint(best.best_model_path)",
        "True 1",
    ),
    "transformers' Trainer": (
        ("transformers", "datasets", "accelerate"),
        TRAINER,
        "args = TrainingArguments('out', num_train_epochs=1, per_device_train_batch_size=8, eval_strategy='epoch',"
        " logging_steps=1, report_to='none')\n"
        "trainer = Trainer(model=model, args=args, train_dataset=rows, eval_dataset=rows, compute_metrics=accuracy)\n"
        "trained = trainer.train()\nprint(trained.global_step, 'eval_accuracy' in trainer.evaluate())",
        "2 True",
    ),
    "transformers' Trainer, by its defaults": (
        ("transformers", "datasets", "accelerate"),
        TRAINER,
        "from pathlib import Path\n"
        "args = TrainingArguments(output_dir='out', num_train_epochs=1, save_strategy='epoch', eval_strategy='epoch',"
        " load_best_model_at_end=True)\n"
        "trainer = Trainer(model=model, args=args, train_dataset=rows, eval_dataset=rows)\n"
        "trainer.train()\ntrainer.save_model('saved')\n"
        "print(sorted(p.name for p in Path('out').iterdir()), Path('saved/model.safetensors').is_file())",
        "['checkpoint-2'] True",
    ),
    "datasets from files": (
        ("datasets", "PIL"),
        PICTURES + "Path('reviews.csv').write_text('text,label\\ngood,1\\nbad,0\\nfine,1\\n')",
        "from datasets import load_dataset\n"
        "reviews = load_dataset('csv', data_files='reviews.csv')['train'].train_test_split(1, seed=0)\n"
        "pictures = load_dataset('imagefolder', data_dir='pictures')\n"
        "reviews = reviews.map(lambda batch: {'n': [len(t) for t in batch['text']]}, batched=True, num_proc=2)\n"
        "print(len(reviews['train']), pictures['train'].features['label'].names, len(pictures['validation']),"
        " pictures['train'][0]['image'].size, pictures['train'].with_format('torch')[0]['image'].shape)",
        "2 ['cat', 'dog'] 4 (8, 8) torch.Size([3, 8, 8])",
    ),
    "pandas": (
        ("pandas",),
        "open('t.csv', 'w').write('species,n\\noak,1\\nelm,2\\noak,5\\n')",
        "import pandas as pd\nframe = pd.read_csv('t.csv')\ndisplay(frame.describe())\n"
        "frame.to_parquet('t.parquet')\n"
        "print(pd.read_parquet('t.parquet').groupby('species').n.mean().to_dict())",
        "{'elm': 2.0, 'oak': 3.0}",
    ),
    "torchmetrics": (
        ("torchmetrics",),
        "import torch",
        "from torchmetrics.classification import MulticlassAccuracy, MulticlassConfusionMatrix, MulticlassF1Score\n"
        "p, t = torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 2, 1])\n"
        "print(float(MulticlassAccuracy(3, average='micro')(p, t)), MulticlassConfusionMatrix(3)(p, t).sum().item(),"
        " MulticlassF1Score(3)(p, t) > 0)",
        "0.75 4 tensor(True)",
    ),
    "pictures, transforms and workers": (
        ("torchvision", "PIL"),
        PICTURES,
        "import torch\nfrom torch.utils.data import DataLoader\nfrom torchvision import datasets, transforms\n"
        "prepare = transforms.Compose([transforms.Resize(16), transforms.RandomResizedCrop(8),"
        " transforms.RandomHorizontalFlip(), transforms.ColorJitter(0.1), transforms.RandomRotation(5),"
        " transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)])\n"
        "images = datasets.ImageFolder('pictures/train', prepare)\n"
        "loader = DataLoader(images, batch_size=4, shuffle=True, num_workers=2, persistent_workers=True)\n"
        "print([[x.shape[0] for x, _ in loader] for epoch in range(2)], images.classes)",
        "[[4, 4], [4, 4]] ['cat', 'dog']",
    ),
    "scikit-learn's measures and an ARFF file": (
        ("sklearn", "scipy"),
        "",
        "from sklearn.metrics import accuracy_score, classification_report\nfrom scipy.io import arff\nimport io\n"
        "rows, meta = arff.loadarff(io.StringIO('@relation r\\n@attribute x numeric\\n@data\\n1\\n2\\n'))\n"
        "print(accuracy_score([0, 1], [0, 1]), len(rows), 'precision' in classification_report([0, 1], [0, 1]))",
        "1.0 2 True",
    ),
}


@pytest.fixture(scope="module")
def ordinary() -> Iterator[Slot]:
    """A slot with the limits that a course has if it says nothing."""
    with Slot(find(), Limits(cell_s=TIMEOUT_S)) as slot:
        yield slot


@pytest.fixture
def notebook(ordinary: Slot) -> Iterator[Worker]:
    """A fresh worker."""
    with ordinary.worker(seed=7) as worker:
        yield worker


@pytest.mark.parametrize(("libraries", "given", "source", "said"), CELLS.values(), ids=CELLS)
def test_it_works_behind_the_wall(
    notebook: Worker, libraries: tuple[str, ...], given: str, source: str, said: str
) -> None:
    for library in libraries:
        if find_spec(library) is None:
            pytest.skip(f"{library} is not installed")
    for cell in (given, source):
        result = run(notebook, cell, TIMEOUT_S)
        assert (result.status, result.reason) == ("ok", ""), result.outputs
    assert text(result, "stdout").strip().endswith(said), text(result, "stdout")


def text(result: CellResult, stream: str) -> str:
    """What a cell wrote there."""
    return "".join(o["text"] for o in result.outputs if o.get("name") == stream)
