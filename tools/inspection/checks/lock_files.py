"""D2 for projects and single packages of every ecosystem: the lock is kept, or a version is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.dockerfile.shell import Command, commands
from tools.dockerfile.stages import Stage
from tools.inspection.locks import Lock, state_of
from tools.inspection.managers import Invocation, fetched_by, installer_of, invocation, renewal_of
from tools.inspection.rule import RuleHit, Subject, gating


def _unlocked_project(subject: Subject) -> Iterator[RuleHit]:
    """Installers that may change the lock, or that run without one."""
    for stage, command in _installs(subject):
        made = invocation(command)
        installer = installer_of(made)
        goes_by_itself = installer and state_of(subject, stage, command, installer) is Lock.NOT_KEPT
        if goes_by_itself or _gets_open_module(made):
            yield RuleHit(command.line, " ".join(command.words[:3]))


def _installs(subject: Subject) -> Iterator[tuple[Stage, Command]]:
    for stage, _, found in subject.runs:
        yield from ((stage, command) for command in found)


def _gets_open_module(made: Invocation) -> bool:
    named = made.arguments[1:] if (made.program, made.verb) == ("go", "get") else ()
    return any(re.search(r"@(v\d|[0-9a-f]{7,40}$)", argument) is None for argument in named)


def _renewed(subject: Subject) -> Iterator[RuleHit]:
    """Commands that write the lock anew, so that what is installed after them is today's choice."""
    for _, command in _installs(subject):
        if renewal_of(invocation(command)):
            yield RuleHit(command.line, " ".join(command.words[:3]))


def _package_open(subject: Subject) -> Iterator[RuleHit]:
    """Single packages of other ecosystems without a version."""
    for _, command, _ in subject.commands:
        for package in _named_packages(command):
            yield RuleHit(command.line, package)


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
            word
            for word in rest
            if word != "add" and not re.search(r".@v?\d", word) and not word.startswith((".", "/", "$"))
        ]
    if words[:2] == ("go", "install"):
        return [
            word
            for word in rest
            if word.endswith(("@latest", "@master", "@main"))
            or ("@" not in word and "." in word.split("/")[0] and not word.startswith("."))
        ]
    if words[:2] == ("cargo", "install"):
        own = command.has("--path") or command.has("--version", "--vers", "--rev", "--tag")
        return [] if own else [word for word in rest if not re.search(r"@\d", word)]
    if words[:3] == ("dotnet", "tool", "install"):
        return [] if command.has("--version") else command.arguments[-1:]
    if words[:2] == ("gem", "install"):
        return [] if command.has("-v", "--version") else [word for word in rest if not re.search(r":\d", word)]
    if command.name in ("conda", "mamba", "micromamba") and "install" in words[1:3]:
        return (
            []
            if command.has("-f", "--file")
            else [value for value in _without_values(command, _CONDA_VALUE) if "=" not in value and "::" not in value]
        )
    return []


def _tool_fetched(subject: Subject) -> Iterator[RuleHit]:
    """Tools that the build or the process itself fetches in whatever version is newest."""
    for command in [*(command for _, command, _ in subject.commands), *_of_process(subject)]:
        package = fetched_by(invocation(command))
        if package:
            yield RuleHit(command.line, package)


def _of_process(subject: Subject) -> list[Command]:
    """ENTRYPOINT and CMD, the second as arguments of the first where both are lists."""
    found = [subject.final.last(keyword) for keyword in ("ENTRYPOINT", "CMD")] if subject.final else []
    starting = [instruction for instruction in found if instruction is not None]
    argv = [word for instruction in starting for word in instruction.argv or ()]
    if argv and all(instruction.argv is not None for instruction in starting):
        return commands(replace(starting[0], argv=tuple(argv)))
    return [command for instruction in starting for command in commands(instruction)]


_R_SCRIPT = re.compile(
    r"\b(install\.packages|(?:remotes|devtools|pak|BiocManager)::\w*install\w*|pak::pkg_install)\s*\(\s*(?:c\(\s*)?[\"']([^\"']+)"
)
_JULIA = re.compile(r"\bPkg\.(add)\(\s*(?:\[\s*)?[\"']([^\"'@]+)[\"']")


