"""The blueprint against the code and the images that came with it: variables, hosts and ports. Advice."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from tools.compose import ENVIRONMENT
from tools.compose.dockerfiles import built_stage
from tools.compose.document import Mapping, Node, Place, Scalar, Sequence
from tools.compose.interpolation import read_dotenv, read_text
from tools.compose.references import references_in
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Build, Service, Stack
from tools.dependencies.program_needs import Need, program_needs
from tools.errors import UnreadableFile
from tools.findings import Severity
from tools.uploads.files import SourceFile

_ENVIRONMENT = "https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/"


def _built(stack: Stack) -> list[Service]:
    return [service for service in stack.services.values() if service.build is not None]


Folders = dict[str, list[Service]]  # of builds, "" for the root


def _build_folders(stack: Stack) -> Folders:
    found: Folders = {}
    for service in stack.services.values():
        if service.build is not None:
            found.setdefault(_folder(service.build), []).append(service)
    return found


def _service_of(folders: Folders, file: SourceFile) -> list[Service]:
    """The services whose build folder holds the file; the deepest folder wins."""
    folder = posixpath.dirname(file.path)
    while folder and folder not in folders:
        folder = posixpath.dirname(folder)
    return folders.get(folder, [])


def _folder(build: Build) -> str:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(build.place.file), build.context))
    return "" if path == "." else path


def variable_not_given(stack: Stack) -> Iterator[ComposeHit]:
    folders = _build_folders(stack)
    provided = tuple(f"{name.upper().replace('-', '_')}_" for name in _providers(stack))
    for program in program_needs(stack.upload):
        services = _service_of(folders, program.file)
        given = [_given(stack, service) for service in services]
        if not services or any(names is None for names in given):
            continue
        for need in program.variables:
            if need.name.startswith(provided):
                continue
            if not any(_has(names, need.name) for names in given if names is not None):
                yield _unmet(need, services[0])


def _providers(stack: Stack) -> Iterator[str]:
    """Services whose program sets variables, that begin with the service's name, in what depends on it."""
    return (service.name for service in stack.services.values() if service.is_provided)


def _unmet(need: Need, service: Service) -> ComposeHit:
    words = {"service": service.name, "name": need.name, "file": need.file}
    return ComposeHit(Place(need.file, need.line, need.line), words)


def _has(names: frozenset[str], name: str) -> bool:
    return name in names or f"{name}_FILE" in names


def _given(stack: Stack, service: Service) -> frozenset[str] | None:
    """Names that the service finds in its environment; None where some of them cannot be seen."""
    names = {setting.name for setting in service.environment}
    for path in _env_files(service):
        file = _beside(stack, service, path)
        if file is None:
            return None
        names |= set(read_dotenv(_text(file)))
    stage = built_stage(stack, service)
    return frozenset(names | set(stage.arguments if stage else ()) | set(_of_models(service)))


def _of_models(service: Service) -> Iterator[str]:
    """Where Compose tells a service the address and the name of each model that it asks for."""
    models = service.node.get("models")
    for item in models.items if isinstance(models, Sequence) else ():
        yield from _model_variables(item.value if isinstance(item, Scalar) else "", None)
    for name, entry in models.entries.items() if isinstance(models, Mapping) else ():
        yield from _model_variables(name, entry.value if isinstance(entry.value, Mapping) else None)


def _model_variables(name: str, settings: Mapping | None) -> Iterator[str]:
    for key, ending in (("endpoint_var", "URL"), ("model_var", "MODEL")):
        told = settings.get(key) if settings is not None else None
        yield told.value if isinstance(told, Scalar) else f"{name.upper().replace('-', '_')}_{ending}"


def _text(file: SourceFile) -> str:
    try:
        return file.text
    except UnreadableFile:
        return ""


def _env_files(service: Service) -> Iterator[str]:
    node: Node | None = service.node.get("env_file")
    for item in node.items if isinstance(node, Sequence) else (node,):
        named = item.get("path") if isinstance(item, Mapping) else item
        if isinstance(named, Scalar) and not named.is_null:
            yield read_text(named.value).resolved({})


def _beside(stack: Stack, service: Service, path: str) -> SourceFile | None:
    """The env file, or the template from which a person makes it."""
    folder = posixpath.dirname(service.place.file)
    whole = posixpath.normpath(posixpath.join(folder, path))
    names = (whole, *(f"{whole}.{ending}" for ending in ("example", "sample", "template", "dist")))
    return next((file for name in names if (file := stack.upload.find(name)) is not None), None)


