"""Why a container did not start, or ended with an error: the engine's words, the exit code, and what was printed."""

from __future__ import annotations

from dataclasses import dataclass

from tools.sandbox.build.failures import cause_of


@dataclass(frozen=True)
class Reason:
    text: str
    question: str = ""


# Causes of the catalogue of failed steps that say as much of a process.
_ALSO_AT_START = frozenset(
    "python-module node-module permission command-not-found file-missing wrong-architecture interpreter-missing "
    "script-with-windows-lines read-only".split()
)


def why_ended(code: int, log: str, *, killed: bool) -> Reason:
    """`killed`: by the kernel, for memory."""
    known = cause_of("", log)
    if killed or known.id not in _ALSO_AT_START:
        return _by_code(code, killed=killed)
    text = known.text.replace("when this step runs", "when it starts").replace(" at this step", "")
    return Reason(text.replace("user of this step", "user that it runs as"), known.question)


def _by_code(code: int, *, killed: bool) -> Reason:
    if killed:
        return Reason("It used more memory than it is given.", "What does it hold in memory before it serves anything?")
    known = {
        126: Reason("The command is there and may not be run.", "Which mode has that file, and which user runs it?"),
        127: Reason("The shell did not find the command.", "Under which path does the image have it?"),
        137: Reason("It was killed.", "What kills a process that does not end by itself?"),
        139: Reason("It crashed inside a compiled library.", "For which processor and C library was that built?"),
    }
    return known.get(code, Reason("", "What does the last line that it printed tell you?"))


def why_not_started(said: str) -> Reason:
    """`said` is the engine's."""
    low = said.lower()
    for words, reason in _REASONS:
        if words in low:
            return reason
    return Reason("The engine could not start it.", "What does the process need that the container does not have?")


_REASONS = (
    ("no command specified", Reason("The image names no command.", "Which process should the container be?")),
    ("exec format error", Reason("Its program is for another processor, or a script without `#!`.", "What is it?")),
    (
        "permission denied",
        Reason("Its command isn't executable for this user.", "Which mode has that file, and which user runs it?"),
    ),
    (
        "executable file not found",
        Reason("The command of the image is not on its PATH.", "Under which path does the final stage have it?"),
    ),
    (
        "no such file or directory",
        Reason("The command of the image is not where it says.", "Which instruction brings it into the final stage?"),
    ),
    (
        "unable to find user",
        Reason("The image has no user of that name.", "Which instruction makes the user before USER names it?"),
    ),
    (
        "chdir to cwd",
        Reason("Its user may not enter the working folder.", "Whose is the folder that WORKDIR made?"),
    ),
)
