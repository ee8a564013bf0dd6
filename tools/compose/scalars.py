"""What is written in a place of a Compose file, whatever form it takes there."""

from __future__ import annotations

from collections.abc import Iterator

from tools.compose.document import Mapping, Node, Place, Scalar, Sequence
from tools.compose.interpolation import read_text


def texts_of(node: Node | None, *keys: str) -> Iterator[tuple[str, Place]]:
    """Scalars of a value, a list, or a list of mappings by one of `keys`; variables by their defaults."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        found = (
            next((item.get(key) for key in keys if key in item.entries), None) if isinstance(item, Mapping) else item
        )
        if isinstance(found, Scalar) and not found.is_null:
            yield read_text(found.value).resolved({}), found.place
