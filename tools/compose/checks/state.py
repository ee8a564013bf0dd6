"""B4: state is on named volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.document import Mapping, Scalar
from tools.compose.families import Family, family_of, reference_of
from tools.compose.references import references_of
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Mount, MountKind, Service, Stack
from tools.findings import Severity, Verdict

_VOLUMES = "https://docs.docker.com/engine/storage/volumes/"
_DATA_FOLDER = re.compile(
    r"(?:^|[/_.-])(?:data|db|database|storage|uploads?|state|persist\w*|indexe?s?|vector\w*|chroma\w*|qdrant\w*|pg\w*|"
    r"postgres\w*|mysql\w*|redis\w*|volumes?|models?|cache|checkpoints|weights|artifacts|mlruns|huggingface|ollama)$",
    re.IGNORECASE,
)
_KEPT_PATH_NAME = re.compile(
    r"(?:.*_)?(?:PERSIST_DIRECTORY|PERSIST_DIR|PERSIST_PATH|CHROMA_PATH|CHROMA_DIR|CHROMA_DB_PATH|SQLITE_PATH|"
    r"UPLOAD_DIR|UPLOAD_PATH|UPLOADS_DIR|FAISS_INDEX_PATH|LANCEDB_PATH|LANCEDB_URI)",
    re.IGNORECASE,
)
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(/?[^\s?\"']*)", re.IGNORECASE)
_QUEUE = re.compile(r"celery|\brq\b|\barq\b|dramatiq|bull|sidekiq|huey|taskiq|worker|queue|broker", re.IGNORECASE)
_PERSISTENT = re.compile(
    r"--appendonly\s+yes|--save\s+\"?\d|-sd\b|--store_dir|--jetstream|(?:^|\s)-js\b", re.IGNORECASE
)
_TEMPORARY = re.compile(r"--save\s+(?:\"\"|'')|--save\s+--|--save\s*$|--maxmemory-policy\s+allkeys", re.IGNORECASE)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _holds_state(mount: Mount, family: Family, service: Service) -> bool:
    """Whether a mount is at, above or below the place where the family keeps its data, or where it was told to."""
    target = mount.target.rstrip("/") or "/"
    if any(_within(folder, target) or _within(target, folder) for folder in family.data):
        return True
    told = _told(service)
    return target != "/" and re.search(rf"(?:^|[\s=:,\"']){re.escape(target)}(?:[/\s\"',:]|$)", told) is not None


def _keeps_state(stack: Stack, service: Service, family: Family) -> bool:
    """What is lost with the container matters: databases, indexes, models, and queues but not caches."""
    if _only_visits(service):
        return False
    if family.kept:
        return bool(family.data)
    told = _told(service)
    if not family.data or _TEMPORARY.search(told):
        return False
    mounted = any(m.kind is not MountKind.TMPFS and _holds_state(m, family, service) for m in service.mounts)
    return mounted or _PERSISTENT.search(told) is not None or _is_queue(stack, service)


def _told(service: Service) -> str:
    """Everything that a service is told by its command and its settings."""
    return " ".join([service.command_line, *(s.value.text for s in service.environment if s.value is not None)])


def _only_visits(service: Service) -> bool:
    """A second container of a database's image that only runs a client: a dump, a migration, a model pull."""
    once = service.node.get("restart")
    ends = isinstance(once, Scalar) and once.value in {"no", "false"}
    client = re.search(r"\b(?:pg_dump|psql|mysqldump|ollama pull|mongodump|redis-cli|pull)\b", service.command_line)
    return bool(service.depends_on) and (ends or client is not None)


def _is_queue(stack: Stack, service: Service) -> bool:
    if re.search(r"queue|broker", service.name, re.IGNORECASE):
        return True
    return any(
        _QUEUE.search(f"{other.name} {other.command_line}")
        and any(stack.service_at(reference.host) is service for reference in references_of(stack, other))
        for other in stack.services.values()
    )


def state_without_volume(stack: Stack) -> Iterator[ComposeHit]:
    for service, family, mounts in _stateful(stack):
        if not any(mount.kind is not MountKind.ANONYMOUS for mount in mounts):
            place = mounts[0].place if mounts else service.place
            yield ComposeHit(place, {"service": service.name, "family": family.name})


def state_on_host_folder(stack: Stack) -> Iterator[ComposeHit]:
    for service, _, mounts in _stateful(stack):
        wrong = [mount for mount in mounts if mount.kind in {MountKind.BIND, MountKind.TMPFS}]
        if wrong and not any(mount.kind is MountKind.VOLUME for mount in mounts):
            where = f"the host folder `{wrong[0].source}`" if wrong[0].kind is MountKind.BIND else "memory"
            yield ComposeHit(wrong[0].place, {"service": service.name, "where": where})
    for service in stack.services.values():
        if family_of(stack, service) is None:
            for mount in service.mounts:
                if mount.kind is MountKind.BIND and not mount.read_only and _DATA_FOLDER.search(mount.source):
                    yield ComposeHit(
                        mount.place, {"service": service.name, "where": f"the host folder `{mount.source}`"}
                    )


def _stateful(stack: Stack) -> Iterator[tuple[Service, Family, list[Mount]]]:
    """Services with state and the mounts that hold it, but those whose volume is in another release's place."""
    for service in stack.services.values():
        family = family_of(stack, service)
        if family is not None and _keeps_state(stack, service, family) and not _misplaced(stack, service, family):
            yield service, family, [mount for mount in service.mounts if _holds_state(mount, family, service)]


