"""What is known of each learner: directory, mastery, hints, questions asked, progress, privacy."""

from __future__ import annotations
