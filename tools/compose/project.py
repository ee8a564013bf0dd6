"""Which files make one stack: main file, overrides, `include` and `extends`, all inside the upload."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tools.compose import COMPOSE
from tools.compose.document import (
    MAX_NODES,
    Mapping,
    Node,
    Place,
    Scalar,
    Sequence,
    YamlDocument,
    count_nodes,
    read_document,
)
from tools.compose.interpolation import read_dotenv, read_text
from tools.compose.merging import merge
from tools.compose.stack import Problem, ProblemKind
from tools.errors import NotCompose, UnreadableFile
from tools.uploads.files import SourceFile, Upload

MAX_EXTENDS = 20
MAX_INCLUDES = 50

_MAIN_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_SECTIONS = frozenset("services volumes networks secrets configs models include name version".split())


@dataclass
class Project:
    """The merged top level of a stack and what went wrong on the way."""

    path: str
    root: Mapping
    env: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


class ProjectReader:
    """Reads files of one upload, each once; raises UnreadableFile where a main file is no Compose file."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._documents: dict[str, YamlDocument] = {}

    def read(self, paths: tuple[str, ...]) -> Project:
        """The stack of a main file and its overlays, in the order in which they are laid over one another."""
        folder = posixpath.dirname(paths[0])
        dotenv = self._upload.find(posixpath.join(folder, ".env"))
        env = {name: value for name, (value, _) in read_dotenv(_text_or_empty(dotenv)).items()}
        loading = _Loading(self, env)
        root = loading.root(paths[0], frozenset())
        for path in paths[1:]:
            root = merge(root, loading.root(path, frozenset()))
        root = loading.with_extends(root)
        return Project(paths[0], root, env, loading.problems, loading.files)

    def document(self, path: str) -> YamlDocument:
        if path not in self._documents:
            file = self._upload.find(path)
            text = file.text if file is not None else ""
            self._documents[path] = read_document(path, text)
        return self._documents[path]

    def has(self, path: str) -> bool:
        return self._upload.find(path) is not None


def _text_or_empty(file: SourceFile | None) -> str:
    try:
        return file.text if file is not None else ""
    except UnreadableFile:
        return ""


class _Loading:
    """One stack being put together."""

    def __init__(self, reader: ProjectReader, env: dict[str, str]) -> None:
        self._reader = reader
        self._env = env
        self._includes_read = 0
        self._extended_nodes = 0
        self.problems: list[Problem] = []
        self.files: set[str] = set()

    def root(self, path: str, above: frozenset[str]) -> Mapping:
        """The top level of a file with its documents merged and its includes beneath."""
        document = self._reader.document(path)
        if path not in self.files:
            self.problems.extend(
                Problem(ProblemKind.DUPLICATE, item.place, f"{item.key} (first on line {item.first_line})")
                for item in document.duplicates
            )
        self.files.add(path)
        root = _top_level(path, document.roots)
        for included, place in self._includes(root):
            beneath = self._included(path, included, place, above | {path})
            root = merge(beneath, root) if beneath is not None else root
        return root

    def _includes(self, root: Mapping) -> Iterator[tuple[str, Place]]:
        node = root.get("include")
        for item in node.items if isinstance(node, Sequence) else ():
            named = item.get("path") if isinstance(item, Mapping) else item
            for path in named.items if isinstance(named, Sequence) else (named,):
                if isinstance(path, Scalar):
                    yield read_text(path.value).resolved(self._env), path.place

    def _included(self, path: str, included: str, place: Place, above: frozenset[str]) -> Mapping | None:
        target = self._resolve(path, included, place)
        if target is None:
            return None
        self._includes_read += 1
        if target in above or self._includes_read > MAX_INCLUDES:
            self.problems.append(Problem(ProblemKind.CYCLE, place, f"{included} is included again and again"))
            return None
        try:
            return self.root(target, above)
        except UnreadableFile as error:
            self.problems.append(Problem(ProblemKind.ELSEWHERE, place, str(error)))
            return None

    def _resolve(self, path: str, reference: str, place: Place, service: str = "") -> str | None:
        """The path of a referenced file in the upload; a problem is noted where it is not there."""
        if "://" in reference or reference.startswith(("git@", "github.com/")):
            self.problems.append(Problem(ProblemKind.REMOTE, place, reference, service))
            return None
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))
        if reference.startswith(("/", "~")) or not self._reader.has(target):
            self.problems.append(Problem(ProblemKind.ELSEWHERE, place, reference, service))
            return None
        return target

    def with_extends(self, root: Mapping) -> Mapping:
        services = root.get("services")
        if not isinstance(services, Mapping):
            return root
        entries = {}
        for name, entry in services.entries.items():
            node = self._extended(entry.value, name, services, ())
            entries[name] = replace(entry, value=node)
        whole = replace(services, entries=entries)
        return replace(root, entries=root.entries | {"services": replace(root.entries["services"], value=whole)})

    def _extended(self, node: Node, name: str, beside: Mapping, trail: tuple[tuple[str, str], ...]) -> Node:
        extends = node.get("extends") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or extends is None:
            return node
        service, file = _extends_of(extends)
        path = node.entries["extends"].key.place.file
        if file is not None:
            target = self._resolve(path, read_text(file).resolved(self._env), extends.place, name)
            if target is None:
                return node
            path, beside = target, self._services_of(target, extends.place, name)
        base = beside.get(service)
        if base is None:
            self.problems.append(Problem(ProblemKind.ELSEWHERE, extends.place, f"service {service}", name))
            return node
        if (path, service) in trail or len(trail) > MAX_EXTENDS:
            self.problems.append(Problem(ProblemKind.CYCLE, extends.place, f"{service} extends itself again", name))
            return node
        base = self._extended(base, name, beside, (*trail, (path, service)))
        self._extended_nodes += count_nodes(base)
        if self._extended_nodes > MAX_NODES:
            raise UnreadableFile(
                f"{path} grows to more than {MAX_NODES:,} values once `extends` is followed. Send only your own stack."
            )
        return merge(base, node) if isinstance(base, Mapping) else node

    def _services_of(self, path: str, place: Place, name: str) -> Mapping:
        try:
            services = self.root(path, frozenset({path})).get("services")
        except UnreadableFile as error:
            self.problems.append(Problem(ProblemKind.ELSEWHERE, place, str(error), name))
            services = None
        return services if isinstance(services, Mapping) else Mapping(place, {})


