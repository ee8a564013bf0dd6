"""The fields of blocks and elements; lengths are Slack's documented maxima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ID_LENGTH = 255
EVERYWHERE = ("message", "modal", "home")
ACTIONS = ("actions", "section")
ANYWHERE = ("actions", "section", "input")


@dataclass(frozen=True)
class TextSpec:
    """A text object."""

    types: tuple[str, ...]
    limit: int


@dataclass(frozen=True)
class Spec:
    """`fields`: name → Text, a longest length, a tuple of allowed values, or None for no check here.

    `surfaces` names where the block may stand; for an element, in which kinds of block.
    """

    fields: dict[str, Any]
    required: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = EVERYWHERE


def _plain(limit: int) -> TextSpec:
    return TextSpec(("plain_text",), limit)


def _any_text(limit: int) -> TextSpec:
    return TextSpec(("plain_text", "mrkdwn"), limit)


def _block(required: str = "", surfaces: tuple[str, ...] = EVERYWHERE, /, **fields: Any) -> Spec:
    return Spec({"type": None, "block_id": None, **fields}, tuple(required.split()), surfaces)


def _element(required: str = "", places: tuple[str, ...] = ANYWHERE, /, **fields: Any) -> Spec:
    common = {"type": None, "action_id": ID_LENGTH}
    return Spec(common | fields, tuple(required.split()), places)


_MESSAGE = ("message",)

BLOCKS: dict[str, Spec] = {
    "section": _block("", text=_any_text(3_000), fields=None, accessory=None, expand=None),
    "header": _block("text", text=_plain(150)),
    "divider": _block(),
    "context": _block("elements", elements=None),
    "actions": _block("elements", elements=None),
    "context_actions": _block("elements", _MESSAGE, elements=None),
    "image": _block("alt_text", image_url=3_000, slack_file=None, alt_text=2_000, title=_plain(2_000)),
    "input": _block(
        "label element",
        label=_plain(2_000),
        element=None,
        hint=_plain(2_000),
        optional=None,
        dispatch_action=None,
    ),
    "markdown": _block("text", _MESSAGE, text=12_000),
    "table": _block("rows", _MESSAGE, rows=None, column_settings=None),
    "rich_text": _block("elements", elements=None),
    "file": _block("external_id source", _MESSAGE, external_id=None, source=("remote",)),
    "task_card": _block(
        "task_id title",
        _MESSAGE,
        task_id=ID_LENGTH,
        title=256,
        status=("pending", "in_progress", "complete", "error"),
        details=None,
        output=None,
        sources=None,
    ),
    "plan": _block("title", _MESSAGE, title=256, tasks=None),
    "alert": _block("text", text=_any_text(3_000), level=("default", "info", "warning", "error", "success")),
    "video": _block(
        "alt_text title thumbnail_url video_url",
        alt_text=2_000,
        title=_plain(200),
        title_url=3_000,
        thumbnail_url=3_000,
        video_url=3_000,
        description=_plain(200),
        author_name=50,
        provider_name=50,
        provider_icon_url=3_000,
    ),
}

_CHOICE = {"placeholder": _plain(150), "confirm": None, "focus_on_load": None}
_OPTIONS = _CHOICE | {"options": None, "option_groups": None, "initial_option": None, "initial_options": None}
_MANY = {"max_selected_items": None}
_RADIO = {"options": None, "initial_option": None, "initial_options": None, "confirm": None, "focus_on_load": None}
_INPUT = ("input",)

ELEMENTS: dict[str, Spec] = {
    "button": _element(
        "text",
        ACTIONS,
        text=_plain(75),
        value=2_000,
        url=3_000,
        style=("primary", "danger"),
        confirm=None,
        accessibility_label=75,
    ),
    "feedback_buttons": _element(
        "positive_button negative_button",
        ("context_actions",),
        positive_button=None,
        negative_button=None,
    ),
    "icon_button": _element(
        "icon text",
        ("context_actions",),
        icon=("trash",),
        text=_plain(75),
        value=2_000,
        confirm=None,
        accessibility_label=75,
        visible_to_user_ids=None,
    ),
    "image": Spec(
        {"type": None, "image_url": 3_000, "slack_file": None, "alt_text": 2_000}, ("alt_text",), ("section",)
    ),
    "overflow": _element("options", ACTIONS, options=None, confirm=None),
    "static_select": _element("", **_OPTIONS),
    "multi_static_select": _element("", ("section", "input"), **_OPTIONS, **_MANY),
    "external_select": _element("", **_CHOICE, min_query_length=None, initial_option=None),
    "users_select": _element("", **_CHOICE, initial_user=None),
    "multi_users_select": _element("", ("section", "input"), **_CHOICE, **_MANY, initial_users=None),
    "conversations_select": _element(
        "", **_CHOICE, initial_conversation=None, default_to_current_conversation=None, filter=None
    ),
    "channels_select": _element("", **_CHOICE, initial_channel=None, response_url_enabled=None),
    "checkboxes": _element("options", **_RADIO),
    "radio_buttons": _element("options", **_RADIO),
    "datepicker": _element("", **_CHOICE, initial_date=None),
    "timepicker": _element("", **_CHOICE, initial_time=None, timezone=None),
    "datetimepicker": _element("", ("actions", "input"), confirm=None, focus_on_load=None, initial_date_time=None),
    "plain_text_input": _element(
        "",
        _INPUT,
        **_CHOICE,
        initial_value=3_000,
        multiline=None,
        min_length=None,
        max_length=None,
        dispatch_action_config=None,
    ),
    "email_text_input": _element("", _INPUT, **_CHOICE, initial_value=None, dispatch_action_config=None),
    "url_text_input": _element("", _INPUT, **_CHOICE, initial_value=None, dispatch_action_config=None),
    "number_input": _element(
        "is_decimal_allowed",
        _INPUT,
        **_CHOICE,
        is_decimal_allowed=None,
        initial_value=None,
        min_value=None,
        max_value=None,
        dispatch_action_config=None,
    ),
    "file_input": _element("", _INPUT, filetypes=None, max_files=None),
    "rich_text_input": _element("", _INPUT, **_CHOICE, initial_value=None, dispatch_action_config=None),
}
