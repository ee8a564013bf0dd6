"""Values for what a blueprint takes from its environment: the upload's `.env`, else an example file, else dummies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tools.compose.interpolation import LiteralText, read_dotenv
from tools.compose.stack import Stack, Value
from tools.uploads.files import Upload

DUMMY = "dummy"
_EXAMPLES = ("{}.example", "{}.sample", "{}.template", "{}.dist", "example{}", "sample{}")


@dataclass
class Variables:
    """`given` are names whose value is made up here: the same name has the same value in each service."""

    env: Mapping[str, str]
    given: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, stack: Stack, upload: Upload) -> Variables:
        folder = posixpath.dirname(stack.path)
        path = posixpath.join(folder, ".env")
        example = {} if upload.find(path) else dict(example_of(upload, path) or {})
        return cls({**example, **stack.env})

    def text(self, value: Value) -> str:
        return self.resolved(value.source)

    def resolved(self, source: LiteralText) -> str:
        for name in source.unset(self.env):
            self.given.setdefault(name, dummy(name))
        return source.resolved({**self.env, **self.given})

    def passed_on(self, name: str) -> str:
        """Of a name without a value, which the caller's environment would give."""
        if name not in self.env:
            self.given.setdefault(name, dummy(name))
        return self.env.get(name) or self.given.get(name, "")

    @property
    def said(self) -> str:
        """A sentence about what was made up; empty where nothing was."""
        return f"I made up values for {names(self.given)}." if self.given else ""


def dummy(name: str) -> str:
    """A number where the name asks for one; it is the same wherever the name is used."""
    words = name.upper().split("_")
    if "PORT" in words:
        return "8000"
    if {"WORKERS", "CONCURRENCY", "REPLICAS", "COUNT"} & set(words):
        return "1"
    return f"{DUMMY}-{name.lower().replace('_', '-')}"


def names(found: Iterable[str], most: int = 6) -> str:
    listed = list(dict.fromkeys(found))
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(f"`{name[:60]}`" for name in listed[:most]) + rest


def example_of(upload: Upload, path: str) -> dict[str, str] | None:
    """Names and values of the example that stands beside an env file which was not sent."""
    folder, name = posixpath.split(path)
    for pattern in _EXAMPLES:
        file = upload.find(posixpath.join(folder, pattern.format(name)))
        if file is not None and file.is_readable:
            return {key: value or dummy(key) for key, (value, _) in read_dotenv(file.text).items()}
    return None
