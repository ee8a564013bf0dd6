"""What a build does not do although it looks as if it did."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.inspection.rule import HEAD, DockerfileRule, RuleHit, Subject, advising

_USED = re.compile(r"(?<![\\$])\$\{?([A-Za-z_]\w*)")
_OF_THE_BUILD = re.compile(
    r"(?:GIT_|COMMIT|VCS_)?(?:SHA|REF|REVISION|COMMIT)\w*|BUILD_(?:DATE|TIME|ID|NUMBER)|CACHE_?BUST\w*", re.IGNORECASE
)
_INSTALLS = frozenset("apt-get apt apk dnf yum pip pip3 npm pnpm yarn poetry uv bundle cargo go conda mamba".split())
_SYSTEM = frozenset("apt-get apt apk dnf yum microdnf".split())
_MIGRATES = re.compile(
    r"\bmanage\.py\s+migrate|\balembic\s+upgrade|\bprisma\s+migrate\s+deploy|\brake\s+db:migrate|\brails\s+db:migrate|\bflyway\s+migrate"
)
_TRUST_OFF = re.compile(
    r"\bcurl\b[^|;&]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?=\s|$)|--no-check-certificate|--trusted-host\b|"
    r"\bstrict-ssl\s+false|--allow-unauthenticated|--allow-untrusted|--nogpgcheck|--no-gpg-checks|--force-yes|"
    r"http\.sslVerify\s+false"
)
_TRUST_OFF_VARIABLE = re.compile(
    r"\b(PYTHONHTTPSVERIFY\s*=\s*0|NODE_TLS_REJECT_UNAUTHORIZED\s*=\s*[\"']?0|GIT_SSL_NO_VERIFY\s*=\s*[\"']?(?:1|true)|"
    r"NPM_CONFIG_STRICT_SSL\s*=\s*[\"']?false|PIP_TRUSTED_HOST\s*=)",
    re.IGNORECASE,
)
_PLAIN_HTTP = re.compile(r"\bhttp://(?!localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker|\$)[\w.-]+\.[a-z]{2,}")


def _argument_unseen(subject: Subject) -> Iterator[RuleHit]:
    """An ARG from before the first FROM, used in a stage that does not declare it again."""
    first = subject.stages[0].opening.line if subject.stages else 0
    outside = {
        word.partition("=")[0]
        for instruction in subject.parsed.instructions
        if instruction.keyword == "ARG" and instruction.line < first
        for word in instruction.value.split()
    }
    for stage in subject.stages:
        for other_instruction in stage.of("RUN", "COPY", "ADD", "ENV", "WORKDIR", "LABEL", "USER", "EXPOSE"):
            name = next(
                (name for name in _USED.findall(other_instruction.value) if name in outside - set(stage.arguments)), ""
            )
            if name and not re.search(
                rf"\b{name}=|\bfor\s+{name}\b|\bread\s+(?:-\S+\s+)?{name}\b", other_instruction.value
            ):
                yield RuleHit(other_instruction.line_of(name), name)


def _environment_lost(subject: Subject) -> Iterator[RuleHit]:
    """The last command of a RUN changes only the shell that ends with it."""
    for _, one, found in subject.runs:
        last = found[-1] if found else None
        text = last.text if last else ""
        if last and (
            last.name in ("export", "source", ".", "cd", "alias") or re.fullmatch(r"conda activate \S+", text)
        ):
            yield RuleHit(last.line, " ".join(text.split()), one.end_line)


def _goes_on(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        body = "\n".join(doc.body for doc in one.heredocs)
        script = one.heredocs and re.match(r"<<-?\s*[\"']?\w+[\"']?\s*$", one.value)
        simple = [command for command in found if command.words]
        stops = re.search(r"\bset\s+-\w*e|\bset\s+-o\s+errexit|^#!.*\s-\w*e", body, re.MULTILINE)
        if script and len(simple) > 1 and not stops and not body.startswith("#!/usr/bin/env python"):
            yield RuleHit(one.line, end_line=one.end_line)


def _update_alone(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        updates = [command for command in found if command.name in ("apt-get", "apt") and "update" in command.words]
        others = [command for command in found if command not in updates and command.name in _SYSTEM]
        if updates and not others:
            yield RuleHit(one.line, end_line=one.end_line)


def _migrates(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        for command in found:
            match = _MIGRATES.search(command.text)
            if match:
                yield RuleHit(command.line, match.group(), one.end_line)


def _busts_cache(subject: Subject) -> Iterator[RuleHit]:
    """An argument that changes with every build, above a step that it makes run again."""
    for stage in subject.stages:
        for instruction in stage.of("ARG"):
            name = instruction.value.partition("=")[0].strip()
            if _OF_THE_BUILD.fullmatch(name) and any(
                _installs(subject, run) for run in stage.of("RUN") if run.line > instruction.line
            ):
                yield RuleHit(instruction.line, name)


def _installs(subject: Subject, run: Instruction) -> bool:
    found = next((commands for _, one, commands in subject.runs if one is run), [])
    return any(
        command.name in _INSTALLS and {"install", "ci", "add", "sync", "download"} & set(command.words)
        for command in found
    )


def _trust_off(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        for command in found:
            match = _TRUST_OFF.search(command.text) or _TRUST_OFF_VARIABLE.search(command.text)
            if match:
                yield RuleHit(command.line, _last_word(match.group()), one.end_line)
    for stage in subject.stages:
        for instruction in stage.of("ENV"):
            match = _TRUST_OFF_VARIABLE.search(instruction.value)
            if match:
                yield RuleHit(instruction.line_of(match.group()[:10]), match.group())


def _last_word(text: str) -> str:
    return text if len(text) < 40 else text.rsplit(maxsplit=1)[-1]


def _plain_http(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        for command in found:
            match = _PLAIN_HTTP.search(command.text)
            if match and command.name in (
                "curl",
                "wget",
                "git",
                "pip",
                "pip3",
                "apt-key",
                "add-apt-repository",
                "rpm",
                "npm",
            ):
                yield RuleHit(command.line, match.group(), one.end_line)


def _system_open(subject: Subject) -> Iterator[RuleHit]:
    """Once a file: the rubric allows it on a pinned release, and a learner should know what it means."""
    for _, command, _ in subject.commands:
        names = _open_names(command)
        if names:
            yield RuleHit(command.line, ", ".join(names[:3]))
            return


def _open_names(command: Command) -> list[str]:
    if command.name not in _SYSTEM or not {"install", "add"} & set(command.words):
        return []
    return [
        argument
        for argument in command.arguments
        if argument not in ("install", "add") and not re.search(r"[=<>~$]|^[./]|-\d", argument)
    ]


_build = advising("D6", "https://docs.docker.com/build/building/best-practices/#run")
_drift = advising("D2", "https://docs.docker.com/build/building/best-practices/#apt-get")
_TRUST = advising("D2", "https://docs.docker.com/build/building/best-practices/")

RULES = (
    DockerfileRule(
        "argument-unseen",
        "D6",
        None,
        "`{it}` was declared before FROM, where only FROM sees it; here it is empty.",
        "In which part of the file does this argument have its value?",
        _argument_unseen,
        f"ARG PORT=80\n{HEAD}RUN echo $PORT\n",
        f"ARG PORT=80\n{HEAD}ARG PORT\nRUN echo $PORT\n",
        ("https://docs.docker.com/build/building/variables/#scoping",),
    ),
    _build(
        "environment-lost",
        "`{it}` changes the shell of this RUN, and that shell ends here.",
        "What does the next instruction know of it?",
        _environment_lost,
        "RUN . /venv/bin/activate\n",
        "ENV PATH=/venv/bin:$PATH\n",
    ),
    _build(
        "script-goes-on",
        "If a command in this script fails, the next one runs all the same, and only the last one decides.",
        "What does the build say when the first of these commands fails?",
        _goes_on,
        "RUN <<EOF\nmake data\nmake index\nEOF\n",
        "RUN <<EOF\nset -e\nmake data\nmake index\nEOF\n",
    ),
    _drift(
        "update-alone",
        "The package lists are fetched in a layer of their own, which a later build takes from its cache.",
        "How old may these lists be when the next RUN installs from them?",
        _update_alone,
        "RUN apt-get update\n",
        "RUN true\n",
    ),
    advising("D6", "https://12factor.net/build-release-run")(
        "migration-in-build",
        "`{it}` runs while the image is built, against whatever database the builder reaches.",
        "Which database does this change when the same image goes to staging and to production?",
        _migrates,
        "RUN python manage.py migrate\n",
        "RUN python manage.py check\n",
    ),
    advising("D4", "https://docs.docker.com/build/cache/invalidation/")(
        "cache-hostile-argument",
        "`{it}` is new with every build, and everything below it is built anew each time.",
        "Which of the steps below need this value?",
        _busts_cache,
        "ARG GIT_SHA\nRUN pip install --no-cache-dir flask==3.1.0\n",
        "RUN pip install --no-cache-dir flask==3.1.0\nARG GIT_SHA\n",
    ),
    _TRUST(
        "trust-switched-off",
        "`{it}` switches off the check of who answers, so anybody on the way may answer.",
        "What is wrong with the certificate or the signature that this line does not want to see?",
        _trust_off,
        "RUN pip install --no-cache-dir --trusted-host pypi.example.com flask==3.1.0\n",
        "RUN pip install --no-cache-dir flask==3.1.0\n",
    ),
    _TRUST(
        "plain-http",
        "`{it}` is asked without encryption: on the way the answer can be read and changed.",
        "How do you know that what arrived is what was sent?",
        _plain_http,
        "RUN git clone --branch v1.2.0 http://git.example.com/x.git\n",
        "RUN git clone --branch v1.2.0 https://git.example.com/x.git\n",
    ),
    _drift(
        "system-packages-open",
        "{it}: system packages come in the version that the base's release has on the day of the build.",
        "What fixes them, if not this line, and what would change it?",
        _system_open,
        "RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\n",
        "RUN apt-get update && apt-get install -y libpq5=15.10-0+deb12u1 && rm -rf /var/lib/apt/lists/*\n",
    ),
)
