"""Spans of a turn by the field's conventions (`gen_ai.*`): names, counts and times, never what was said.

Without an exporter they cost nothing; who exports is decided where the process starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from agent.llm.port import Usage

TRACER = "tutor"
Value = str | int | float | bool


@contextmanager
def span(name: str, attributes: Mapping[str, Value], kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """An error is told by its type alone: its text may quote somebody."""
    tracer = trace.get_tracer(TRACER)
    with tracer.start_as_current_span(
        name, kind=kind, attributes=dict(attributes), record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_attribute("error.type", type(error).__name__)
            raise


@contextmanager
def chat_span(model: str, prompt: str) -> Iterator[Span]:
    """One call of a model."""
    asked = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.prompt.name": prompt,
    }
    with span(f"chat {model}", {name: value for name, value in asked.items() if value}, SpanKind.CLIENT) as opened:
        yield opened


def counted(opened: Span, usage: Usage) -> None:
    opened.set_attribute("gen_ai.usage.input_tokens", usage.input)
    opened.set_attribute("gen_ai.usage.output_tokens", usage.output)


def note(attributes: Mapping[str, Value]) -> None:
    """On the span that is open just now."""
    opened = trace.get_current_span()
    for name, value in attributes.items():
        opened.set_attribute(name, value)
