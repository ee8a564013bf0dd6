"""No list of artefact types is kept anywhere: outside their own folders no module names one beside another."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tools.artefacts.registry import artefact_types, aspects, judged_types

ROOT = Path(__file__).parents[4]
# The languages themselves, what builds them and what sets a plan beside them speak of each other: a Compose file names
# Dockerfiles.
THEIR_OWN = (
    "agent/grading/plan_against_files/",
    "tools/artefacts/types/",
    "tools/compose/",
    "tools/dependencies/",
    "tools/dockerfile/",
    "tools/inspection/checks/",
    "tools/inspection/catalogue.py",
    "tools/inspection/rule.py",
    "tools/sandbox/",
)
MODULES = [
    name
    for package in ("agent", "integrations", "knowledge", "tools")
    for path in sorted((ROOT / package).rglob("*.py"))
    if not (name := path.relative_to(ROOT).as_posix()).startswith((*THEIR_OWN, "integrations/slack_emulator/"))
]
KINDS = {
    *("tools.dockerfile.DOCKERFILE", "tools.dockerfile.DOCKERIGNORE"),
    *("tools.compose.COMPOSE", "tools.compose.ENVIRONMENT", "tools.dependencies.DEPENDENCIES"),
}
NAMED: Mapping[str, str] = {
    "agent/conversation/handlers/tried_line.py": "D1 and B1 are where a line names an image",
    "agent/grading/assessment.py": "D3 and B3 are what a build can prove beyond the files",
    "agent/understanding/references.py": "`environment` is a key of a file",
    "integrations/cli/review_command.py": "`plan` is a key of its output: the place in the plan",
}
SPOKEN: Mapping[str, str] = {
    "integrations/slack/rich_text.py": "languages that a composer may name on the first line of a code block",
    "agent/conversation/handlers/submission.py": "an image is built from one, a stack is started from the other",
    "knowledge/course/check.py": "the files that a step of an experiment builds and starts from",
    "integrations/cli/main.py": "the help of `tutor inspect`, shown before anything is imported",
}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text("utf-8"))


def _texts(module: str) -> list[str]:
    """String constants but for docstrings."""
    nodes = list(ast.walk(_tree(module)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    constants = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return [node.value for node in constants if isinstance(node.value, str)]


def test_no_module_names_a_type_or_an_aspect() -> None:
    names = {artefact.name for artefact in artefact_types()} | {*aspects()}
    found = {module: named for module in MODULES if (named := names.intersection(_texts(module)))}
    assert found.keys() == NAMED.keys(), found


def test_no_module_speaks_of_one_type_beside_another() -> None:
    found = {module: spoken for module in MODULES if len(spoken := _spoken(module)) > 1}
    assert found.keys() == SPOKEN.keys(), found


def _spoken(module: str) -> set[str]:
    texts = [re.sub(r" ?\?", "", text) for text in _texts(module)]  # `docker ?file` in a pattern
    names = [artefact.name for artefact in judged_types()]
    return {name for name in names if any(re.search(rf"\b{name}s?\b", text, re.IGNORECASE) for text in texts)}


def test_no_module_takes_the_name_of_a_type_from_where_it_stands() -> None:
    taken = {module: names for module in MODULES if (names := KINDS & _imported(module))}
    assert taken == {"tools/inspection/hadolint.py": {"tools.dockerfile.DOCKERFILE"}}  # the files that it lints


def _imported(module: str) -> set[str]:
    imports = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.ImportFrom)]
    return {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
