"""Templates are data: each one fills, is spoken as the tutor speaks, and is used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
import yaml

from agent.conversation.planning.phrases import FILE, Phrases

KNOWN: dict[str, list[str]] = yaml.safe_load(FILE.read_text("utf-8"))
TEMPLATES = [(occasion, template) for occasion, templates in KNOWN.items() for template in templates]
_SAID = re.compile(r"""(?:\.say|_said)\(\s*(?:view,\s*)?["'](\w+)["'](?:\s*if[^,]*?else\s*["'](\w+)["'])?""")
_STALE = re.compile(r"great question|as an ai|policy|unfortunately|I'm afraid", re.IGNORECASE)


def _slots(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("occasion", "template"), TEMPLATES)
def test_every_template_fills(occasion: str, template: str) -> None:
    filled = Phrases({occasion: [template]}).say(occasion, "k", **dict.fromkeys(_slots(template), "{x} `y`"))
    assert filled
    assert filled == filled.strip()
    assert filled.count("{x} `y`") == template.count("{")


@pytest.mark.parametrize(("occasion", "templates"), KNOWN.items())
def test_templates_of_an_occasion_fill_from_the_same_values(occasion: str, templates: list[str]) -> None:
    assert len({frozenset(_slots(template)) for template in templates}) == 1


@pytest.mark.parametrize(("occasion", "template"), TEMPLATES)
def test_no_template_flatters_or_talks_of_rules(occasion: str, template: str) -> None:
    assert not _STALE.search(template)
    assert template.count("?") <= 1


def test_the_turn_s_key_chooses_and_always_the_same() -> None:
    phrases = Phrases({"thanks": ["One.", "Two.", "Three."]})
    said = [phrases.say("thanks", f"k{number}") for number in range(40)]
    assert set(said) == {"One.", "Two.", "Three."}
    assert said == [phrases.say("thanks", f"k{number}") for number in range(40)]


def test_every_occasion_that_the_code_says_has_its_templates() -> None:
    code = "".join(file.read_text("utf-8") for file in sorted(Path("agent/conversation/planning").glob("*.py")))
    said = {name for names in _SAID.findall(code) for name in names if name}
    assert len(said) > 20
    assert said <= set(KNOWN)


def test_a_slot_without_a_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        Phrases({"unsure": ["{choices}"]}).say("unsure", "k")
