"""Spans hold names and counts, and no text, not even of an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent.errors import ModelUnavailable
from agent.llm.port import Usage
from agent.llm.spans import chat_span, counted, note, span


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


def test_a_call_of_a_model_tells_what_it_was_and_what_it_took(exported: InMemorySpanExporter) -> None:
    with span("invoke_agent tutor", {"gen_ai.agent.name": "tutor"}):
        with chat_span("m", "tutor v1 abc") as opened:
            counted(opened, Usage(30, 4))
        note({"tutor.segments.kept": 3})
    call, turn = exported.get_finished_spans()
    assert call.name == "chat m"
    assert dict(call.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.prompt.name": "tutor v1 abc",
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 4,
    }
    assert call.parent is not None
    assert turn.attributes
    assert turn.attributes["tutor.segments.kept"] == 3


def test_an_error_is_told_by_its_type(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ModelUnavailable), chat_span("m", ""):
        raise ModelUnavailable("a secret of somebody")
    failed = exported.get_finished_spans()[0]
    assert failed.attributes
    assert failed.attributes["error.type"] == "ModelUnavailable"
    assert "secret" not in failed.to_json()


def test_without_an_exporter_nothing_is_recorded() -> None:
    with span("invoke_agent tutor", {}) as opened:
        note({"tutor.segments.kept": 3})
    assert not opened.is_recording()
