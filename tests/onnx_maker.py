"""Tiny models in the format of ONNX, with a tokenizer: real ones, of a few kilobytes, made in a moment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "dog", "hound", "cat", "boat", "ship", "sea", "question", ":", "passage"]
# Words of one meaning have one direction; the marks that every text has, have none.
_MEANINGS = {"dog": 0, "hound": 0, "cat": 1, "boat": 2, "ship": 2, "sea": 3, "question": 4, "passage": 5}


def embedder(folder: Path, **own: object) -> Path:
    """Make a folder with a model that gives each token the direction of its meaning."""
    table = np.zeros((len(WORDS), 8), dtype=np.float32)
    for word, place in _MEANINGS.items():
        table[WORDS.index(word), place] = 1.0
    table[WORDS.index("[CLS]"), 7] = 0.001
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", 8])
    return _folder(folder, nodes, output, table, ["input_ids"], own)


def reranker(folder: Path, **own: object) -> Path:
    """Make a folder with a model that gives a pair the number of its "boat"s and "ship"s."""
    table = np.zeros((len(WORDS), 1), dtype=np.float32)
    table[[WORDS.index("boat"), WORDS.index("ship")]] = 1.0
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "axis"], ["logits"], keepdims=0),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])
    return _folder(folder, nodes, output, table, ["input_ids"], own)


def _folder(
    folder: Path,
    nodes: list[onnx.NodeProto],
    output: onnx.ValueInfoProto,
    table: np.ndarray,
    inputs: list[str],
    own: dict[str, object],
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs]
    constants = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axis")]
    graph = helper.make_graph(nodes, "tiny", given, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    if own:
        (folder / "pdfqa.json").write_text(json.dumps(own))
    return folder
