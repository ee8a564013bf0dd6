"""Whether a text is in another language than English; often a few words are all that there is to go by."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

# Those that learners may write in; among all 138 that the model knows jargon would often look like one.
_NAMES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
# Log-likelihood over English. The largest of 120 tuned English messages is 22.05, the least of 18 foreign plans 227
# (`tutor eval language`, 2026-11-29).
MARGIN = 23.0
MAX_CHARACTERS = 10_000  # enough for any text


def foreign(text: str) -> str:
    """The language's name where the text is surely not in English, otherwise empty."""
    ranked = _identifier().rank(text[:MAX_CHARACTERS])
    (best, likelihood), english = ranked[0], dict(ranked)["en"]
    return _NAMES[best] if likelihood - english > MARGIN else ""


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["en", *_NAMES])
    return identifier