def _extends_of(node: Node) -> tuple[str, str | None]:
    if isinstance(node, Scalar):
        return node.value, None
    if not isinstance(node, Mapping):
        return "", None
    service, file = node.get("service"), node.get("file")
    return (
        service.value if isinstance(service, Scalar) else "",
        file.value if isinstance(file, Scalar) else None,
    )


def _top_level(path: str, roots: tuple[Node, ...]) -> Mapping:
    if not roots or all(isinstance(root, Scalar) and root.is_null for root in roots):
        raise UnreadableFile(f"{path} is empty. Declare your services under a top-level `services:` key.")
    merged: Mapping | None = None
    for root in roots:
        if not isinstance(root, Mapping):
            shape = "a list" if isinstance(root, Sequence) else "one piece of text"
            raise NotCompose(
                f"{path} holds {shape} where a Compose file has a mapping. "
                "Start with `services:` and put each service beneath it, indented."
            )
        merged = root if merged is None else merge(merged, root)
    if merged is None or not _SECTIONS & set(merged.entries):
        raise _not_compose(path, merged)
    return merged


def _not_compose(path: str, root: Mapping | None) -> UnreadableFile:
    entries = root.entries.values() if root is not None else ()
    first_form = any(
        isinstance(entry.value, Mapping) and {"image", "build"} & set(entry.value.entries) for entry in entries
    )
    if first_form:
        return UnreadableFile(
            f"{path} is written in the first form of Compose files, with services at the top level, which "
            "Compose no longer reads. Put a `services:` key above them and indent them beneath it."
        )
    return NotCompose(f"{path} has no `services:` key, so it declares no service. Put your services beneath one.")


def compose_projects(upload: Upload) -> tuple[tuple[str, ...], ...]:
    """Each stack of the upload as the files that make it; files that others pull in stand for no stack.

    Files that are no text are left to the inspection, which names them.
    """
    paths = [file.path for file in upload.own(COMPOSE)]
    referenced = _referenced(upload, paths)
    alone = [path for path in paths if path not in referenced]
    projects: list[tuple[str, ...]] = []
    for path in alone or paths:
        main = _main_beside(path, paths)
        if posixpath.basename(path) in _MAIN_NAMES:
            override = _override_of(path, paths)
            projects.append((path, override) if override else (path,))
        elif main is None or not _is_overlay(path, main):
            projects.append((path,))
        elif path != _override_of(main, paths):
            projects.append((main, path))
    return tuple(projects)


def without_other_stacks(upload: Upload, path: str) -> Upload:
    """The upload without the files of stacks that this file is no part of."""
    others = {part for project in compose_projects(upload) if path not in project for part in project}
    return Upload(tuple(file for file in upload if file.path == path or file.path not in others))


def _main_beside(path: str, paths: list[str]) -> str | None:
    folder = posixpath.dirname(path)
    return next((found for name in _MAIN_NAMES if (found := posixpath.join(folder, name)) in paths), None)


def _is_overlay(path: str, main: str) -> bool:
    return posixpath.basename(path).startswith(posixpath.splitext(posixpath.basename(main))[0] + ".")


def _override_of(main: str, paths: list[str]) -> str | None:
    stem, _ = posixpath.splitext(main)
    return next((path for ext in (".yaml", ".yml") if (path := f"{stem}.override{ext}") in paths), None)


def _referenced(upload: Upload, paths: list[str]) -> set[str]:
    """Files that another one includes or extends."""
    reader = ProjectReader(upload)
    found = set()
    for path in paths:
        try:
            document = reader.document(path)
        except UnreadableFile:
            continue
        references = {ref for root in document.roots for ref in _references(root)}
        targets = {posixpath.normpath(posixpath.join(posixpath.dirname(path), ref)) for ref in references}
        found |= targets - {path}
    return found & set(paths)


def _references(root: Node) -> Iterator[str]:
    if not isinstance(root, Mapping):
        return
    include = root.get("include")
    for item in include.items if isinstance(include, Sequence) else ():
        named = item.get("path") if isinstance(item, Mapping) else item
        for path in named.items if isinstance(named, Sequence) else (named,):
            if isinstance(path, Scalar):
                yield path.value
    services = root.get("services")
    for entry in services if isinstance(services, Mapping) else ():
        extends = entry.value.get("extends") if isinstance(entry.value, Mapping) else None
        file = _extends_of(extends)[1] if extends is not None else None
        if file is not None:
            yield file