def env_file_unseen(stack: Stack) -> Iterator[ComposeHit]:
    some = stack.upload.of_kind(ENVIRONMENT)
    for service in stack.services.values():
        entry = service.node.entries.get("env_file")
        unseen = [path for path in _env_files(service) if _beside(stack, service, path) is None]
        if entry is not None and unseen and not some:
            yield ComposeHit(entry.place, {"service": service.name, "path": unseen[0]})


def host_in_code(stack: Stack) -> Iterator[ComposeHit]:
    """An address in a program whose host can only be a service, and no service has that name."""
    if stack.incomplete or stack.has_external_network:
        return
    known = {host.lower() for host in stack.hosts}
    folders = _build_folders(stack)
    for program in program_needs(stack.upload):
        path = program.file.path
        for number, line in program.addresses if _service_of(folders, program.file) else ():
            for reference in references_in("", line, Place(path, number, number)):
                host = reference.host.lower()
                if host not in known and host not in _NOT_HERE:
                    known.add(host)
                    yield ComposeHit(reference.place, {"file": path, "host": reference.host})


_NOT_HERE = frozenset("localhost host.docker.internal example user username host hostname server".split())


def port_unheard(stack: Stack) -> Iterator[ComposeHit]:
    """A published port that the built image names nowhere, though it names others."""
    for service in _built(stack):
        stage = built_stage(stack, service)
        exposed = {
            port.partition("/")[0]
            for ancestor in (stage.lineage() if stage else ())
            for instruction in ancestor.of("EXPOSE")
            for port in instruction.value.split()
        }
        if not exposed or any(not port.isdecimal() for port in exposed):
            continue
        for port in service.ports:
            if port.target.isdecimal() and port.target not in exposed:
                words = {"service": service.name, "port": port.target, "exposed": ", ".join(sorted(exposed))}
                yield ComposeHit(port.place, words)


RULES = (
    ComposeRule(
        "compose-variable-not-given",
        "B2",
        Severity.WARNING,
        None,
        "`{file}` reads `{name}` from its environment, and nothing gives it to `{service}`.",
        "What does the process do at its start when this variable is not there?",
        variable_not_given,
        (_ENVIRONMENT,),
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, environment: {LOG_LEVEL: info}}}",
            "app.py": ("import os\nkey = os.environ['SEARCH_REGION']\n"),
        },
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, environment: {SEARCH_REGION: eu}}}",
            "app.py": ("import os\nkey = os.environ['SEARCH_REGION']\n"),
        },
    ),
    ComposeRule(
        "compose-env-file-unseen",
        "B2",
        Severity.INFO,
        None,
        "`{service}` takes its variables from `{path}`, and nothing in the upload says which those are.",
        "From what does a newcomer make this file before the first start?",
        env_file_unseen,
        (_ENVIRONMENT,),
        bad="services: {api: {build: ., mem_limit: 1g, env_file: api.env}}",
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, env_file: api.env}}",
            "api.env.example": "LOG_LEVEL=\n",
        },
    ),
    ComposeRule(
        "compose-host-in-code",
        "B1",
        Severity.WARNING,
        None,
        "`{file}` calls the host `{host}`, and no service of the stack has that name.",
        "Who answers under the name `{host}` when only this stack is running?",
        host_in_code,
        ("https://docs.docker.com/compose/how-tos/networking/",),
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g}}",
            "app.py": "search = Client('http://search:9200')\n",
        },
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g}}",
            "app.py": "search = Client('http://search.example.com:9200')\n",
        },
    ),
    ComposeRule(
        "compose-port-unheard",
        "B4",
        Severity.WARNING,
        None,
        "`{service}` publishes port {port} of the container, and its image names {exposed} as its own.",
        "On which port does the process in this container listen?",
        port_unheard,
        ("https://docs.docker.com/reference/compose-file/services/#ports",),
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, ports: ['8080:8080']}}",
            "Dockerfile": ("FROM python:3.12-slim\nEXPOSE 8000\n"),
        },
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, ports: ['8080:8000']}}",
            "Dockerfile": ("FROM python:3.12-slim\nEXPOSE 8000\n"),
        },
    ),
)
