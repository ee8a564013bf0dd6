"""Every module of checks, of Dockerfiles and of Compose files, is registered, and every rule is documented."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from integrations.cli.inspect_command import inspect
from tools.compose import checks as compose_checks
from tools.compose import registry as compose
from tools.compose.rules import ComposeRule
from tools.inspection import checks as dockerfile_checks
from tools.inspection import registry as dockerfile
from tools.inspection.catalogue import catalogue
from tools.inspection.rule import DockerfileRule

PAGE = Path(__file__).parents[4] / "docs" / "checks.md"
Rule = DockerfileRule | ComposeRule
BOTH = pytest.mark.parametrize(
    ("checks", "rules"), [(dockerfile_checks, dockerfile.rules), (compose_checks, compose.rules)], ids=["D", "B"]
)


@BOTH
def test_every_module_of_checks_is_registered(checks: ModuleType, rules: Callable[[], Sequence[Rule]]) -> None:
    registered = list(rules())
    modules = [path.stem for path in Path(checks.__path__[0]).glob("*.py") if path.stem != "__init__"]
    written = [rule for name in sorted(modules) for rule in sys.modules[f"{checks.__name__}.{name}"].RULES]
    assert registered == written
    assert len(modules) > 10


@BOTH
@pytest.mark.parametrize("has_rules", [True, False])
def test_a_new_module_is_one_file(
    checks: ModuleType,
    rules: Callable[[], Sequence[Rule]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_rules: bool,
) -> None:
    module, *_ = {rule.check.__module__ for rule in rules()[:1]}
    (tmp_path / "added.py").write_text(f"from {module} import RULES as {'RULES' if has_rules else 'OTHERS'}\n", "utf-8")
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, f"{checks.__name__}.added", raising=False)
    anew: Callable[[], Sequence[Rule]] = rules.__wrapped__  # type: ignore[attr-defined]  # without its cache
    if has_rules:
        assert len(anew()) > len(rules())
    else:
        with pytest.raises(TypeError, match="has no RULES"):
            anew()


def test_every_rule_has_a_name_of_its_own_and_stands_in_the_documentation() -> None:
    known = [*(rule.id for rule in dockerfile.rules()), *(rule.id for rule in compose.rules())]
    assert len(set(known)) == len(known)
    assert PAGE.read_text("utf-8") == catalogue()
    assert all(f"| `{name}` |" in catalogue() for name in known)


def test_the_command_prints_the_page() -> None:
    assert CliRunner().invoke(inspect, ["--rules"]).output == catalogue()
