"""Block Kit as Slack checks it: which blocks and elements, where, with which fields and lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from integrations.slack_emulator.blockspecs import BLOCKS, ELEMENTS, ID_LENGTH, Spec, TextSpec
from integrations.slack_emulator.errors import ApiRefusal

Block = dict[str, Any]
Problems = Iterator[str]

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_MARKDOWN = 12_000
MAX_TABLE_CHARACTERS = 10_000


def check_blocks(blocks: Any, surface: str = "message") -> None:
    """Raises `invalid_blocks` (with every problem), `msg_blocks_too_many` or `msg_blocks_too_long`."""
    if not isinstance(blocks, list):
        raise ApiRefusal("invalid_blocks_format", "blocks must be an array")
    if len(blocks) > MAX_MESSAGE_BLOCKS and surface == "message":
        raise ApiRefusal("invalid_blocks", f"no more than {MAX_MESSAGE_BLOCKS} items allowed [json-pointer:/blocks]")
    if found := list(problems(blocks, surface)):
        raise ApiRefusal("invalid_blocks", *found)
    markdown = sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown")
    if markdown > MAX_MARKDOWN:
        raise ApiRefusal("msg_blocks_too_long", f"markdown blocks hold {markdown} of {MAX_MARKDOWN} characters")


def problems(blocks: list[Any], surface: str) -> Problems:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        path = f"/blocks/{number}"
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            yield f"missing required field: type [json-pointer:{path}]"
            continue
        yield from _block_problems(block, surface, path)
        if (block_id := block.get("block_id")) is not None:
            if block_id in seen:
                yield f"block_id already exists [json-pointer:{path}/block_id]"
            seen.add(block_id)


def _block_problems(block: Block, surface: str, path: str) -> Problems:
    spec = BLOCKS.get(block["type"])
    if spec is None:
        yield f"unsupported type: {block['type']} [json-pointer:{path}/type]"
        return
    if surface not in spec.surfaces:
        yield f"{block['type']} blocks are not allowed in a {surface} [json-pointer:{path}]"
    if len(str(block.get("block_id", ""))) > ID_LENGTH:
        yield f"must be less than {ID_LENGTH + 1} characters [json-pointer:{path}/block_id]"
    yield from _field_problems(block, spec, path)
    if check := _EXTRA.get(block["type"]):
        yield from check(block, path)


def _field_problems(item: Block, spec: Spec, path: str) -> Problems:
    for name in spec.required:
        if item.get(name) in (None, "", []):
            yield f"missing required field: {name} [json-pointer:{path}]"
    for name, value in item.items():
        if name not in spec.fields:
            yield f"invalid additional property: {name} [json-pointer:{path}]"
        elif value is not None:
            yield from _value_problems(value, spec.fields[name], f"{path}/{name}")


def _value_problems(value: Any, rule: Any, path: str) -> Problems:
    if isinstance(rule, TextSpec):
        yield from _text_problems(value, rule, path)
    elif isinstance(rule, int):
        if not isinstance(value, str):
            yield f"must be a string [json-pointer:{path}]"
        elif len(value) > rule:
            yield f"must be less than {rule + 1} characters [json-pointer:{path}]"
    elif isinstance(rule, tuple) and value not in rule:
        yield f"must be one of {', '.join(map(str, rule))} [json-pointer:{path}]"


def _text_problems(value: Any, rule: TextSpec, path: str) -> Problems:
    if not isinstance(value, dict) or value.get("type") not in rule.types:
        yield f"must be a text object of type {' or '.join(rule.types)} [json-pointer:{path}]"
        return
    text = value.get("text")
    if not isinstance(text, str) or not text:
        yield f"must be more than 0 characters [json-pointer:{path}/text]"
    elif len(text) > rule.limit:
        yield f"must be less than {rule.limit + 1} characters [json-pointer:{path}/text]"
    allowed = {"type", "text", "emoji"} if value["type"] == "plain_text" else {"type", "text", "verbatim"}
    for name in value.keys() - allowed:
        yield f"invalid additional property: {name} [json-pointer:{path}]"


def _list_problems(items: Any, most: int, path: str) -> Problems:
    if not isinstance(items, list):
        yield f"must be an array [json-pointer:{path}]"
    elif len(items) > most:
        yield f"no more than {most} items allowed [json-pointer:{path}]"


def _element_problems(element: Any, allowed: str, path: str) -> Problems:
    """`allowed`: the place where the element stands: actions, section, input, context_actions."""
    spec = ELEMENTS.get(element.get("type", "")) if isinstance(element, dict) else None
    if spec is None or allowed not in spec.surfaces:
        kind = element.get("type") if isinstance(element, dict) else element
        yield f"unsupported type: {kind} [json-pointer:{path}/type]"
        return
    yield from _field_problems(element, spec, path)
    most_options = 10 if element["type"] in ("checkboxes", "radio_buttons") else 100
    for name, most in (("options", most_options), ("option_groups", 100)):
        if name in element:
            yield from _list_problems(element[name], most, f"{path}/{name}")
    for number, option in enumerate(_as_list(element.get("options"))):
        yield from _option_problems(option, f"{path}/options/{number}")


def _option_problems(option: Any, path: str) -> Problems:
    if not isinstance(option, dict):
        yield f"must be an object [json-pointer:{path}]"
        return
    limit = TextSpec(("plain_text", "mrkdwn"), 75)
    yield from _text_problems(option.get("text"), limit, f"{path}/text")
    yield from _value_problems(option.get("value"), 150, f"{path}/value")


def _section_problems(block: Block, path: str) -> Problems:
    if not block.get("text") and not block.get("fields"):
        yield f"one of text or fields is required [json-pointer:{path}]"
    fields = block.get("fields") or []
    yield from _list_problems(fields, 10, f"{path}/fields")
    for number, field in enumerate(_as_list(fields)):
        yield from _text_problems(field, TextSpec(("plain_text", "mrkdwn"), 2_000), f"{path}/fields/{number}")
    if accessory := block.get("accessory"):
        yield from _element_problems(accessory, "section", f"{path}/accessory")


def _actions_problems(most: int, place: str) -> Callable[[Block, str], Problems]:
    def check(block: Block, path: str) -> Problems:
        elements = block.get("elements")
        yield from _list_problems(elements, most, f"{path}/elements")
        seen: set[str] = set()
        for number, element in enumerate(_as_list(elements)):
            yield from _element_problems(element, place, f"{path}/elements/{number}")
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if action_id in seen:
                yield f"action_id already exists [json-pointer:{path}/elements/{number}/action_id]"
            if action_id:
                seen.add(action_id)

    return check


def _context_problems(block: Block, path: str) -> Problems:
    elements = block.get("elements")
    yield from _list_problems(elements, 10, f"{path}/elements")
    for number, element in enumerate(_as_list(elements)):
        where = f"{path}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            yield from _field_problems(element, ELEMENTS["image"], where)
        else:
            yield from _text_problems(element, TextSpec(("plain_text", "mrkdwn"), 2_000), where)


def _input_problems(block: Block, path: str) -> Problems:
    yield from _element_problems(block.get("element"), "input", f"{path}/element")


def _table_problems(block: Block, path: str) -> Problems:
    rows = block.get("rows")
    yield from _list_problems(rows, 100, f"{path}/rows")
    total = 0
    for number, row in enumerate(_as_list(rows)):
        yield from _list_problems(row, 20, f"{path}/rows/{number}")
        for column, cell in enumerate(_as_list(row)):
            where = f"{path}/rows/{number}/{column}"
            if not isinstance(cell, dict) or cell.get("type") not in ("raw_text", "raw_number", "rich_text"):
                yield f"unsupported cell [json-pointer:{where}]"
            elif cell["type"] == "raw_text":
                if not isinstance(cell.get("text"), str) or not cell["text"]:
                    yield f"must be more than 0 characters [json-pointer:{where}/text]"
                total += len(str(cell.get("text", "")))
    if total > MAX_TABLE_CHARACTERS:
        yield f"must hold at most {MAX_TABLE_CHARACTERS} characters [json-pointer:{path}/rows]"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_EXTRA: dict[str, Callable[[Block, str], Problems]] = {
    "section": _section_problems,
    "actions": _actions_problems(25, "actions"),
    "context_actions": _actions_problems(5, "context_actions"),
    "context": _context_problems,
    "input": _input_problems,
    "table": _table_problems,
}
