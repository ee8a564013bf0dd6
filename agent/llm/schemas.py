"""JSON Schemas in the strict form that servers hold a model to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

# What strict schemas of the field do not take; our own validation holds it all the same.
_DROPPED = frozenset({"title", "default", "minLength", "maxLength"})


@cache
def strict(shape: type[BaseModel]) -> Mapping[str, Any]:
    """Every property required, none besides; a default is told in the description of what has one."""
    found: dict[str, Any] = _strict(shape.model_json_schema())
    return found


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {name: part for name, part in node.items() if name not in _DROPPED or isinstance(part, dict)}
    if "properties" in node:
        kept["properties"] = {name: _property(part) for name, part in node["properties"].items()}
        kept |= {"required": list(node["properties"]), "additionalProperties": False}
    elif node.get("type") == "object":
        kept |= {"properties": {}, "required": [], "additionalProperties": False}
    return {name: part if name == "properties" else _strict(part) for name, part in kept.items()}


def _property(node: Mapping[str, Any]) -> Any:
    if "default" not in node or "$ref" in node:
        return _strict(dict(node))
    usual = f"Usually {node['default']!r}."
    described = " ".join(part for part in (node.get("description", ""), usual) if part)
    return _strict({**node, "description": described})
