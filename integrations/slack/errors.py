"""Errors of the Slack edge.

TutorError
└── MalformedEnvelope    lacks what every envelope of its kind has; acknowledged, for it would come again as it is
"""

from __future__ import annotations

from agent.errors import TutorError


class MalformedEnvelope(TutorError):
    """`str(error)` names what is missing, and quotes nothing of the envelope."""
