"""The Dockerfile."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.types.dockerfile.faults import FAULTS
from tools.artefacts.types.dockerfile.inspection import inspect
from tools.artefacts.types.dockerfile.pasting import PASTING
from tools.artefacts.types.dockerfile.patches import patches, patches_beside
from tools.artefacts.wording import Wording
from tools.dependencies import DEPENDENCIES
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.dockerfile.parser import KEYWORDS, parse
from tools.inspection.rule import DOCKERFILE_ASPECTS

_FROM = re.compile(r"^\s*FROM\s+\S+", re.MULTILINE | re.IGNORECASE)
_FIRST = re.compile(r"FROM[ \t]+(?:--platform=\S+[ \t]+)?\S+(?:[ \t]+AS[ \t]+\S+)?", re.IGNORECASE)
MOST_LINES = 200  # that stand before the first FROM
_OTHERS_WITH_FROM = frozenset({"modelfile", "earthfile"})
# `Dockerfile.md` is about a Dockerfile, `dockerfile.py` reads one, `Dockerfile.j2` becomes one.
_OTHER_FORMAT = re.compile(
    r".*\.(?:md|markdown|rst|adoc|html?|ya?ml|json|toml|ini|cfg|lock|ipynb|py|pyi|rb|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|cs|"
    r"cpp|c|h|php|lua|vim|el|ps1|bat|cmd|sh|bash|zsh|fish|j2|jinja2?|tmpl|tpl|erb|ejs|mustache|hbs|gotmpl|diff|patch|snap)"
)
_TEMPLATE = re.compile(
    r"^[ \t]*(?:\{%|<%)|^[ \t]*FROM[ \t][^\n#]*(?:\{\{|\{%|<%|%%|@\w+@)", re.MULTILINE | re.IGNORECASE
)


def _holds(name: str, text: str) -> bool:
    """Its first instruction is a FROM of the usual shape: a script has such a line further down, if at all."""
    return "." not in name and name not in _OTHERS_WITH_FROM and _FIRST.fullmatch(_first_line(text)) is not None


def _first_line(text: str) -> str:
    """The first that is neither comment nor ARG."""
    lines = (line.strip() for line in text.split("\n", MOST_LINES)[:MOST_LINES])
    return next((line for line in lines if line and not line.startswith("#") and line[:4].upper() != "ARG "), "")


def _may_be(name: str, text: str) -> bool:
    return not name.endswith((".yml", ".yaml")) and not text.startswith("#!") and _FROM.search(text) is not None


def _only_named(name: str, text: str) -> bool:
    """A program or a text about Dockerfiles, or a template from which one is made; the plain name leaves no doubt."""
    if name in ("dockerfile", "containerfile"):
        return False
    is_own_form = name.endswith((".dockerfile", ".containerfile"))
    other_format = not is_own_form and _OTHER_FORMAT.fullmatch(name) is not None
    is_script = text.startswith("#!") and "docker" not in text.partition("\n")[0]
    return other_format or is_script or _TEMPLATE.search(text) is not None


ARTEFACT = ArtefactType(
    name=DOCKERFILE,
    order=20,
    recognition=Recognition(
        names=re.compile(r"(docker|container)file([.-].+)?|.+\.(docker|container)file"),
        file_name="Dockerfile",
        holds=_holds,
        may_be=_may_be,
        only_named=_only_named,
        mentioned=re.compile(r"\bdocker ?files?\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Dockerfile",
        full_title="Dockerfile",
        some="a Dockerfile",
        yours="your Dockerfile",
        also=("dockerfile*", "docker file*"),
    ),
    stand_in="",
    aspects=DOCKERFILE_ASPECTS,
    aspect_names={
        "D1": "Pinned base",
        "D2": "Locked dependencies",
        "D3": "No secrets",
        "D4": "Lean image",
        "D5": "Explicit process",
        "D6": "Builds and runs",
    },
    urgent=("D3",),
    inspect=inspect,
    faults=FAULTS,
    pasting=PASTING,
    patching=Patching(
        of_file=patches,
        beside=patches_beside,
        whole=(r"(?m)^\s*FROM\s", r"(?m)^\s*(CMD|ENTRYPOINT)\s"),
        keywords=KEYWORDS,
    ),
    companions=(DOCKERIGNORE, DEPENDENCIES),
    statements=lambda text: [(one.line, one.end_line) for one in parse(text).instructions],
    comment="#",
)
