"""The Compose file: the blueprint of the local stack."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.types.compose.faults import FAULTS
from tools.artefacts.types.compose.pasting import PASTING
from tools.artefacts.types.compose.patches import patches
from tools.artefacts.wording import Wording
from tools.compose import COMPOSE
from tools.compose.inspection import inspect_compose
from tools.compose.project import without_other_stacks
from tools.compose.rules import COMPOSE_ASPECTS

_SERVICES = re.compile(r"^services\s*:", re.MULTILINE)
_TOP_KEY = re.compile(r"^([\w.\"'][^\s:#]*)\s*:(?=\s|$)", re.MULTILINE)
_KNOWN_KEYS = frozenset("services version name networks volumes secrets configs models include".split())
_USUAL = re.compile(r"(docker-)?compose\.ya?ml")
_FIRST_FORM = re.compile(r"^[ \t]+(image|build):", re.MULTILINE)  # services at the top level, as long ago
_LIST = re.compile(r"(?:[ \t]*#[^\n]*\n|\n)*- ")
_YAML = (".yml", ".yaml")


def _holds(name: str, text: str) -> bool:
    """All its keys are Compose's: other tools have a key `services` among theirs."""
    keys = _top_keys(text)
    foreign = {key for key in keys - _KNOWN_KEYS if not key.startswith("x-")}
    return name.endswith(_YAML) and "services" in keys and not foreign


def _only_named(name: str, text: str) -> bool:
    """A list, or keys of which none is Compose's; a file of the usual names is told what it lacks."""
    if _USUAL.fullmatch(name) or _FIRST_FORM.search(text):
        return False
    keys = _top_keys(text)
    return bool(keys and not keys & _KNOWN_KEYS) or _LIST.match(text) is not None


def _top_keys(text: str) -> set[str]:
    return {key.strip("\"'") for key in _TOP_KEY.findall(text)}


def _may_be(name: str, text: str) -> bool:
    return name.endswith(_YAML) or _SERVICES.search(text) is not None


ARTEFACT = ArtefactType(
    name=COMPOSE,
    order=30,
    recognition=Recognition(
        names=re.compile(r"(docker-)?compose([.-][\w.-]+)?\.ya?ml|.+\.compose\.ya?ml|.*blueprint.*\.ya?ml"),
        file_name="compose.yaml",
        holds=_holds,
        may_be=_may_be,
        only_named=_only_named,
        mentioned=re.compile(r"\b(compose|blueprints?|stack(?! ?trace))\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Blueprint",
        full_title="Local stack blueprint",
        some="a Compose file",
        yours="your Compose file",
        also=("blueprint*", "stack file", "compose.yml", "docker-compose.yml"),
    ),
    stand_in="",
    aspects=COMPOSE_ASPECTS,
    aspect_names={
        "B1": "Stack complete",
        "B2": "Configuration from the environment",
        "B3": "Startup and health",
        "B4": "State and ports",
    },
    leaks=frozenset(
        {
            "compose-literal-credential",
            "compose-fallback-credential",
            "compose-credential-in-command",
            "compose-credential-in-config",
        }
    ),
    inspect=inspect_compose,
    faults=FAULTS,
    pasting=PASTING,
    patching=Patching(of_file=patches, whole=(r"(?m)^services:",)),
    judged_with=without_other_stacks,
    speaks_for_others=True,
    comment="#",
    is_single=True,
    is_outside_build=True,
)
