"""Course packs: what authors write, how it is loaded and checked."""

from __future__ import annotations
