"""Strict schemas: every property required, none besides, and nothing that strict servers refuse."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from agent.llm.schemas import strict


class Inner(BaseModel):
    title: str = Field("", max_length=8)


class Outer(BaseModel):
    inner: list[Inner]
    often: int = Field(3, ge=1, description="how often")


def test_a_schema_is_strict_at_every_depth() -> None:
    schema: Any = strict(Outer)
    assert schema["required"] == ["inner", "often"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["often"] == {"description": "how often Usually 3.", "minimum": 1, "type": "integer"}
    inner = schema["$defs"]["Inner"]
    assert inner["properties"] == {"title": {"description": "Usually ''.", "type": "string"}}
    assert inner["required"] == ["title"]
