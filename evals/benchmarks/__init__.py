"""Benchmarks, a module each; every one measures several runs, so that the machine's noise shows."""

from __future__ import annotations
