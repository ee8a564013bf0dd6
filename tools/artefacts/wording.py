"""How people call a file of a type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    title: str  # before its verdicts in a line: “Blueprint”
    full_title: str  # over its criteria on a page: “Local stack blueprint”
    noun: str  # “Compose file”
    some: str  # what is still to be handed in: “a Compose file”
    form: str = ""  # how it is sent, where that goes without saying for no other: “as a Markdown file”

    @property
    def yours(self) -> str:
        """“your Compose file”."""
        return f"your {self.noun}"

    @property
    def wanted(self) -> str:
        """“your plan as a Markdown file”."""
        return f"{self.yours} {self.form}".rstrip()
