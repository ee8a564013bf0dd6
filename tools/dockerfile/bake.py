"""Bake files (`docker-bake.hcl`, `docker-bake.json`): which Dockerfile each target builds, in which context.

Of HCL only what a target says literally is read; variables and functions stay unknown and give nothing.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

MAX_BAKE = 100_000  # characters
MAX_TARGETS = 200
_NAMES = re.compile(r"(?:docker-bake|.+\.bake)(?:\.override)?\.(hcl|json)")
_TARGET = re.compile(r"^[ \t]*target[ \t]+\"([^\"\n]{1,100})\"[ \t]*\{", re.MULTILINE)
_TEXT = re.compile(r"^[ \t]*\"?(context|dockerfile|target)\"?[ \t]*=[ \t]*\"([^\"\n]{0,200})\"", re.MULTILINE)
_OUTPUT = re.compile(r"^[ \t]*\"?output\"?[ \t]*=[ \t]*\[?([^\]\n]{0,400})", re.MULTILINE)
_IMAGE_OUTPUT = re.compile(r"type=(?:image|registry|docker|oci)\b")
_CONTEXTS = re.compile(r"\bcontexts[ \t]*=[ \t]*\{([^}]{0,4000})\}")
_NAME = re.compile(r"^[ \t]*\"?([\w./:-]{1,100})\"?[ \t]*[=:][ \t]*\"?([^\"\n]{0,200})", re.MULTILINE)

IMAGE = "docker-image://"

NamedContexts = tuple[tuple[str, str], ...]  # name in lower case, and the image that it is; "" for all else


def named_contexts(given: Mapping[str, str]) -> NamedContexts:
    """Of `name = address`: a context can be a folder, another target or service, or an image."""
    return tuple(
        (name.lower(), address.removeprefix(IMAGE) if address.startswith(IMAGE) and "${" not in address else "")
        for name, address in given.items()
    )


@dataclass(frozen=True)
class BakeTarget:
    dockerfile: str  # path from the upload's root
    context: str  # folder, "" is the root
    target: str
    contexts: NamedContexts
    is_image: bool = True  # its output is one, and not a folder or a cache


def bake_targets(upload: Upload) -> Iterator[BakeTarget]:
    for file in upload:
        match = _NAMES.fullmatch(posixpath.basename(file.path).lower())
        if match is None or not file.is_readable:
            continue
        rows = _from_json(file) if match[1] == "json" else _from_hcl(file.text[:MAX_BAKE])
        for settings, contexts in rows:
            yield _target(posixpath.dirname(file.path), settings, contexts)


def _target(folder: str, settings: dict[str, str], contexts: dict[str, str]) -> BakeTarget:
    context = posixpath.normpath(posixpath.join(folder, settings.get("context") or "."))
    dockerfile = posixpath.normpath(posixpath.join(context, settings.get("dockerfile") or "Dockerfile"))
    output = settings.get("output", "")
    return BakeTarget(
        dockerfile,
        "" if context == "." else context,
        settings.get("target", ""),
        named_contexts(contexts),
        not output.strip() or _IMAGE_OUTPUT.search(output) is not None,
    )


def _from_hcl(text: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    found = list(_TARGET.finditer(text))[:MAX_TARGETS]
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        body = text[match.end() : end]
        contexts = _CONTEXTS.search(body)
        named = dict(_NAME.findall(contexts[1].replace(",", "\n"))) if contexts else {}
        output = _OUTPUT.search(body)
        texts = {name: value for name, value in _TEXT.findall(body) if "${" not in value}
        yield texts | ({"output": output[1]} if output else {}), named


def _from_json(file: SourceFile) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    try:
        data: Any = json.loads(file.text[:MAX_BAKE])
    except (ValueError, RecursionError, UnreadableFile):
        return
    targets = data.get("target") if isinstance(data, dict) else None
    for body in list(targets.values())[:MAX_TARGETS] if isinstance(targets, dict) else ():
        if isinstance(body, dict):
            contexts = body.get("contexts")
            texts = {
                key: value for key in ("context", "dockerfile", "target") if isinstance(value := body.get(key), str)
            }
            named = contexts.items() if isinstance(contexts, dict) else ()
            output = {"output": json.dumps(body["output"])} if body.get("output") else {}
            yield texts | output, {str(name): str(value) for name, value in named}
