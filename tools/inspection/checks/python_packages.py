"""D2 for Python packages: exact versions, or a requirements file that leaves nothing open."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.dependencies.manifests import unpinned
from tools.dependencies.python_requirements import includes, left_open
from tools.dockerfile.shell import Command
from tools.errors import UnreadableFile
from tools.inspection.rule import RuleHit, Subject, gating
from tools.uploads.files import SourceFile

_PIP_VALUE = frozenset(
    "-r --requirement --requirements --constraints --overrides --build-constraints -b --python-preference --link-mode "
    "--resolution --prerelease --exclude-newer --config-setting --config-settings --keyring-provider --directory --project "
    "--config-file --extra --reinstall-package --refresh-package --upgrade-package -P --fork-strategy --progress-bar --log "
    "--exists-action --src --abi --implementation --report --root-user-action --use-feature --use-deprecated --cert -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target "
    "--prefix -w --wheel-dir -d --dest --root --platform --python-version --python -p --trusted-host --cache-dir --proxy --timeout --group "
    "--only-binary --no-binary --retries --torch-backend --index --default-index --index-strategy "
    "--upgrade-strategy".split()
)
_VERBS = ("install", "wheel", "download")
CONDA_VERBS = {"install", "create", "env", "update"}


def pip_words(command: Command) -> list[str] | None:
    """The words after `install`, or None where it is no pip install."""
    words = list(command.words)
    if len(words) > 3 and words[0].rpartition("/")[2].startswith("python") and words[1] == "-m":
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    verb = next((word for word in words[1:4] if word in _VERBS), "")
    if re.fullmatch(r"pip[\d.]*|pipx", name) and verb:
        return words[words.index(verb) + 1 :]
    return words[3:] if words[:3] == ["uv", "tool", "install"] else None


def pip_packages(words: list[str]) -> list[str]:
    packages, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in _PIP_VALUE:
            skip = True
        elif word[:1] in (">", "<", "|") or word == "2>&1":
            break
        elif not word.startswith("-"):
            packages.append(word)
    return packages


def _pip_open(subject: Subject) -> Iterator[RuleHit]:
    for _, command, _ in subject.commands:
        words = pip_words(command)
        if words is None or command.has("--require-hashes"):
            continue
        constrained = any(word in ("-c", "--constraint") for word in words)
        for package in pip_packages(words):
            if _is_open(subject, package) and not constrained:
                yield RuleHit(command.line, package)


def _is_open(subject: Subject, package: str) -> bool:
    if package.startswith((".", "/", "$")) or package.endswith((".whl", ".tar.gz", ".zip")):
        return package.startswith(".") and _project_is_open(subject)
    return left_open(package) is not None


def _project_is_open(subject: Subject) -> bool:
    """`pip install .` resolves what pyproject.toml asks for, and no lock of another tool holds pip back."""
    files = [file for file in subject.upload if posixpath.basename(file.path).lower() == "pyproject.toml"]
    return any(_open_names(subject, file.path) for file in files)


def _open_names(subject: Subject, path: str) -> list[str]:
    file = subject.upload.find(path)
    try:
        return [requirement.name for requirement in unpinned(file)] if file else []
    except UnreadableFile:
        return []


def _requirements_open(subject: Subject) -> Iterator[RuleHit]:
    """A requirements file that is installed and stands in the upload with open entries."""
    for _, command, _ in subject.commands:
        words = pip_words(command)
        if words is None or any(word in ("-c", "--constraint") for word in words):
            continue
        listed = ["--requirement" if word == "--requirements" else word for word in words]
        for path in option_values(listed, "-r", "--requirement"):
            if "://" in path and not re.search(r"/[0-9a-f]{40}/", path):
                yield RuleHit(command.line, f"{path} is fetched anew for each build")
            found = _opened_by(subject, posixpath.basename(path), set())
            if found:
                yield RuleHit(command.line, f"{posixpath.basename(path)} ({', '.join(found[:3])})")


def _unfixed_names(file: SourceFile) -> list[str]:
    """Whatever the file is called: pip was told that it is a requirements file."""
    try:
        return [requirement.name for requirement in unpinned(SourceFile("requirements.txt", file.data))]
    except UnreadableFile:
        return []


def _opened_by(subject: Subject, name: str, seen: set[str]) -> list[str]:
    """Names that a requirements file and its includes leave open; chat uploads carry no folders, so by base name."""
    file = next(iter(subject.upload.named(name)), None)
    if file is None or name in seen:
        return []
    seen.add(name)
    try:
        deeper = [posixpath.basename(path) for option, path, _ in includes(file) if option in ("-r", "--requirement")]
    except UnreadableFile:
        return []
    return _unfixed_names(file) + [requirement for path in deeper for requirement in _opened_by(subject, path, seen)]


def _environment_open(subject: Subject) -> Iterator[RuleHit]:
    """A conda environment that is made from a file with open entries."""
    for _, command, _ in subject.commands:
        if command.name in ("conda", "mamba", "micromamba") and CONDA_VERBS & set(command.words):
            for path in option_values(list(command.words), "-f", "--file"):
                name = posixpath.basename(path)
                found = [
                    other_name
                    for file in subject.upload
                    if posixpath.basename(file.path) == name
                    for other_name in _open_names(subject, file.path)
                ]
                if found:
                    yield RuleHit(command.line, f"{name} ({', '.join(found[:3])})")


def option_values(words: list[str], short: str, long: str) -> list[str]:
    found = [words[index + 1] for index, word in enumerate(words[:-1]) if word in (short, long)]
    found += [word[len(long) + 1 :] for word in words if word.startswith(long + "=")]
    return found + [
        word[2:] for word in words if word.startswith(short) and len(word) > 2 and not word.startswith("--")
    ]


_rule = gating("D2", "https://docs.docker.com/build/building/best-practices/")

RULES = (
    _rule(
        "python-package-open",
        "`{it}` is installed in whatever version is newest on the day of the build.",
        "Which version of it have you tested, and where does the build learn that?",
        _pip_open,
        "RUN pip install --no-cache-dir fastapi\n",
        "RUN pip install --no-cache-dir fastapi==0.115.0\n",
    ),
    _rule(
        "environment-open",
        "The environment file leaves versions open: {it}.",
        "Which of these packages, and of those that they bring along, will be another one next month?",
        _environment_open,
        "RUN conda env create -f environment.yml && conda clean -afy\n",
        "RUN conda create --file conda-linux-64.lock && conda clean -afy\n",
        environment__yml="dependencies:\n  - pandas\n",
    ),
    _rule(
        "requirements-open",
        "The requirements file leaves versions open: {it}.",
        "What would fix the versions of these packages, and of those that they bring along?",
        _requirements_open,
        "COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "RUN pip install --no-cache-dir flask==3.0.0\n",
        requirements__txt="flask\n",
    ),
)
