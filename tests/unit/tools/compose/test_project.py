from __future__ import annotations

import pytest

from tools.compose.project import ProjectReader, compose_projects
from tools.compose.reading import read_stack
from tools.compose.stack import ProblemKind, Service, Stack
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload


def upload(**files: str) -> Upload:
    return Upload.of(
        SourceFile(name.replace("__", "/").replace("_", "."), text.encode()) for name, text in files.items()
    )


def stacks(given: Upload) -> list[Stack]:
    reader = ProjectReader(given)
    return [read_stack(reader.read(paths), given) for paths in compose_projects(given)]


def api(given: Upload) -> Service:
    (stack,) = stacks(given)
    return stack.services["api"]


def settings(service: Service) -> dict[str, str]:
    return {setting.name: setting.value.text if setting.value else "" for setting in service.environment}


def test_an_override_wins_and_joins() -> None:
    service = api(
        upload(
            compose_yaml="services: {api: {image: 'a:1', environment: [X=1, Y=2], ports: ['1:1'], command: [a, b]}}",
            compose_override_yaml="services: {api: {image: 'a:2', environment: {Y: 3}, ports: ['2:2'], command: c}}",
        )
    )
    assert service.image is not None
    assert service.image.text == "a:2"
    assert settings(service) == {"X": "1", "Y": "3"}
    assert [port.target for port in service.ports] == ["1", "2"]
    assert service.command_line == "c"


def test_reset_takes_away_and_override_replaces() -> None:
    service = api(
        upload(
            compose_yaml="services: {api: {image: 'a:1', ports: ['1:1'], volumes: ['x:/x']}}",
            compose_override_yaml="services: {api: {ports: !reset [], volumes: !override ['y:/y']}}",
        )
    )
    assert service.ports == ()
    assert [mount.source for mount in service.mounts] == ["y"]


def test_a_mount_on_the_same_path_is_replaced() -> None:
    service = api(
        upload(
            compose_yaml="services: {api: {image: 'a:1', volumes: ['x:/data', 'z:/z']}}",
            compose_override_yaml="services: {api: {volumes: [{type: volume, source: y, target: /data/}]}}",
        )
    )
    assert [mount.source for mount in service.mounts] == ["z", "y"]


def test_extends_follows_files_and_chains_and_keeps_their_lines() -> None:
    service = api(
        upload(
            compose_yaml="services:\n  api: {extends: {file: base/common.yaml, service: two}, environment: {C: 3}}\n",
            base__common_yaml=(
                "services:\n  one: {build: ., environment: {A: 1}}\n  two: {extends: one, environment: {B: 2}}\n"
            ),
        )
    )
    assert settings(service) == {"A": "1", "B": "2", "C": "3"}
    assert service.build is not None
    assert service.build.place.file == "base/common.yaml"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"compose_yaml": "services: {api: {extends: {file: ../x.yaml, service: a}}}"}, ProblemKind.ELSEWHERE),
        ({"compose_yaml": "services: {api: {extends: {file: /etc/passwd, service: a}}}"}, ProblemKind.ELSEWHERE),
        ({"compose_yaml": "services: {api: {extends: nobody}}"}, ProblemKind.ELSEWHERE),
        ({"compose_yaml": "services: {api: {extends: api}}"}, ProblemKind.CYCLE),
        ({"compose_yaml": "include: ['https://example.org/c.yaml']\nservices: {}"}, ProblemKind.REMOTE),
        ({"compose_yaml": "include: [a.yaml]", "a_yaml": "include: [compose.yaml]"}, ProblemKind.CYCLE),
        ({"compose_yaml": "include: [a.yaml]", "a_yaml": "a: ["}, ProblemKind.ELSEWHERE),
        ({"compose_yaml": "services: {api: }"}, ProblemKind.SHAPE),
        ({"compose_yaml": "services: [api]"}, ProblemKind.SHAPE),
        ({"compose_yaml": "services: {api: {build: .}}\nservices: {api: {build: .}}"}, ProblemKind.DUPLICATE),
    ],
)
def test_what_goes_wrong_is_a_problem_with_its_place(files: dict[str, str], kind: ProblemKind) -> None:
    (stack,) = stacks(upload(**files))
    assert kind in {problem.kind for problem in stack.problems}


def test_includes_that_multiply_end() -> None:
    files = {f"c{n}_yaml": "include: [" + ", ".join([f"c{n + 1}.yaml"] * 8) + "]\nservices: {}" for n in range(12)}
    (stack,) = stacks(upload(compose_yaml="include: [c0.yaml]\nservices: {}", c12_yaml="services: {}", **files))
    assert ProblemKind.CYCLE in {problem.kind for problem in stack.problems}


def test_extends_that_multiply_are_refused() -> None:
    many = ", ".join(f"K{n}: {n}" for n in range(900))
    text = f"services:\n  base: {{build: ., environment: {{{many}}}}}\n"
    text += "".join(f"  s{n}: {{extends: base}}\n" for n in range(50))
    with pytest.raises(UnreadableFile, match="extends"):
        stacks(upload(compose_yaml=text))


def test_values_come_from_the_uploaded_env_file_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "from-this-machine")
    service = api(upload(compose_yaml="services: {api: {image: 'a:${TAG}-${OTHER:-x}'}}", _env="OTHER=9\n"))
    assert service.image is not None
    assert service.image.text == "a:-9"


@pytest.mark.parametrize(
    ("names", "projects"),
    [
        (["compose.yaml"], [("compose.yaml",)]),
        (
            ["docker-compose.yml", "docker-compose.override.yml"],
            [("docker-compose.yml", "docker-compose.override.yml")],
        ),
        (["compose.yaml", "compose.prod.yaml"], [("compose.prod.yaml",), ("compose.yaml",)]),
        (["stack.compose.yaml"], [("stack.compose.yaml",)]),
        (["a/compose.yaml", "b/compose.yaml"], [("a/compose.yaml",), ("b/compose.yaml",)]),
    ],
)
def test_files_make_stacks_as_compose_takes_them(names: list[str], projects: list[tuple[str, ...]]) -> None:
    found = compose_projects(Upload.of(SourceFile(name, b"services: {}") for name in names))
    expected = [("compose.yaml", *paths) if paths == ("compose.prod.yaml",) else paths for paths in projects]
    assert list(found) == expected
