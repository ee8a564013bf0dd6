"""One module a suite, found by the registry: each takes the parts that it measures and gives counts and figures."""

from __future__ import annotations