def _misplaced(stack: Stack, service: Service, family: Family) -> list[Mount]:
    """Mounts where another release of the image keeps its data, and this one does not."""
    move = family.moved
    release = move.release_of(reference_of(stack, service)) if move else None
    if move is None or release is None:
        return []
    told, new = _told(service), release >= move.since
    mounts = [mount for mount in service.mounts if _holds_state(mount, family, service)]
    wrong = [
        mount
        for mount in mounts
        if (_within(mount.target, move.was) if new else _is_only_new(mount.target.rstrip("/"), move.was, move.to))
    ]
    told_so = any(re.search(rf"{re.escape(mount.target.rstrip('/'))}(?:[/\s]|$)", told) for mount in wrong)
    return wrong if wrong and len(wrong) == len(mounts) and not told_so else []


def _is_only_new(target: str, was: str, to: str) -> bool:
    return _within(target, to) and not _within(target, was)


def volume_in_another_place(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        family = family_of(stack, service)
        if family is None or family.moved is None or not _keeps_state(stack, service, family):
            continue
        release = family.moved.release_of(reference_of(stack, service))
        for mount in _misplaced(stack, service, family)[:1]:
            new = release is not None and release >= family.moved.since
            words = {
                "service": service.name,
                "target": mount.target,
                "release": f"{family.name} {release}",
                "place": family.moved.to if new else family.moved.was,
            }
            yield ComposeHit(mount.place, words, Verdict.NOT_MET if new and family.moved.refuses else Verdict.PARTLY)


def files_in_container(stack: Stack) -> Iterator[ComposeHit]:
    """A program told to keep a database or an index in a file, at a path that no mount holds."""
    for service in stack.services.values():
        for setting in service.environment:
            path = _kept_path(setting.name, setting.value.text if setting.value else "")
            if path and not _is_mounted(service, path):
                yield ComposeHit(setting.place, {"service": service.name, "path": path})
                break


def _kept_path(name: str, text: str) -> str:
    sqlite = _SQLITE.search(text)
    if sqlite is not None:
        return "" if sqlite[1] in {"", ":memory:"} else sqlite[1]
    return text if _KEPT_PATH_NAME.fullmatch(name) and "://" not in text else ""


def _is_mounted(service: Service, path: str) -> bool:
    if path.startswith("/"):
        return any(_within(path, mount.target) for mount in service.mounts)
    return any(mount.kind in {MountKind.VOLUME, MountKind.BIND} for mount in service.mounts)


def hidden_host_mount(stack: Stack) -> Iterator[ComposeHit]:
    """A named volume that is a folder of the host in disguise."""
    for name, volume in stack.volumes.items():
        options = volume.get("driver_opts") if volume is not None else None
        device = options.get("device") if isinstance(options, Mapping) else None
        if isinstance(device, Scalar):
            yield ComposeHit(device.place, {"volume": name, "device": device.value})


RULES = (
    ComposeRule(
        "compose-state-without-volume",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "What `{service}` ({family}) keeps is on no named volume, so it goes with the container.",
        "After `docker compose down` and `up`, what of `{service}` is still there, and where would you look for it?",
        state_without_volume,
        (_VOLUMES,),
        bad="services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g}}",
        good=(
            "services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g, volumes: ['vectors:/qdrant/storage']}}\n"
            "volumes: {vectors: }\n"
        ),
    ),
    ComposeRule(
        "compose-volume-misplaced",
        "B4",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` has its volume at `{target}`, but {release} keeps its data at `{place}`, so nothing of it is on the volume.",
        "Which folder does the page of this image name for the release that you pull?",
        volume_in_another_place,
        ("https://hub.docker.com/_/postgres", _VOLUMES),
        bad=(
            "services: {db: {image: 'postgres:18.1', mem_limit: 1g, volumes: ['pg:/var/lib/postgresql/data']}}\n"
            "volumes: {pg: }\n"
        ),
        good=(
            "services: {db: {image: 'postgres:18.1', mem_limit: 1g, volumes: ['pg:/var/lib/postgresql']}}\n"
            "volumes: {pg: }\n"
        ),
    ),
    ComposeRule(
        "compose-state-on-host",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "`{service}` keeps its state in {where}, so it depends on the machine and its permissions.",
        "Would this state survive a move to a colleague's machine, and who owns its files there?",
        state_on_host_folder,
        (_VOLUMES,),
        bad="services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g, volumes: ['./vectors:/qdrant/storage']}}",
        good=(
            "services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g, volumes: ['vectors:/qdrant/storage']}}\n"
            "volumes: {vectors: }\n"
        ),
    ),
    ComposeRule(
        "compose-state-in-container",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "`{service}` writes to `{path}`, which is inside the container and lost with it.",
        "Which paths must outlive a new version of `{service}`, and what is mounted there?",
        files_in_container,
        (_VOLUMES,),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {DATABASE_URL: 'sqlite:////data/app.db'}}}",
        good=(
            "services:\n"
            "  api: {build: ., mem_limit: 1g, environment: {DATABASE_URL: 'sqlite:////data/app.db'}, volumes: ['app:/data']}\n"
            "volumes: {app: }\n"
        ),
    ),
    ComposeRule(
        "compose-volume-of-host",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "The volume `{volume}` is the host folder `{device}` under another name.",
        "Does this path exist on the next machine that starts the stack?",
        hidden_host_mount,
        ("https://docs.docker.com/reference/compose-file/volumes/",),
        bad=(
            "services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g, volumes: ['vectors:/qdrant/storage']}}\n"
            "volumes: {vectors: {driver_opts: {type: none, o: bind, device: /srv/vectors}}}\n"
        ),
        good=(
            "services: {store: {image: 'qdrant/qdrant:v1.12.1', mem_limit: 1g, volumes: ['vectors:/qdrant/storage']}}\n"
            "volumes: {vectors: }\n"
        ),
    ),
)
