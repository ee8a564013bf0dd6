"""Logs that say which turn they belong to, as lines for people or as JSON for machines; never what was written."""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

TURN: ContextVar[str] = ContextVar("turn", default="")  # the message's key: workspace, channel, time
_CHATTY = ("slack_sdk", "slack_bolt", "openai", "httpx", "httpcore", "urllib3", "chromadb")  # DEBUG tells what was said


def configure(level: str, form: str) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(_named)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_LINE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))


_LINE = "%(asctime)s %(levelname)s %(name)s %(turn)s %(message)s"


def _named(record: logging.LogRecord) -> bool:
    record.turn = TURN.get() or "-"
    return True


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, turn, message, and where it broke."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "turn": getattr(record, "turn", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)
