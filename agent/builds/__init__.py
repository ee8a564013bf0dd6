"""Builds that learners ask for: requests, jobs and what is said of their results."""

from __future__ import annotations
