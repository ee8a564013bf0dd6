"""`python -m evals.packing`: makes the vectors of a course's cards and notes anew, and keeps them in the pack."""

from __future__ import annotations

from knowledge.course.loader import SHIPPED, load_course
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.library import texts_of_library
from knowledge.retrieval.packed_vectors import FILE, keep

if __name__ == "__main__":
    print(f"{keep(SHIPPED / FILE, texts_of_library(load_course()), Embedding()):,} vectors kept")
