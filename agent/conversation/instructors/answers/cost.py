"""What the language model costs: tokens by learner, as the model's server counted them."""

from __future__ import annotations

from agent.conversation.instructors.answers.lookup import Answer, Lookup
from agent.conversation.instructors.answers.phrasing import counted, window
from agent.learners.model_spending import Spending

WEEK = 7  # days, where none are named
COUNTED = (
    "Tokens of questions and answers together, by UTC day, as the model's server counts them; where it doesn't, four "
    "characters are taken for one. What a million costs stands in your provider's price list."
)
COLUMNS = ("Person", "Tokens", "of them written", "Calls", "Days")


def of(lookup: Lookup) -> Answer:
    """Whoever used most first; instructors' own turns count, too."""
    since = lookup.back(WEEK)
    spent = [
        spending
        for spending in lookup.services.spending.by_person(lookup.workspace, since)
        if not lookup.query.people or spending.person.id in lookup.query.people
    ]
    time = window(since, lookup.now)
    if not spent:
        whose = "of theirs " if lookup.query.people else ""
        return Answer(f"Nothing: no turn {whose}went to a language model in {time}.", COUNTED)
    people = tuple(spending.person.id for spending in spent)
    return Answer(_headline(lookup, spent, time), COUNTED, COLUMNS, tuple(map(_row, spent)), people)


def _headline(lookup: Lookup, spent: list[Spending], time: str) -> str:
    total, calls = sum(spending.tokens for spending in spent), sum(spending.calls for spending in spent)
    by = spent[0].person.name if len(spent) == 1 else f"{len(spent)} people, {total // len(spent):,} each on average"
    most = lookup.services.model_limits.day_tokens
    return (
        f"**{total:,} tokens** in {time}, in {counted(calls, 'call')} of the language model, by {by}. "
        f"Nobody can use more than {most:,} a day; after that I answer without the model."
    )


def _row(spending: Spending) -> tuple[str, ...]:
    return (
        spending.person.name,
        f"{spending.tokens:,}",
        f"{spending.written:,}",
        str(spending.calls),
        str(spending.days),
    )
