"""Models in the format of ONNX with their tokenizers, in folders as they are published. Runs them in batches.

The only importer of onnxruntime for text, and of tokenizers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pdfqa.errors import InvalidRequestError, MissingExtraError

Floats = NDArray[np.float32]
Texts = Sequence[str] | Sequence[tuple[str, str]]

OWN: Final = "pdfqa.json"  # what a folder says to pdfqa alone
_MODELS: Final = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_TOKENIZER: Final = "tokenizer.json"
_MOST_TOKENS: Final = 512
_BATCH_TOKENS: Final = 4_096  # of all texts of a batch together, so that memory does not depend on what is given
_HASHED: Final = 1 << 20  # bytes at each end of a model that tell it from others: reading all of it would take too long


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is used. A folder's pdfqa.json may say any of it; else it is looked for where models are published.

    query_prefix, passage_prefix: what stands before a question and before a passage.
    pooling: what the vectors of tokens become: their mean, or that of the first one.
    max_tokens: how much of a text is looked at.
    keyword_weight: what keywords weigh beside this embedder's vectors, from 0 to 1.
    weight: what a reranker's judgement weighs beside the other scores, from 0 to 1.
    passages: how many passages a reranker reads.
    """

    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: Literal["mean", "cls"] = "mean"
    max_tokens: int = _MOST_TOKENS
    keyword_weight: float = 0.6
    weight: float = 0.2
    passages: int = 10


class OnnxModel:
    """A model and its tokenizer; both are loaded when they are first used. Thread-safe.

    Args:
        folder: Where the files are.
        threads: How many threads run it.
        param: The setting that named the folder.
    """

    def __init__(self, folder: str, threads: int, param: str) -> None:
        self.folder = Path(folder).expanduser()
        self._threads = threads
        self._param = param
        self._lock = threading.Lock()
        if not self.folder.is_dir():
            raise self._error("there is no such folder")
        self._file = next((self.folder / name for name in _MODELS if (self.folder / name).is_file()), None)
        missing = [name for name in (_MODELS[0] if self._file is None else "", _TOKENIZER) if name]
        missing = [name for name in missing if not (self.folder / name).is_file()]
        if missing:
            raise self._error(f"it has no {' and no '.join(missing)}")
        for package in ("onnxruntime", "tokenizers"):
            if find_spec(package) is None:
                raise MissingExtraError(
                    f"what runs the {param} {folder} is not installed: {package}",
                    hint="Install it with: python -m pip install 'pdfqa[onnx]'",
                    param=param,
                )
        self.settings = self._settings()

    def _error(self, what: str) -> InvalidRequestError:
        return InvalidRequestError(
            f"the {self._param} {self.folder} cannot be used: {what}",
            hint="Name a folder with model.onnx and tokenizer.json.",
            param=self._param,
        )

    @cached_property
    def name(self) -> str:
        """Return the folder's name and a digest of what decides the results."""
        digest = blake2b(msgspec.json.encode(self.settings), digest_size=4)
        for path in (self._file, self.folder / _TOKENIZER):
            if path is not None:
                with path.open("rb") as file:
                    size = file.seek(0, 2)
                    for place in (0, max(0, size - _HASHED)):
                        file.seek(place)
                        digest.update(file.read(_HASHED))
                digest.update(str(size).encode())
        return f"{self.folder.resolve().name}-{digest.hexdigest()}"

    def _settings(self) -> Settings:
        """Return what the files of the folder say, those of sentence-transformers among them."""
        prompts = self._json("config_sentence_transformers.json").get("prompts") or {}
        pooling = self._json("1_Pooling/config.json")
        longest = self._json("sentence_bert_config.json").get("max_seq_length") or _MOST_TOKENS
        found = {
            "query_prefix": prompts.get("query", ""),
            "passage_prefix": prompts.get("passage", prompts.get("document", "")),
            "pooling": "cls" if pooling.get("pooling_mode_cls_token") else pooling.get("pooling_mode") or "mean",
            "max_tokens": min(longest, _MOST_TOKENS),
        }
        try:
            return msgspec.convert({**found, **self._json(OWN)}, Settings)
        except msgspec.ValidationError as error:
            raise self._error(f"what its files say of it is wrong: {error}") from error

    def _json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.is_file():
            return {}
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise self._error(f"{name} is no JSON object: {error}") from error

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # nobody waits with the processor busy
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self._file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no class of their own in common
            raise self._error(str(error).partition("\n")[0]) from error

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / _TOKENIZER))
        except Exception as error:  # it raises Exception itself
            raise self._error(f"{_TOKENIZER}: {error}") from error
        tokenizer.no_padding()
        # Of a pair only the second, the passage, is cut; a text alone is the first.
        tokenizer.enable_truncation(self.settings.max_tokens, strategy="longest_first")
        return tokenizer

    @property
    def outputs(self) -> list[tuple[str, list[Any]]]:
        """Return the names and the shapes of what the model gives."""
        return [(output.name, output.shape) for output in self._loaded().get_outputs()]

    def _loaded(self) -> Any:
        with self._lock:
            return self._session

    def run(self, texts: Texts, output: str) -> Iterator[tuple[list[int], Floats, NDArray[np.int64]]]:
        """Yield for each batch which texts are in it, what the model gives for them, and which tokens are theirs.

        Texts of like length go together, so that little is filled up.

        Raises:
            InvalidRequestError: The model cannot be used.
        """
        with self._lock:
            session, tokenizer = self._session, self._tokenizer
        encoded = tokenizer.encode_batch(list(texts))
        wanted = {one.name for one in session.get_inputs()}
        for places in _batches([len(one.ids) for one in encoded]):
            longest = max(len(encoded[place].ids) for place in places)
            inputs = np.zeros((3, len(places), max(longest, 1)), dtype=np.int64)
            for row, place in enumerate(places):
                one = encoded[place]
                for column, values in enumerate((one.ids, one.attention_mask, one.type_ids)):
                    inputs[column, row, : len(values)] = values
            named = dict(zip(("input_ids", "attention_mask", "token_type_ids"), inputs, strict=True))
            try:
                (found,) = session.run([output], {name: named[name] for name in wanted})
            except Exception as error:  # as above; a KeyError where the model wants something else
                raise self._error(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}") from error
            yield places, np.asarray(found, dtype=np.float32), inputs[1]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts that are run together, the shortest first."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
