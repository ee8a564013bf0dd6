"""D2: what is installed is fixed, by a lock that the command keeps, by exact versions, or by a checksum."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from tools.checks.rule import Hit, Rule, Subject
from tools.dependencies import has_lock, includes, python_requirement, unpinned
from tools.dockerfile.parser import Instruction
from tools.dockerfile.shell import Command
from tools.errors import UnreadableFile
from tools.findings import Verdict

_PIP_VALUE = frozenset(
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target "
    "--prefix --root --platform --python-version --python -p --trusted-host --cache-dir --proxy --timeout --group "
    "--only-binary --no-binary --retries --torch-backend --index --default-index --index-strategy "
    "--upgrade-strategy".split()
)
_TOOLING = frozenset("pip setuptools wheel uv poetry pipenv".split())
_CHECKED = re.compile(r"\b(sha(256|512|1|384)sum|md5sum|shasum|gpgv?|cosign|minisign|openssl dgst|b2sum)\b")
_ADDRESS = re.compile(r"https?://\S+|\bs3://\S+|\bgs://\S+")
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
_SHELLS = frozenset("sh bash ash zsh dash python python3 node perl ruby tar gunzip unzip apt-key".split())


def _pip(command: Command) -> list[str] | None:
    """The words after `install`, or None where it is no pip install."""
    words = list(command.words)
    if len(words) > 3 and words[0].rpartition("/")[2].startswith("python") and words[1] == "-m":
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    if re.fullmatch(r"pip[\d.]*|pipx", name) and "install" in words[1:4]:
        return words[words.index("install") + 1 :]
    return words[3:] if words[:3] == ["uv", "tool", "install"] else None


def _pip_packages(words: list[str]) -> list[str]:
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


def _commands(subject: Subject) -> Iterator[tuple[Instruction, Command, list[Command]]]:
    for _, one, found in subject.runs:
        for command in found:
            yield one, command, found


def _pip_open(subject: Subject) -> Iterator[Hit]:
    for _, command, _ in _commands(subject):
        words = _pip(command)
        if words is None or command.has("--require-hashes"):
            continue
        constrained = any(word in ("-c", "--constraint") for word in words)
        for package in _pip_packages(words):
            if _is_open(subject, package) and not constrained and package.split("[")[0].lower() not in _TOOLING:
                yield Hit(command.line, package)


def _is_open(subject: Subject, package: str) -> bool:
    if package.startswith((".", "/", "$")) or package.endswith((".whl", ".tar.gz", ".zip")):
        return package.startswith(".") and _project_is_open(subject)
    return python_requirement(package) is not None


def _project_is_open(subject: Subject) -> bool:
    """`pip install .` resolves what pyproject.toml asks for, and no lock of another tool holds pip back."""
    files = [one for one in subject.upload if posixpath.basename(one.path).lower() == "pyproject.toml"]
    return any(_open_names(subject, one.path) for one in files)


def _open_names(subject: Subject, path: str) -> list[str]:
    file = subject.upload.find(path)
    try:
        return [one.name for one in unpinned(file)] if file else []
    except UnreadableFile:
        return []


def _requirements_open(subject: Subject) -> Iterator[Hit]:
    """A requirements file that is installed and stands in the upload with open entries."""
    for _, command, _ in _commands(subject):
        words = _pip(command)
        if words is None or any(word in ("-c", "--constraint") for word in words):
            continue
        for path in _option_values(words, "-r", "--requirement"):
            found = _opened_by(subject, posixpath.basename(path), set())
            if found:
                yield Hit(command.line, f"{posixpath.basename(path)} ({', '.join(found[:3])})")


def _opened_by(subject: Subject, name: str, seen: set[str]) -> list[str]:
    """Names that a requirements file and its includes leave open; chat uploads carry no folders, so by base name."""
    file = next((one for one in subject.upload if posixpath.basename(one.path) == name), None)
    if file is None or name in seen:
        return []
    seen.add(name)
    try:
        deeper = [posixpath.basename(path) for option, path, _ in includes(file) if option in ("-r", "--requirement")]
    except UnreadableFile:
        return []
    return _open_names(subject, file.path) + [one for path in deeper for one in _opened_by(subject, path, seen)]


def _option_values(words: list[str], short: str, long: str) -> list[str]:
    found = [words[index + 1] for index, word in enumerate(words[:-1]) if word in (short, long)]
    found += [word[len(long) + 1 :] for word in words if word.startswith(long + "=")]
    return found + [
        word[2:] for word in words if word.startswith(short) and len(word) > 2 and not word.startswith("--")
    ]


def _requirements_unseen(subject: Subject) -> Iterator[Hit]:
    names = {posixpath.basename(one.path) for one in subject.upload}
    for _, command, _ in _commands(subject):
        words = _pip(command)
        for path in _option_values(words or [], "-r", "--requirement"):
            if posixpath.basename(path) not in names:
                yield Hit(command.line, posixpath.basename(path))


def _unlocked_project(subject: Subject) -> Iterator[Hit]:
    """Installers that may change the lock, or that run without one."""
    for _, command, _ in _commands(subject):
        if any(is_open(subject, command) for is_open in _UNLOCKED):
            yield Hit(command.line, " ".join(command.words[:3]))


def _npm_install(subject: Subject, command: Command) -> bool:  # noqa: ARG001 - the shape of its siblings
    if command.name not in ("npm", "pnpm", "yarn", "bun") or len(command.words) < 1:
        return False
    verb = command.words[1] if len(command.words) > 1 else ""
    packages = command.arguments[1:]
    if command.name == "yarn":
        return verb in ("", "install") and not command.has("--frozen-lockfile", "--immutable")
    if command.name == "npm":
        return verb in ("install", "i") and not packages and not command.has("-g", "--global")
    return verb in ("install", "i") and not packages and not command.has("--frozen-lockfile")


def _python_project(subject: Subject, command: Command) -> bool:
    words = command.words
    if words[:2] == ("uv", "sync"):
        return not command.has("--locked", "--frozen") and not any(
            "UV_LOCKED=" in one or "UV_FROZEN=" in one for one in _env(subject)
        )
    if words[:2] == ("poetry", "install"):
        return not _locked(subject, "python", "poetry.lock")
    if words[:2] == ("poetry", "update") or words[:2] == ("pdm", "update"):
        return True
    if words[:2] == ("pipenv", "install"):
        return not command.has("--deploy", "--ignore-pipfile")
    return words[:2] == ("pdm", "install") and not command.has("--frozen-lockfile", "--check")


def _env(subject: Subject) -> list[str]:
    return [one.value for stage in subject.stages for one in stage.of("ENV")]


def _locked(subject: Subject, ecosystem: str, name: str) -> bool:
    """A lock in the upload, or one that the Dockerfile copies."""
    copied = any(name in one.value for stage in subject.stages for one in stage.of("COPY", "ADD"))
    return copied or has_lock(subject.upload, ecosystem)


def _other_project(subject: Subject, command: Command) -> bool:
    words = command.words
    if words[:2] == ("composer", "install"):
        return not _locked(subject, "php", "composer.lock")
    if words[:2] == ("bundle", "install"):
        return not _locked(subject, "ruby", "Gemfile.lock")
    if words[:2] == ("composer", "update") or words[:2] == ("bundle", "update") or words[:2] == ("cargo", "update"):
        return True
    if words[:3] == ("go", "get", "-u"):
        return True
    return words[:2] == ("mix", "deps.update")


_UNLOCKED: tuple[Callable[[Subject, Command], bool], ...] = (_npm_install, _python_project, _other_project)


def _package_open(subject: Subject) -> Iterator[Hit]:
    """Single packages of other ecosystems without a version."""
    for _, command, _ in _commands(subject):
        for package in _named_packages(command):
            yield Hit(command.line, package)


def _named_packages(command: Command) -> list[str]:
    words = command.words
    if not words:
        return []
    rest = command.arguments[1:]
    if (
        command.name in ("npm", "pnpm", "yarn", "bun")
        and len(words) > 2
        and words[1] in ("install", "i", "add", "global")
    ):
        return [
            one
            for one in rest
            if one != "add" and not re.search(r".@v?\d", one) and not one.startswith((".", "/", "$"))
        ]
    if command.name == "npx" and rest + command.arguments[:1]:
        return [one for one in command.arguments[:1] if "@" not in one[1:] and command.has("-y", "--yes")]
    if words[:2] == ("go", "install"):
        return [
            one
            for one in rest
            if one.endswith(("@latest", "@master", "@main"))
            or ("@" not in one and "." in one.split("/")[0] and not one.startswith("."))
        ]
    if words[:2] == ("cargo", "install"):
        own = command.has("--path") or command.has("--version", "--vers", "--rev", "--tag")
        return [] if own else [one for one in rest if not re.search(r"@\d", one)]
    if words[:2] == ("gem", "install"):
        return [] if command.has("-v", "--version") else [one for one in rest if not re.search(r":\d", one)]
    if command.name in ("conda", "mamba", "micromamba") and "install" in words[1:3]:
        return (
            []
            if command.has("-f", "--file")
            else [one for one in rest if "=" not in one and one not in ("base", "install")]
        )
    return []


def _downloads(subject: Subject) -> Iterator[Hit]:
    """A file from an address that nothing checks before it is used."""
    for one, command, found in _commands(subject):
        if command.name not in ("curl", "wget", "aria2c") or not _fetches(command):
            continue
        checked = any(_CHECKED.search(other.text) for other in found) or _later_checked(subject, one)
        if not checked and not _only_asks(command):
            yield Hit(command.line, _shown(command.text))


def _fetches(command: Command) -> bool:
    return any(_ADDRESS.search(word) or word.startswith("$") for word in command.words[1:])


def _only_asks(command: Command) -> bool:
    """A request to the machine itself, or one whose answer is thrown away."""
    return bool(re.search(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)", command.text)) or command.has(
        "-I", "--head", "--spider"
    )


def _later_checked(subject: Subject, one: Instruction) -> bool:
    """A check in a following RUN of the file counts: the build fails there."""
    return any(_CHECKED.search(other.value) for _, other, _ in subject.runs if other.line > one.line)


def _shown(text: str) -> str:
    return re.sub(r"//[^/@\s]+@", "//…@", " ".join(text.split()))[:70]


def _piped_downloads(subject: Subject) -> Iterator[Hit]:
    for _, command, found in _commands(subject):
        fetched = command.name in ("curl", "wget") and command.piped_to in _SHELLS - {"tar", "gunzip", "unzip"}
        inline = command.name in ("sh", "bash") and re.search(r"\$\(\s*(curl|wget)|<\(\s*(curl|wget)", command.text)
        if (fetched or inline) and not any(_CHECKED.search(other.text) for other in found):
            yield Hit(command.line, _shown(command.text))


def _added_addresses(subject: Subject) -> Iterator[Hit]:
    for stage in subject.stages:
        for one in stage.of("ADD"):
            sources = one.argv[:-1] if one.argv else one.value.split()[:-1]
            for source in sources:
                if (
                    source.startswith(("http://", "https://"))
                    and not source.endswith(".git")
                    and not one.flag("checksum")
                ) or (re.search(r"(\.git|^git@\S+)(#|$)", source) and not re.search(r"#[0-9a-f]{40}", source)):
                    yield Hit(one.line, _shown(source), one.end_line)


def _cloned_heads(subject: Subject) -> Iterator[Hit]:
    for _, command, found in _commands(subject):
        if command.words[:2] != ("git", "clone"):
            continue
        after = [
            other for other in found if other.name == "git" and {"checkout", "reset", "switch"} & set(other.words[1:5])
        ]
        fixed = any(_COMMIT.search(" ".join(other.words[2:])) or "$" in other.text for other in after)
        tagged = re.search(r"(--branch|-b)[ =]\"?\$?\{?v?\d+\.\d+", command.text) is not None
        if not fixed and not tagged:
            yield Hit(command.line, _shown(command.text))


def _model_heads(subject: Subject) -> Iterator[Hit]:
    """Weights fetched during the build by a name that moves."""
    for _, one, found in subject.runs:
        text = "\n".join([one.value, *(doc.body for doc in one.heredocs)])
        call = re.search(
            r"(from_pretrained|snapshot_download|hf_hub_download|SentenceTransformer|pipeline|load_dataset)\s*\(", text
        )
        tool = next((command for command in found if _fetches_model(command)), None)
        if (call or tool) and not re.search(
            r"revision\s*=\s*[\"']?(?!main\b|master\b)[\w$]|--revision[ =](?!main\b|master\b)\S+", text
        ):
            yield Hit(
                tool.line if tool else one.line_of(call.group() if call else ""),
                (tool.text if tool else call.group() if call else "")[:60],
            )


def _fetches_model(command: Command) -> bool:
    words = command.words
    if command.name in ("huggingface-cli", "hf"):
        return "download" in words
    if words[:2] == ("ollama", "pull"):
        return "@sha256" not in command.text
    return words[:3] == ("python", "-m", "spacy") and "download" in words and not re.search(r"-\d+\.\d+", command.text)


_LOCK = ("https://docs.docker.com/build/building/best-practices/",)


def _rule(
    name: str, message: str, question: str, check: Callable[[Subject], Iterator[Hit]], bad: str, good: str
) -> Rule:
    head = "FROM python:3.12-slim\n"
    return Rule(name, "D2", Verdict.NOT_MET, message, question, check, head + bad, head + good, _LOCK)


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
        "requirements-open",
        "The requirements file leaves versions open: {it}.",
        "What would fix the versions of these packages, and of those that they bring along?",
        _requirements_open,
        "COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "RUN pip install --no-cache-dir flask==3.0.0\n",
    ),
    _rule(
        "lock-not-kept",
        "`{it}` may resolve versions anew instead of keeping to a lock file.",
        "Does this command fail when the lock file and the project disagree, or does it go on?",
        _unlocked_project,
        "RUN npm install\n",
        "RUN npm ci\n",
    ),
    _rule(
        "package-open",
        "`{it}` comes without a version, so each build may get another one.",
        "Which version of this tool does your build rely on?",
        _package_open,
        "RUN npm install -g typescript\n",
        "RUN npm install -g typescript@5.6.3\n",
    ),
    _rule(
        "download-unchecked",
        "Nothing checks what `{it}` has brought before it is used.",
        "How would the build notice that this file is not the one you looked at?",
        _downloads,
        "RUN curl -fsSLO https://example.org/tool.tgz\n",
        'RUN curl -fsSLO https://example.org/tool.tgz && echo "abc  tool.tgz" | sha256sum -c -\n',
    ),
    _rule(
        "download-piped",
        "`{it}` runs whatever that address answers today.",
        "What would you have to keep of this script so that you run the one you have read?",
        _piped_downloads,
        "RUN curl -fsSL https://example.org/install.sh | sh\n",
        "COPY install.sh /tmp/\n",
    ),
    _rule(
        "address-added",
        "ADD takes `{it}` as it is at build time; no checksum or commit says what it has to be.",
        "How does the build know that it is still the same content?",
        _added_addresses,
        "ADD https://example.org/model.bin /models/\n",
        "ADD --checksum=sha256:" + "0" * 64 + " https://example.org/model.bin /models/\n",
    ),
    _rule(
        "clone-of-head",
        "`{it}` takes the newest state of a branch.",
        "Which commit did you test, and where is it written down?",
        _cloned_heads,
        "RUN git clone https://example.org/repo.git\n",
        "RUN git clone https://example.org/repo.git && cd repo && git checkout 1f2e3d4c5b6a7988\n",
    ),
    _rule(
        "model-of-head",
        "Model files are fetched by a name that moves: `{it}`.",
        "Which revision of the weights belongs to your evaluation result?",
        _model_heads,
        "RUN huggingface-cli download org/model\n",
        "RUN huggingface-cli download org/model --revision 1f2e3d4c5b6a\n",
    ),
    Rule(
        "requirements-unseen",
        "D2",
        None,
        "`{it}` is installed here, but it did not come with your upload, so I could not look into it.",
        "Does every line of it name one exact version?",
        _requirements_unseen,
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
        "FROM python:3.12-slim\nRUN pip install --no-cache-dir flask==3.0.0\n",
        _LOCK,
    ),
)
