"""The published schema of the Web API: which arguments, scopes and tiers a method has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from integrations.slack_emulator.errors import ApiRefusal

EVERY_METHOD = frozenset({"token", "pretty"})
BOLT_EXTRAS = frozenset({"team_id"})  # Bolt's say, say_stream and agent utilities send it with every call
TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": 600}
STRUCTURED = frozenset("attachments blocks chunks files loading_messages metadata prompts view".split())


@dataclass(frozen=True)
class Method:
    name: str
    required: tuple[str, ...]
    args: dict[str, dict[str, Any]]
    scopes: frozenset[str]
    tier: str

    @property
    def per_minute(self) -> int:
        return TIERS[self.tier]

    def unknown(self, args: dict[str, Any]) -> list[str]:
        return sorted(args.keys() - self.args.keys() - EVERY_METHOD - BOLT_EXTRAS)

    def checked(self, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments with structures parsed; missing or mistyped ones raise `invalid_arguments`."""
        parsed = {name: _parsed(name, value) for name, value in args.items()}
        missing = [name for name in self.required if parsed.get(name) in (None, "")]
        problems = [f"missing required field: {name}" for name in missing]
        for name, value in parsed.items():
            problems.extend(_problems(name, value, self.args.get(name, {})))
        if problems:
            raise ApiRefusal("invalid_arguments", *problems)
        return parsed


def _parsed(name: str, value: Any) -> Any:
    if name not in STRUCTURED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ApiRefusal(_MALFORMED.get(name, "invalid_arguments"), f"{name} is no JSON") from None


_MALFORMED = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}


def _problems(name: str, value: Any, rule: dict[str, Any]) -> list[str]:
    kind = rule.get("type", "any")
    if kind == "boolean" and str(value).lower() not in ("0", "1", "true", "false", ""):
        return [f"must be a boolean [json-pointer:/{name}]"]
    if kind in ("integer", "number"):
        return _number_problems(name, value, rule)
    if kind == "string" and not isinstance(value, (str, int, float)):
        return [f"must be a string [json-pointer:/{name}]"]
    if kind == "array":
        return _array_problems(name, value, rule)
    if "enum" in rule and value not in rule["enum"]:
        return [f"must be one of {', '.join(map(str, rule['enum']))} [json-pointer:/{name}]"]
    return []


def _number_problems(name: str, value: Any, rule: dict[str, Any]) -> list[str]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return [f"must be a number [json-pointer:/{name}]"]
    if number < rule.get("minimum", number) or number > rule.get("maximum", number):
        return [f"out of range [json-pointer:/{name}]"]
    return []


def _array_problems(name: str, value: Any, rule: dict[str, Any]) -> list[str]:
    if not isinstance(value, list):
        return [f"must be an array [json-pointer:/{name}]"]
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
        return [f"wrong number of items [json-pointer:/{name}]"]
    return []


@cache
def _document() -> dict[str, Any]:
    text = files("integrations.slack_emulator").joinpath("data/methods.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def methods() -> dict[str, Method]:
    return {
        name: Method(name, tuple(spec["required"]), spec["args"], frozenset(spec["scopes"]), spec["tier"])
        for name, spec in _document()["methods"].items()
    }


@cache
def event_scopes() -> dict[str, frozenset[str]]:
    return {name: frozenset(scopes) for name, scopes in _document()["events"].items()}


@cache
def known_scopes() -> frozenset[str]:
    """Every scope that a method or an event of this selection asks for, and those that need no method."""
    asked = [*(method.scopes for method in methods().values()), *event_scopes().values()]
    return frozenset().union(*asked) | {"commands", "app_mentions:read"}
