"""What looks at, builds and runs a learner's artefacts. Knows nothing of courses, Slack or the graph."""

from __future__ import annotations
