"""Ways in which an offer could go into a Compose file; each yields the file as it would stand then."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.patching import renamed, with_values

MAX_CHARACTERS = 60_000
_IMAGE = re.compile(r"image:\s*(\S+)")
_TOP = {"volumes", "secrets", "networks", "configs"}
_PART_OF = {"condition": "depends_on", "test": "healthcheck", "interval": "healthcheck", "retries": "healthcheck"}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def patches(text: str, offer: Offer, flagged: Iterable[int]) -> Iterator[str]:
    lines = set(flagged)
    if offer.kind is OfferKind.DEED:
        yield from _done(text, offer.text, lines)
        return
    yield from _in_text(text, offer.text.strip(), lines, told=offer.told)
    if not offer.told and _IMAGE.fullmatch(offer.text.strip()):
        return
    fragment, base = _loaded(offer.text), _loaded(text)
    if isinstance(fragment, dict) and isinstance(base, dict) and isinstance(base.get("services"), dict):
        for merged in _merges(base, fragment, _services_at(text, lines)):
            yield _written(merged)
    if isinstance(fragment, dict) and isinstance(fragment.get("services"), dict) and _is_akin(fragment, base):
        yield offer.text + "\n"


def _is_akin(fragment: dict[str, Any], base: Any) -> bool:
    """An example of another stack shares no service with this one."""
    known = base.get("services") if isinstance(base, dict) else None
    return not isinstance(known, dict) or bool(set(known) & set(fragment["services"]))


def _loaded(text: str) -> Any:
    """None for what is no YAML, for what holds itself, and for what is too large to be worth a try."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe loader, in C where there is one
        json.dumps(data, default=str, skipkeys=True)  # refuses a circle
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return data


def _written(data: Any) -> str:
    return str(yaml.dump(data, Dumper=_DUMPER, sort_keys=False))


def _services_at(text: str, lines: set[int]) -> set[str]:
    """The services whose part of the file holds a flagged line."""
    found: set[str] = set()
    name, inside = "", False
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\S", line):
            inside = line.startswith("services:")
        elif inside and (match := re.match(r"(?: {1,4}|\t)([\w.-]+):", line)):
            indent = len(line) - len(line.lstrip())
            name = match.group(1) if not name or indent <= _indent_of(text) else name
        if inside and number in lines and name:
            found.add(name)
    return found


def _indent_of(text: str) -> int:
    match = re.search(r"^services:[^\n]*\n(?:\s*#[^\n]*\n|\s*\n)*([ \t]+)", text, re.MULTILINE)
    return len(match.group(1)) if match else 2


def _in_text(text: str, code: str, lines: set[int], *, told: bool) -> Iterator[str]:
    """Names with a version, values of flagged lines, and lines with the same key."""
    if " " not in code:
        yield renamed(text, code)
    if code.startswith(("${", "127.0.0.1")):
        yield _with_value(text, code, lines)
    image = _IMAGE.fullmatch(code)
    if image and not told:  # of another stack, where the name is another
        yield renamed(text, image[1])
    else:
        yield with_values(text, code)


def _with_value(text: str, value: str, lines: set[int]) -> str:
    changed = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.match(r"^(\s*(?:-\s*)?[\w.-]+\s*[:=]\s*)\S.*$", line) if number in lines else None
        changed.append(f"{match[1]}{value}" if match else line)
    return "\n".join(changed) + "\n"


def _merges(base: dict[str, Any], fragment: dict[str, Any], flagged: set[str]) -> Iterator[dict[str, Any]]:
    services = base["services"]
    if "services" in fragment or (set(fragment) <= _TOP and not set(fragment) & set(services)):
        yield _merged(base, fragment)
    if set(fragment) & set(services) or any(
        isinstance(service, dict) and "image" in service for service in fragment.values()
    ):
        yield _merged(base, {"services": fragment})
        return
    parts = _as_service(fragment)
    for names in ([*flagged], [*services]):
        yield _with_named_volumes(_merged(base, {"services": {name: _for(services, name, parts) for name in names}}))


def _as_service(fragment: dict[str, Any]) -> dict[str, Any]:
    """Keys that stand deeper in a service are put where they belong."""
    grouped: dict[str, Any] = {}
    for key, value in fragment.items():
        if key in _PART_OF:
            grouped.setdefault(_PART_OF[key], {})[key] = value
        else:
            grouped[key] = value
    return grouped


