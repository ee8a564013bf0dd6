"""How Compose puts one mapping over another: overrides, `extends` and `include` all merge by these rules."""

from __future__ import annotations

from dataclasses import replace

from tools.compose.document import Mapping, Node, Scalar, Sequence, YamlEntry

_REPLACED = frozenset({"command", "entrypoint", "test"})
_PAIRS = frozenset({"environment", "labels", "args", "annotations", "sysctls", "extra_hosts"})
_NAMES = frozenset({"depends_on", "networks"})


def merge(base: Mapping, over: Mapping) -> Mapping:
    """`over` wins; lists are joined unless Compose replaces them; `!reset` and `!override` are obeyed."""
    entries = dict(base.entries)
    for name, entry in over.entries.items():
        below = entries.get(name)
        if entry.value.tag == "!reset":
            entries.pop(name, None)
        elif below is None or entry.value.tag == "!override":
            entries[name] = entry
        else:
            entries[name] = YamlEntry(entry.key, _merged(name, below.value, entry.value))
    return replace(over, entries=entries)


def _merged(name: str, below: Node, over: Node) -> Node:
    if name in _REPLACED:
        return over
    if name in _PAIRS:
        below, over = as_pairs(below), as_pairs(over)
    elif name in _NAMES and type(below) is not type(over):
        below, over = as_names(below), as_names(over)
    if isinstance(below, Mapping) and isinstance(over, Mapping):
        return merge(below, over)
    if isinstance(below, Sequence) and isinstance(over, Sequence):
        kept = _without_overridden_targets(below, over) if name == "volumes" else below.items
        return replace(over, items=kept + over.items)
    return over


def as_pairs(node: Node) -> Node:
    """A list of `NAME=value` as the mapping that it stands for; a name alone gets no value."""
    if not isinstance(node, Sequence):
        return node
    entries = {}
    for item in node.items:
        if isinstance(item, Scalar):
            name, given, value = item.value.partition("=")
            written = Scalar(item.place, value, plain=not given)
            entries[name.strip()] = YamlEntry(Scalar(item.place, name.strip()), written)
    return Mapping(node.place, entries, node.tag)


def as_names(node: Node) -> Node:
    """A list of names as a mapping without values."""
    if not isinstance(node, Sequence):
        return node
    names = [item for item in node.items if isinstance(item, Scalar)]
    return Mapping(node.place, {name.value: YamlEntry(name, Scalar(name.place, "")) for name in names}, node.tag)


def _without_overridden_targets(below: Sequence, over: Sequence) -> tuple[Node, ...]:
    overridden = {mount_target(item) for item in over.items}
    return tuple(item for item in below.items if mount_target(item) not in overridden)


def mount_target(item: Node) -> str:
    """The path in the container of a volume in short or long syntax; empty where there is none."""
    if isinstance(item, Mapping):
        target = item.get("target")
        return target.value.rstrip("/") if isinstance(target, Scalar) else ""
    if isinstance(item, Scalar):
        return split_mount(item.value)[1].rstrip("/")
    return ""


def _begins_with_drive(short: str) -> bool:
    return short[:1].isalpha() and (short[2:3] == "\\" or (short[2:3] == "/" and ":/" in short[2:]))


def split_mount(short: str) -> tuple[str, str, str]:
    """Source, target and mode of `source:target:mode`; `${X:-y}` and drive letters hold no separator.

    `v:/data` is a volume of one letter, `C:/data:/data` and `C:\\data:/data` begin with a drive.
    """
    parts, depth, current = [], 0, ""
    for index, character in enumerate(short):
        depth += (character == "{") - (character == "}")
        if character == ":" and depth <= 0 and not (index == 1 and _begins_with_drive(short)):
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
