"""A conversation in the terminal: Markdown in colour, buttons as numbers, builds with their progress."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import HTML
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table as RichTable

from agent.app import Tutoring
from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from agent.domain.turn import Trace, Turn, TurnResult
from integrations.cli.attachments import read_attachments, split_mentions
from tools.sandbox.builder import BuildProgress

_HELP = "Type a message; @path attaches a file or folder; a number presses a button; Ctrl-D ends."


def converse(tutoring: Tutoring, person: Person, *, trace: bool = False, console: Console | None = None) -> None:
    """Reads until the end of input; an interrupt during a build stops that build only."""
    screen = console or Console()
    screen.print(f"[dim]{_HELP}[/dim]")
    session: PromptSession[str] = PromptSession()
    offered: tuple[Action, ...] = show(screen, _take(tutoring, person, "hello", screen))
    while True:
        try:
            text = session.prompt(HTML("<ansigreen><b>you &gt;</b></ansigreen> "))
        except (EOFError, KeyboardInterrupt):
            return
        if text.strip():
            result = _take(tutoring, person, text, screen, offered)
            if trace:
                show_trace(screen, result.trace)
            offered = show(screen, result)


_count = itertools.count(1)


def _take(
    tutoring: Tutoring, person: Person, text: str, screen: Console, offered: tuple[Action, ...] = ()
) -> TurnResult:
    action = _pressed(text, offered)
    said, paths = split_mentions(text)
    files, refused = read_attachments(paths)
    key = f"{person.id}:{time.time_ns()}:{next(_count)}"
    turn = Turn(key, person.id, person, "" if action else said, files=files, refused=refused, action=action)
    with screen.status("thinking …", spinner="dots"):
        result = tutoring.take(turn)
    return _built(tutoring, result, screen) if result.build else result


def _pressed(text: str, offered: tuple[Action, ...]) -> Action | None:
    stripped = text.strip()
    index = int(stripped) - 1 if stripped.isdecimal() else -1
    return offered[index] if 0 <= index < len(offered) else None


def _built(tutoring: Tutoring, result: TurnResult, screen: Console) -> TurnResult:
    assert result.build is not None  # noqa: S101 - the caller looked
    stopped = False
    with screen.status("building …", spinner="dots") as status:

        def follow(progress: BuildProgress) -> None:
            status.update(f"step {progress.step} of {progress.steps}: {progress.text}")

        try:
            reply = tutoring.builds.run(result.build, on_progress=follow, cancelled=lambda: stopped)
        except KeyboardInterrupt:
            stopped = True
            reply = Reply("The build is stopped.")
    return TurnResult(reply, result.intent, result.hint_level, result.gate)


def show_trace(screen: Console, trace: Trace) -> None:
    """How the reply came about, a line each: what was read, what it points at, and each tool call."""
    screen.print(f"[dim]act {trace.act} ({trace.sure:.2f}) about {trace.about}, topic {trace.topic}[/dim]")
    if trace.references:
        screen.print(f"[dim]points at {dict(trace.references)}[/dim]", soft_wrap=True)
    for called in trace.tools:
        refused = f" refused: {called['refused']}" if called["refused"] else ""
        screen.print(f"[dim]{called['name']} {called['arguments']}{refused}[/dim]", soft_wrap=True, markup=True)


def show(screen: Console, result: TurnResult) -> tuple[Action, ...]:
    """Prints a reply; the actions that it offers are numbered."""
    reply = result.reply
    if reply is None:
        return ()
    screen.print()
    screen.print(Markdown(reply.text))
    _show_table(screen, reply)
    for number, citation in enumerate(reply.citations, start=1):
        screen.print(f"[dim]\\[{number}] {citation.title} — {citation.url or citation.source}[/dim]", soft_wrap=True)
    _save_files(screen, reply)
    offered = tuple(action for action in reply.actions if action.id != "stop")
    labels = "   ".join(f"[bold cyan]{number}[/bold cyan] {one.label}" for number, one in enumerate(offered, start=1))
    if labels:
        screen.print(labels)
    screen.print()
    return offered


def _show_table(screen: Console, reply: Reply) -> None:
    if reply.table is None:
        return
    table = RichTable(*reply.table.columns)
    for row in reply.table.rows:
        table.add_row(*row)
    screen.print(table)


def _save_files(screen: Console, reply: Reply) -> None:
    for file in reply.files:
        path = _free_name(Path.cwd() / Path(file.name).name)
        path.write_bytes(file.data)
        screen.print(f"[green]saved {path.name}[/green]")


def _free_name(path: Path) -> Path:
    names: Callable[[int], Path] = lambda number: path.with_stem(f"{path.stem}-{number}")  # noqa: E731
    return path if not path.exists() else next(names(n) for n in itertools.count(2) if not names(n).exists())
