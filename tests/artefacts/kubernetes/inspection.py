"""Two checks of every container in a manifest."""

from __future__ import annotations

from collections.abc import Iterator

from tools.artefacts.description import Inspected
from tools.compose.document import Mapping, Node, Place, Scalar, Sequence, read_document
from tools.dockerfile.image_names import parse_reference
from tools.errors import UnreadableFile
from tools.findings import Finding, Severity, Verdict, verdict_of
from tools.uploads.files import SourceFile, Upload

NAME = "kubernetes"
ASPECTS = ("K1", "K2")


def inspect(upload: Upload) -> Inspected:
    files = upload.of_kind(NAME)
    findings = tuple(finding for file in files for finding in _findings(file))
    return Inspected({aspect: verdict_of(findings, aspect) for aspect in ASPECTS} if files else {}, findings)


def _findings(file: SourceFile) -> Iterator[Finding]:
    try:
        roots = read_document(file.path, file.text).roots
    except UnreadableFile as error:
        question = "What does `kubectl apply --dry-run=client` say about this file?"
        start = Place(file.path, 1, 1)
        yield from (_finding("manifest-unreadable", aspect, start, str(error), question) for aspect in ASPECTS)
        return
    for root in roots:
        for container in _containers(root):
            yield from _of_container(container)


def _containers(node: Node) -> Iterator[Mapping]:
    """Everything that has an image, however deep it stands."""
    if isinstance(node, Mapping) and "image" in node.entries:
        yield node
    children = [entry.value for entry in node] if isinstance(node, Mapping) else []
    for child in node.items if isinstance(node, Sequence) else children:
        yield from _containers(child)


def _of_container(container: Mapping) -> Iterator[Finding]:
    image = container.entries["image"]
    if isinstance(image.value, Scalar) and parse_reference(image.value.value).defect:
        message = "This image names no version, so the next rollout may start another program than the last."
        question = "Which image would a node that joins tomorrow pull for this line?"
        yield _finding("manifest-image-version", "K1", image.place, message, question)
    if _at(container, "resources", "limits", "memory") is None:
        message = "This container has no limit of memory: one leak takes the node, and its neighbours, down."
        question = "What stops this container when it grows, and who else is on the node by then?"
        yield _finding("manifest-memory-limit", "K2", container.place, message, question)


def _at(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _finding(rule: str, aspect: str, place: Place, message: str, question: str) -> Finding:
    lines = (place.line, place.end_line)
    return Finding(rule, aspect, Severity.ERROR, place.file, *lines, message, question, effect=Verdict.NOT_MET)
