from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from knowledge.retrieval.lexical import words


def test_many_threads_get_the_same_stems() -> None:
    """The stemmer works inside itself: two threads at once would mix their words."""
    texts = [f"containerised{number} deployments rebuilding reproducibly layering{number}" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(words, texts))
    assert together == [words(text) for text in texts]
    assert together[7][1] == "deploy"
