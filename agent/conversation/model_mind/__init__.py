"""A language model as the mind of a turn: what it is told, what it may ask for, and how its words become a reply."""

from __future__ import annotations