def _script_packages(subject: Subject) -> Iterator[RuleHit]:
    """Packages that a language's own interpreter is told to install, in whatever version is newest."""
    for _, command, _ in subject.commands:
        if command.name in ("R", "Rscript", "julia"):
            for pattern in (_R_SCRIPT, _JULIA):
                match = pattern.search(command.text)
                if match and not _is_dated(subject, command) and not re.search(r"@[0-9a-f]{7,40}$|@v?\d", match[2]):
                    yield RuleHit(command.line, match[2])
        elif command.name in ("install2.r", "installGithub.r", "cpanm", "cpan", "luarocks", "opam"):
            yield from (RuleHit(command.line, package) for package in _bare_packages(command))


def _is_dated(subject: Subject, command: Command) -> bool:
    """A repository that stands still: one of Posit's snapshots."""
    said = command.text + " ".join(
        instruction.value for stage in subject.stages for instruction in stage.of("ENV", "ARG", "RUN")
    )
    return re.search(r"packagemanager\.posit\.co/\S+/20\d\d-\d\d-\d\d", said) is not None


def _bare_packages(command: Command) -> list[str]:
    verbs = ("install", "make", "build")
    if command.name in ("luarocks", "opam") and "install" not in command.words[1:2]:
        return []
    named = [
        argument for argument in command.arguments if argument not in verbs and not argument.startswith((".", "/", "$"))
    ]
    if command.name == "luarocks":
        return named[:1] if len(named) == 1 else []
    return [name for name in named if not re.search(r"[@=]v?\d|@[0-9a-f]{7,40}$", name)]


_CONDA_VALUE = frozenset("-c --channel -n --name -p --prefix --solver --platform --subdir --override-channels".split())


def _without_values(command: Command, options: frozenset[str]) -> list[str]:
    """The packages of `install`: words that are no option and no option's value."""
    words = command.words[command.words.index("install") + 1 :]
    values = {index + 1 for index, word in enumerate(words) if word in options}
    return [word for index, word in enumerate(words) if not word.startswith("-") and index not in values]


_rule = gating("D2", "https://docs.docker.com/build/building/best-practices/")

RULES = (
    _rule(
        "lock-not-kept",
        "`{it}` may resolve versions anew instead of keeping to a lock file.",
        "Does this command fail when the lock file and the project disagree, or does it go on?",
        _unlocked_project,
        "RUN npm install --omit=dev && npm cache clean --force\n",
        "RUN npm ci --omit=dev && npm cache clean --force\n",
    ),
    _rule(
        "lock-renewed",
        "`{it}` writes the lock anew during the build, so it holds whatever is newest on that day.",
        "Which versions did you test, and what would this command put in their place tomorrow?",
        _renewed,
        "RUN uv lock --upgrade && uv sync --frozen --no-dev --no-cache\n",
        "RUN uv sync --frozen --no-dev --no-cache\n",
    ),
    _rule(
        "script-package-open",
        "`{it}` is installed in whatever version is newest on the day of the build.",
        "Where is written which version of this package your results were made with?",
        _script_packages,
        "RUN R -e \"install.packages('plumber')\"\n",
        'RUN R -e "renv::restore()"\n',
    ),
    _rule(
        "tool-fetched",
        "`{it}` is fetched here in whatever version is newest, and run at once.",
        "Which version of this tool have you tried, and who decides when it changes?",
        _tool_fetched,
        "RUN corepack prepare pnpm@latest --activate\n",
        "RUN corepack prepare pnpm@9.15.0 --activate\n",
    ),
    _rule(
        "package-open",
        "`{it}` comes without a version, so each build may get another one.",
        "Which version of this tool does your build rely on?",
        _package_open,
        "RUN npm install -g typescript\n",
        "RUN npm install -g typescript@5.6.3\n",
    ),
)
