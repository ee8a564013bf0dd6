"""The Dockerfile against what came with it: its .dockerignore, the other files, and the lock files among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from tools.dependencies.manifests import LOCK_FILES, ecosystem_of, is_lock, names_in
from tools.dependencies.python_requirements import hashed
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.dockerfile.stages import Stage
from tools.errors import UnreadableFile
from tools.inspection.rule import RuleHit, Subject, advising, gating
from tools.uploads.files import SourceFile, Upload

FEWEST = 3  # sources that came along before one that did not is worth a word
MAX_NAMES = 500  # of one project file
# Installers that go on without the lock, and the lock that would hold them.
_LOCKS: Mapping[tuple[str, str], str] = {
    ("poetry", "install"): "poetry.lock",
    ("composer", "install"): "composer.lock",
    ("bundle", "install"): "Gemfile.lock",
    ("pnpm", "install"): "pnpm-lock.yaml",
}


def context_sources(one: Instruction) -> list[str]:
    """What a COPY or ADD takes from the build context."""
    if one.flag("from"):
        return []
    here = [source for source in one.words[:-1] if "://" not in source and not source.startswith(("git@", "<<"))]
    return [source for source in here if "$" not in source]


def _copies(subject: Subject) -> Iterator[tuple[Instruction, str]]:
    for stage in subject.stages:
        for instruction in stage.of("COPY", "ADD"):
            yield from ((instruction, source) for source in context_sources(instruction))


def _plain(source: str) -> str:
    """A source as a path from the root of the context, as the builder takes it."""
    return posixpath.normpath("/" + source).lstrip("/")


def _is_pattern(source: str) -> bool:
    return re.search(r"[*?\[]", source) is not None


def _ignored(subject: Subject) -> Iterator[RuleHit]:
    ignore = subject.ignore
    for one, source in _copies(subject) if ignore else ():
        path = _plain(source)
        if not path or _is_pattern(path) or ignore is None or not ignore.excludes(path):
            continue
        back = any(pattern.brings_back and pattern.text.startswith(path + "/") for pattern in ignore.patterns)
        if not back:
            yield RuleHit(one.line, source, one.end_line)


def _outside(subject: Subject) -> Iterator[RuleHit]:
    for one, source in _copies(subject):
        if posixpath.normpath(source).startswith(".."):
            yield RuleHit(one.line, source, one.end_line)


def _missing(subject: Subject) -> Iterator[RuleHit]:
    """Only where the upload is the project, not a file or two of it."""
    sources = {source: one for one, source in _copies(subject) if _plain(source)}
    gone = {source: one for source, one in sources.items() if not _is_there(subject, source)}
    if len(gone) == 1 and len(sources) > FEWEST:
        yield from (RuleHit(one.line, source, one.end_line) for source, one in gone.items())


def _is_there(subject: Subject, source: str) -> bool:
    path = _plain(source)
    pattern = path.rstrip("/")
    if subject.upload.find(path) is not None or subject.upload.has_folder(pattern):
        return True
    return _is_pattern(pattern) and any(fnmatchcase(file.path, pattern) for file in subject.upload)


def _lock_left(subject: Subject) -> Iterator[RuleHit]:
    """The lock is in the upload, but the installer runs where it was not copied to."""
    for stage, one, found in subject.runs:
        for command in found:
            lock = _LOCKS.get((command.name, command.words[1] if len(command.words) > 1 else ""), "")
            here = [file.path for file in subject.upload.named(lock)] if lock else []
            if here and not any(_has_reached(stage, one, path) for path in here):
                yield RuleHit(command.line, posixpath.basename(here[0]))


def _has_reached(stage: Stage, run: Instruction, path: str) -> bool:
    """Whether the file is in the stage, or mounted, when `run` begins; another stage may have brought anything."""
    mounts = [mount for mount in run.flag("mount") if "type=bind" in mount or "from=" in mount]
    if any("source=" not in mount or posixpath.basename(path) in mount for mount in mounts):
        return True
    for ancestor in stage.lineage():
        for copy in ancestor.of("COPY", "ADD"):
            if ancestor is stage and copy.line > run.line:
                continue
            if copy.flag("from") or any(_brings(source, path) for source in context_sources(copy)):
                return True
    return False


def _brings(source: str, path: str) -> bool:
    plain = _plain(source)
    return plain in ("", path) or path.startswith(plain + "/") or fnmatchcase(path, plain)


def _lock_behind(subject: Subject) -> Iterator[RuleHit]:
    """A lock that does not know a package which the project asks for; strict installers stop there."""
    listed = _lists_and_locks(subject.upload)
    by_path = {file.path.lower(): file for file in listed if is_lock(file.path)}
    for file in listed:
        ecosystem = ecosystem_of(file.path) if not is_lock(file.path) else None
        lock = _lock_beside(by_path, file, ecosystem) if ecosystem else None
        unknown = sorted(_names(file) - _words(lock)) if lock and _is_installed(subject, file) else []
        if lock and unknown:
            where = subject.final.opening.line if subject.final else 1
            yield RuleHit(where, f"{posixpath.basename(lock.path)} knows no {', '.join(unknown[:3])}")


@lru_cache(maxsize=8)  # of the contexts of one upload
def _lists_and_locks(upload: Upload) -> tuple[SourceFile, ...]:
    return tuple(file for file in upload if ecosystem_of(file.path))


def _is_installed(subject: Subject, file: SourceFile) -> bool:
    return any(_brings(source, file.path) for _, source in _copies(subject))


def _lock_beside(locks: Mapping[str, SourceFile], file: SourceFile, ecosystem: str) -> SourceFile | None:
    folder = posixpath.dirname(file.path).lower()
    readable = (name for name in LOCK_FILES.get(ecosystem, ()) if not name.endswith((".sum", ".lockb")))
    return next((lock for name in readable if (lock := locks.get(posixpath.join(folder, name))) is not None), None)


def _names(file: SourceFile) -> set[str]:
    try:
        return {_normal(name) for name in names_in(file)[:MAX_NAMES]}
    except UnreadableFile:
        return set()


def _words(lock: SourceFile | None) -> set[str]:
    try:
        return {_normal(word) for word in re.findall(r"[A-Za-z0-9@][\w.@/-]*", lock.text)} if lock else set()
    except UnreadableFile:
        return set()


def _normal(name: str) -> str:
    bare = name.lower().removeprefix("node_modules/").rstrip("@.:")
    return re.sub(r"[._-]+", "-", bare.split("@")[0] if not bare.startswith("@") else bare)


def _hashes_dropped(subject: Subject) -> Iterator[RuleHit]:
    """A lock with checksums came along, and the installer is given a list without them."""
    locks = [file for name in ("pdm.lock", "poetry.lock", "uv.lock") for file in subject.upload.named(name)]
    for _, command, _ in subject.commands if locks else ():
        listed = _listed(subject, command)
        exported = command.has("--without-hashes", "--no-hashes") and "export" in command.words
        if exported or (listed is not None and not hashed(listed)):
            yield RuleHit(command.line, posixpath.basename(locks[0].path))


def _listed(subject: Subject, command: Command) -> SourceFile | None:
    """The requirements file of the upload that pip is given."""
    words = list(command.words)
    if "install" not in words or not any(re.fullmatch(r"pip[\d.]*", word) for word in words[:3]):
        return None
    given = [words[index + 1] for index, word in enumerate(words[:-1]) if word in ("-r", "--requirement")]
    name = posixpath.basename(given[0]) if given else ""
    return next(iter(subject.upload.named(name)), None) if name else None


RULES = (
    advising("D6", "https://docs.docker.com/reference/build-checks/copy-ignored-file/")(
        "copy-ignored",
        "`{it}` is copied here, and the .dockerignore keeps it out of the build context.",
        "Which line of the .dockerignore meets this path, and which of the two is meant?",
        _ignored,
        "COPY data/ /app/data/\n",
        "COPY app.py /app/\n",
        __dockerignore="data\n",
    ),
    advising("D6", "https://docs.docker.com/reference/dockerfile/#copy")(
        "copy-outside",
        "`{it}` lies outside of the build context, where the builder can not look.",
        "Which folder is the context of this build, and what is in it?",
        _outside,
        "COPY ../shared /app/shared\n",
        "COPY shared /app/shared\n",
    ),
    advising("D6", "https://docs.docker.com/reference/dockerfile/#copy")(
        "copy-missing",
        "`{it}` is copied here, and nothing of that name came with your upload.",
        "Is it made by another step, or is its name written in another way?",
        _missing,
        "COPY a.py b.py c.py d.py /app/\n",
        "COPY a.py b.py c.py /app/\n",
        a__py="",
        b__py="",
        c__py="",
    ),
    gating("D2", "https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock")(
        "lock-left-behind",
        "`{it}` came with your upload, but it is not copied before this install, which therefore resolves anew.",
        "Which files are in the image at this line?",
        _lock_left,
        "COPY pyproject.toml /app/\nRUN poetry install --no-cache\n",
        "COPY pyproject.toml poetry.lock /app/\nRUN poetry install --no-cache\n",
        poetry__lock="",
    ),
    advising("D2", "https://docs.npmjs.com/cli/commands/npm-ci")(
        "lock-behind-project",
        "{it}, which the project asks for: the lock is older than the project.",
        "When was the lock file written last, and what has been added since?",
        _lock_behind,
        "COPY package.json package-lock.json ./\n",
        "COPY index.js ./\n",
        package__json='{"dependencies": {"express": "4.21.1"}}',
        **{"package-lock.json": "{}"},
    ),
    advising("D2", "https://pip.pypa.io/en/stable/topics/secure-installs/")(
        "hashes-dropped",
        "`{it}` holds a checksum for every package, but what is installed here comes without them.",
        "How would this install notice that a package was published again with other contents?",
        _hashes_dropped,
        "COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "RUN true\n",
        requirements__txt="flask==3.1.0\n",
        uv__lock="",
    ),
)
