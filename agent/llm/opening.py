"""The models that the settings name, one behind the other, held to the account of the turn that runs."""

from __future__ import annotations

from collections.abc import Iterable

from agent.llm.accounting import MeteredModel
from agent.llm.chain import ModelChain
from agent.llm.openai_models import open_model
from agent.llm.port import Endpoint, LanguageModel


def open_models(endpoints: Iterable[Endpoint]) -> LanguageModel | None:
    """None where none is named: everything works without."""
    models = [open_model(endpoint) for endpoint in endpoints]
    return MeteredModel(ModelChain(models)) if models else None
