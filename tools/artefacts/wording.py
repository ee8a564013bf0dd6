"""How people call a file of a type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    title: str  # before its verdicts in a line: “Blueprint”
    full_title: str  # over its criteria on a page: “Local stack blueprint”
    some: str  # what is still to be handed in: “a Compose file”
    yours: str  # “your Compose file”
    also: tuple[str, ...] = ()  # other words for it, * for any ending; its titles need not stand here
    form: str = ""  # how it is sent, where that goes without saying for no other: “as a Markdown file”

    @property
    def bare(self) -> str:
        """“Compose file”."""
        return self.yours.removeprefix("your ")

    @property
    def wanted(self) -> str:
        """“your plan as a Markdown file”."""
        return f"{self.yours} {self.form}".rstrip()
