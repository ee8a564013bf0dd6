"""What a reply must pass before it is said, a file a check; each refusal has a reason that a mind can mend by."""

from __future__ import annotations