def _for(services: Mapping[str, Any], name: str, parts: dict[str, Any]) -> dict[str, Any]:
    """A condition is asked of everything that this service depends on already."""
    own = copy.deepcopy(parts)
    wanted = own.get("depends_on")
    if isinstance(wanted, dict) and set(wanted) == {"condition"}:
        needs = (services.get(name) or {}).get("depends_on") or ()
        own["depends_on"] = {need: dict(wanted) for need in needs}
        if not needs:
            del own["depends_on"]
    return own


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *(judgement for judgement in new if judgement not in old)]
    return new


def _with_named_volumes(data: dict[str, Any]) -> dict[str, Any]:
    """A named volume is declared as well as used."""
    mounts = [one for service in data["services"].values() for one in ((service or {}).get("volumes") or ())]
    names = {mount.split(":")[0] for mount in mounts if isinstance(mount, str) and re.match(r"[\w-]+:/", mount)}
    return {**data, "volumes": {**dict.fromkeys(names), **(data.get("volumes") or {})}} if names else data


_HEALTH = re.compile(r"\bhealth ?-?check\b", re.IGNORECASE)
_WAIT = re.compile(r"\bservice_healthy\b|\b(until|is|are|be) healthy\b|\bhealthy condition\b", re.IGNORECASE)
_VARIABLE = re.compile(
    r"\b(environment variable|env(ironment)? file|\.env|interpolat\w+|secrets?( file)?|variable)\b", re.IGNORECASE
)
_REMOVE = re.compile(r"\b(remove|delete|drop|take out)\b", re.IGNORECASE)
_VOLUME = re.compile(r"\bnamed volume\b|\bbenannte\w* volume\b|\bvolume nommé\b", re.IGNORECASE)
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+[\w.-]*|\d+-[a-z]\w*|\d+(?=\W|$))")
_STATE_PATHS = {
    "postgres": "/var/lib/postgresql/data",
    "redis": "/data",
    "mysql": "/var/lib/mysql",
    "mongo": "/data/db",
}


def _done(text: str, deed: str, lines: set[int]) -> Iterator[str]:
    """The file after somebody did as the words say."""
    base = _loaded(text)
    if not isinstance(base, dict) or not isinstance(base.get("services"), dict):
        return
    services = {name: one for name, one in base["services"].items() if isinstance(one, dict)}
    if _VARIABLE.search(deed):
        yield _with_value(text, "${VALUE:?set it}", lines)
    for version in _VERSION.findall(deed.lower()):
        for name in _images_in(services, deed):
            yield renamed(text, f"{name}:{version.rstrip('.')}")
    if _REMOVE.search(deed) and re.search(r"\bports?\b", deed, re.IGNORECASE):
        chosen = [name for name in services if re.search(rf"\b{re.escape(name)}\b", deed)] or _services_at(text, lines)
        yield _written({**base, "services": {**services, **{name: _without_ports(services[name]) for name in chosen}}})
    changed = _reshaped(services, deed)
    if changed != services:
        yield _written(_with_named_volumes({**base, "services": changed}))


def _images_in(services: dict[str, Any], deed: str) -> list[str]:
    """The images that a text speaks of, by their own name or by their service's."""
    said = deed.lower()
    images = {name: str(service.get("image", "")).split(":")[0] for name, service in services.items()}
    return [
        image
        for name, image in images.items()
        if image and any(re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", said) for word in (name, image))
    ]


def _without_ports(service: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in service.items() if key != "ports"}


def _reshaped(services: dict[str, Any], deed: str) -> dict[str, Any]:
    """Health checks, waiting and volumes at the services that the words name, or at all."""
    named = [name for name in services if re.search(rf"\b{re.escape(name)}\b", deed)] or list(services)
    changed = copy.deepcopy(services)
    for name in named:
        if _HEALTH.search(deed):
            changed[name].setdefault("healthcheck", {"test": ["CMD-SHELL", "probe || exit 1"], "interval": "5s"})
        if _VOLUME.search(deed):
            path = next((path for key, path in _STATE_PATHS.items() if key in str(services[name].get("image"))), "")
            if path:
                changed[name]["volumes"] = [*(changed[name].get("volumes") or ()), f"{name}-data:{path}"]
    if _WAIT.search(deed):
        for change in changed.values():
            if change.get("depends_on"):
                change["depends_on"] = {need: {"condition": "service_healthy"} for need in change["depends_on"]}
    return changed
