"""The Web API's methods, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.methods.agents import AgentMethods
from integrations.slack_emulator.methods.auth import AuthMethods
from integrations.slack_emulator.methods.chat import ChatMethods
from integrations.slack_emulator.methods.conversations import ConversationMethods
from integrations.slack_emulator.methods.files import FileMethods
from integrations.slack_emulator.methods.streaming import StreamMethods
from integrations.slack_emulator.methods.views import ViewMethods
from integrations.slack_emulator.postings import Postings

Handler = Callable[[Call], Mapping[str, Any]]


def handlers(postings: Postings, events: Events) -> dict[str, Handler]:
    chat, streaming, agents = ChatMethods(postings), StreamMethods(postings), AgentMethods()
    conversations, files = ConversationMethods(), FileMethods(postings, events)
    auth, views = AuthMethods(events), ViewMethods()
    return {
        "auth.test": auth.test,
        "auth.revoke": auth.revoke,
        "oauth.v2.access": auth.access,
        "chat.postMessage": chat.post_message,
        "chat.update": chat.update,
        "chat.delete": chat.delete,
        "chat.postEphemeral": chat.post_ephemeral,
        "chat.getPermalink": chat.permalink,
        "reactions.add": chat.add_reaction,
        "reactions.remove": chat.remove_reaction,
        "blocks.validate": chat.validate_blocks,
        "chat.startStream": streaming.start,
        "chat.appendStream": streaming.append,
        "chat.stopStream": streaming.stop,
        "conversations.info": conversations.info,
        "conversations.history": conversations.history,
        "conversations.replies": conversations.replies,
        "conversations.open": conversations.open,
        "conversations.members": conversations.members,
        "conversations.list": conversations.list,
        "users.conversations": conversations.of_user,
        "users.info": conversations.user_info,
        "usergroups.users.list": conversations.group_users,
        "files.getUploadURLExternal": files.get_upload_url,
        "files.completeUploadExternal": files.complete_upload,
        "files.info": files.info,
        "files.delete": files.delete,
        "views.publish": views.publish,
        "views.open": views.open,
        "views.push": views.push,
        "views.update": views.update,
        "assistant.threads.setStatus": agents.set_loading,
        "assistant.threads.setTitle": agents.set_title,
        "assistant.threads.setSuggestedPrompts": agents.set_prompts,
        "agents.sessions.setStatus": agents.set_status,
        "agents.sessions.rename": agents.rename,
    }
