"""Logs that say which turn they belong to, as lines for people or as JSON for machines; never what was written."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

TURN: ContextVar[str] = ContextVar("turn", default="")  # the message's key: workspace, channel, time
_TELLING = ("slack_bolt",)  # INFO tells the body of a request whose signature is wrong
_CHATTY = ("slack_sdk", "openai", "httpx", "httpcore", "urllib3", "chromadb")  # DEBUG tells what was said


def configure(level: str, form: str) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(_named)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_LINE))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    threading.excepthook = _log_uncaught
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    for name in _TELLING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def _log_uncaught(broken: threading.ExceptHookArgs) -> None:
    """A thread that ends by an error is a line like the others."""
    if broken.exc_value is not None:
        logging.getLogger(__name__).error("a thread ended by an error", exc_info=broken.exc_value)


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
