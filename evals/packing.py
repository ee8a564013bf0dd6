"""`python -m evals.packing`: the vectors of cards, notes and expected answers, and the votes learnt from them."""

from __future__ import annotations

from knowledge.course.loader import SHIPPED, load_course
from knowledge.retrieval import card_votes
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.library import Library, texts_of_library
from knowledge.retrieval.packed_vectors import FILE, keep
from tools.inspection.expected_answers import texts_of_answers


def main() -> None:
    course = load_course()
    texts = [*texts_of_library(course), *texts_of_answers()]
    print(f"{keep(SHIPPED / FILE, texts, Embedding()):,} vectors kept")
    finders = [Library(course, Embedding()).finder(lesson.id) for lesson in course.lessons]
    card_votes.keep(SHIPPED / card_votes.FILE, {finder.digest: finder.learnt_votes() for finder in finders})
    print(f"votes kept for {len(finders)} lessons")


if __name__ == "__main__":
    main()
