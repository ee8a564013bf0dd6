"""`python -m evals.packing`: makes the vectors of cards, notes and expected answers, and keeps them in the pack."""

from __future__ import annotations

from knowledge.course.loader import SHIPPED, load_course
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.library import texts_of_library
from knowledge.retrieval.packed_vectors import FILE, keep
from tools.inspection.expected_answers import texts_of_answers

if __name__ == "__main__":
    texts = [*texts_of_library(load_course()), *texts_of_answers()]
    print(f"{keep(SHIPPED / FILE, texts, Embedding()):,} vectors kept")
