"""Whether a chat message is in another language than English; a few words are all that there is to go by."""

from __future__ import annotations

import re

# Words of chats that English does not have; words of two languages stand in both.
_WORDS = {
    "German": "ich mir mich du dir bitte wie warum kannst kann soll sollen der die das und ist nicht ein eine für mit "
    "auf zu wenn hilfe mein meine meinen geht wieso gib sag keine weiß weiss auch nur lösung danke",
    "French": "je tu vous nous le la les un une est pas pour avec mon ma mes comment pourquoi peux pouvez s'il merci "
    "aide donne écris dans des du que qui",
    "Spanish": "yo tú el la los las un una es no por para con mi mis cómo como qué puedes gracias ayuda dame escribe "
    "del porque hola",
    "Portuguese": "eu você o os as um uma é não por para com meu minha como que pode obrigado ajuda me do da porque",
    "Italian": "io tu il lo la gli un una è non per con mio mia come perché puoi grazie aiuto dammi del della che",
    "Dutch": "ik jij je de het een is niet voor met mijn hoe waarom kun bedankt hulp geef wat van dat",
}
_LISTS = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_ENGLISH = frozenset(
    "the a an i you it is are was to of in on for with and or not my your how what why can do does this that me please "
    "be have has no as at if so we just about from".split()
)
LEAST, SHORT = 3, 6  # words of the language that a message must hold; one less in a short one


def foreign(text: str) -> str:
    """The language's name, or empty."""
    found = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())[:200]
    english = sum(word in _ENGLISH for word in found)
    counts = {name: sum(word in words and word not in _ENGLISH for word in found) for name, words in _LISTS.items()}
    best = max(counts, key=lambda name: counts[name])
    least = LEAST - (len(found) <= SHORT)
    return best if counts[best] >= least and counts[best] > english else ""
