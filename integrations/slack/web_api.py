"""The Web API methods that the app calls, with the scopes that its token needs for them."""

from __future__ import annotations

from collections.abc import Mapping

_HISTORY = ("channels:history", "groups:history", "im:history")  # wherever a message of ours may be
METHODS: Mapping[str, tuple[str, ...]] = {
    "agents.sessions.setStatus": ("chat:write",),
    "auth.test": (),
    "chat.appendStream": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": ("channels:read", "groups:read"),  # never of a direct message
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),  # downloads need it, too
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}
# Asked for only where TUTOR_INSTRUCTOR_GROUPS names a group; the manifests do without.
GROUP_SCOPES = frozenset({"usergroups:read"})
