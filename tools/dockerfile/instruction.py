"""One instruction of a Dockerfile, as its parser gives it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heredoc:
    name: str
    body: str
    line: int  # of the body's first line


@dataclass(frozen=True)
class Instruction:
    """`value` is what follows keyword and flags, continuation lines joined; `argv` is set in exec form only."""

    keyword: str
    value: str
    line: int
    end_line: int
    flags: tuple[tuple[str, str], ...] = ()
    argv: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()
    lines: tuple[tuple[int, str], ...] = field(default=(), repr=False)  # (number, text) of what was joined
    onbuild: bool = False

    def flag(self, name: str) -> list[str]:
        return [value for key, value in self.flags if key == name]

    def line_of(self, text: str) -> int:
        """The line where `text` stands, the first line where it does not."""
        return next((number for number, one in self.lines if text and text in one), self.line)

    @property
    def words(self) -> tuple[str, ...]:
        """What a list of paths or a command line consists of, in both forms."""
        return self.argv if self.argv is not None else tuple(self.value.split())
