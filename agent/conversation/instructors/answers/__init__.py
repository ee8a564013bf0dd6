"""What instructors are told of their learners: one module for each kind of question."""

from __future__ import annotations
