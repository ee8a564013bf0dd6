"""A person at their Slack: writes, clicks, opens, submits; what Slack's client would not allow is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.composer import composed
from integrations.slack_emulator.contents import MAX_TEXT
from integrations.slack_emulator.deliveries import Deliveries, Delivery
from integrations.slack_emulator.errors import ApiRefusal, NotPossible
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.files import Attachment
from integrations.slack_emulator.interactions import Interactions
from integrations.slack_emulator.keyboard import action_of, fill, find_button
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.streams import StreamState
from integrations.slack_emulator.transcript import Seen, buttons_of, seen_message
from integrations.slack_emulator.views import View
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import World

File = Attachment | tuple[str, bytes]
TROUBLE = {"": "We had some trouble connecting. Try again?"}


@dataclass(frozen=True)
class WorkspaceClient:
    """What every person works with."""

    world: World
    deliveries: Deliveries
    events: Events
    postings: Postings
    interactions: Interactions


class EmulatedPerson:
    def __init__(self, client: WorkspaceClient, workspace: Workspace, user: str) -> None:
        self._client = client
        self._world = client.world
        self.workspace = workspace
        self.id = user

    def says(
        self,
        channel: str,
        text: str = "",
        *,
        files: Iterable[File] = (),
        thread_ts: str = "",
        broadcast: bool = False,
    ) -> Seen:
        """`channel`: id, `#name`, or a member (for the direct message). `@tutor` in the text is a mention."""
        with self._world.lock:
            place = self.channel(channel)
            self._check_may_write(place, thread_ts)
            attachments = [file if isinstance(file, Attachment) else Attachment(*file) for file in files]
            if not text.strip() and not attachments:
                raise NotPossible("Slack sends no empty message.")
            if len(text) > MAX_TEXT:
                raise NotPossible(f"Slack's client takes at most {MAX_TEXT:,} characters.")
            stored = [
                self._world.store(attachment, owner=self.id, team_id=self.workspace.id) for attachment in attachments
            ]
            for file in stored:
                file.channels.append(place.id)
            root = place.messages[thread_ts].root if thread_ts else ""
            sent, blocks = composed(text, self.workspace)
            message = SlackMessage(
                ts=self._world.new_ts(),
                channel=place.id,
                user=self.id,
                team_id=self.workspace.members[self.id].team_id,
                text=sent,
                blocks=blocks,
                files=stored,
                subtype="file_share" if stored else "",
                thread_ts=root,
                broadcast=broadcast and bool(root),
            )
            self._client.postings.post(self.workspace, place, message)
            return seen_message(message, self.workspace)

    def edits(self, message: Seen, text: str) -> None:
        with self._world.lock:
            place, found = self._own(message)
            sent, blocks = composed(text, self.workspace)
            values = {"text": sent, "blocks": blocks, "edited_ts": self._world.new_ts()}
            self._client.postings.change(self.workspace, place, found, **values)

    def deletes(self, message: Seen) -> None:
        with self._world.lock:
            self._client.postings.delete(self.workspace, *self._own(message))

    def reacts(self, message: Seen, name: str) -> None:
        """A second time takes it back, as a click on a reaction does."""
        with self._world.lock:
            place = self.channel(message.channel)
            found = place.messages[message.ts]
            again = self.id in found.reactions.get(name, [])
            act = self._client.postings.take_back if again else self._client.postings.react
            act(self.workspace, place, found, name, self.id)

    def invites(self, channel: str, member: str) -> None:
        """Takes somebody, or an app's bot, into a channel."""
        with self._world.lock:
            place, joined = self.channel(channel), self.workspace.member(member)
            if place.is_direct or self.id not in place.members:
                raise NotPossible("Only members of a channel can invite somebody into it.")
            place.members.add(joined.id)
            self._client.events.joined(self.workspace, place, joined.id, self.id)

    def clicks(self, message: Seen | str, action_id: str, *, value: str | None = None) -> Delivery:
        """`message` may be a view's id; `action_id` may be the visible label."""
        with self._world.lock:
            place = self._clickable(message)
            button = find_button(list(buttons_of(place.blocks)), action_id, value)
            installation = self._app_of(place)
            return self._client.interactions.click(installation, self.id, action_of(button), place)

    def acts(self, view_id: str, block_id: str, action_id: str, state: Mapping[str, Any]) -> Delivery:
        """A choice in a view's interactive element; `state` is the element's value as Slack words it."""
        with self._world.lock:
            view = self._view(view_id)
            view.values.setdefault(block_id, {})[action_id] = dict(state)
            action = {**state, "block_id": block_id, "action_id": action_id}
            return self._client.interactions.click(self._app_of(view), self.id, action, view)

    def opens_home(self, app: str = "") -> Delivery | None:
        return self._opens(app, "home")

    def opens_messages(self, app: str = "") -> Delivery | None:
        return self._opens(app, "messages")

    def commands(self, channel: str, command: str, text: str = "") -> Delivery:
        """A slash command; Slack allows none inside a thread."""
        with self._world.lock:
            for installation in self.workspace.installations.values():
                if command in installation.app.commands and not installation.refused:
                    place = self.channel(channel)
                    return self._client.interactions.command(installation, self.id, place, command, text)
        raise NotPossible(f"No app here knows the command {command}.")

    def shortcut(self, message: Seen, callback_id: str, app: str = "") -> Delivery:
        with self._world.lock:
            place = self.channel(message.channel)
            found = place.messages[message.ts]
            installation = self.installation(app)
            return self._client.interactions.shortcut(installation, self.id, callback_id, place, found)

    def submits(
        self, values: Mapping[str, Any] | None = None, *, view: str = "", seconds: float = 5.0
    ) -> dict[str, str]:
        """Fills the open modal (`{block_id or action_id: value}`), submits it, waits; returns errors by block."""
        with self._world.lock:
            shown = self._view(view) if view else self._top()
            fill(shown, values or {})
            installation = self._app_of(shown)
            delivery = self._client.interactions.submit(installation, shown)
            self._world.changed.wait_for(lambda: delivery.state != "pending", seconds)
            if delivery.state != "acknowledged":
                return TROUBLE
            try:
                return self._client.interactions.answer_submission(installation, shown, delivery.answer)
            except ApiRefusal as refusal:
                self._world.note("refused", "view_submission", refusal.error, *refusal.messages)
                return TROUBLE

    def closes(self, *, whole_stack: bool = False) -> Delivery | None:
        with self._world.lock:
            shown = self._top()
            return self._client.interactions.close(self._app_of(shown), shown, whole_stack=whole_stack)

    def stops(self, channel: str, thread_ts: str) -> Delivery | None:
        """The Stop button: ends the app's streams there, leaves the session's status to the app."""
        with self._world.lock:
            place = self.channel(channel)
            session = self._world.sessions.get(self.workspace.id, place.id, thread_ts)
            if session is None or session.status != "processing" or not session.stoppable:
                raise NotPossible("There is no Stop button: the session is not processing.")
            stopped = []
            for message in place.thread(thread_ts):
                if message.stream is not None and message.stream.is_live:
                    message.stream.state = StreamState.STOPPED_BY_USER
                    stopped.append(message.ts)
                    self._client.postings.show(self.workspace, place, message)
            event = {
                "type": "agent_session_stopped",
                "channel": place.id,
                "thread_ts": thread_ts,
                "streaming_message_ts": stopped,
                "user": self.id,
                "event_ts": self._world.new_ts(),
            }
            installation = self.workspace.installations[session.app_id]
            return self._client.events.emit(installation, "agent_session_stopped", event, actor=self.id)

    def channel(self, reference: str) -> Channel:
        if reference.startswith("#") or reference in self.workspace.channels:
            found = self.workspace.channel(reference)
            if found.kind != "public" and self.id not in found.members:
                raise NotPossible(f"{self.id} is not in {reference}.")
            return found
        return self.workspace.direct(self.id, self.workspace.member(reference).id)

    def installation(self, app: str = "") -> Installation:
        """By app id or name; the first one where none is named."""
        for installation in self.workspace.installations.values():
            if not app or app in (installation.app.id, installation.app.name):
                return installation
        raise NotPossible(f"The app {app!r} is not installed in {self.workspace.name}.")

    def _opens(self, app: str, tab: str) -> Delivery | None:
        with self._world.lock:
            installation = self.installation(app)
            self._check_guest(installation)
            event: dict[str, Any] = {
                "type": "app_home_opened",
                "user": self.id,
                "channel": self.workspace.direct(self.id, installation.user_id).id,
                "tab": tab,
                "event_ts": self._world.new_ts(),
            }
            view = self._world.views.homes.get((self.workspace.id, installation.app.id, self.id))
            if tab == "home" and view is not None:
                event["view"] = view.to_wire()
            return self._client.events.emit(installation, "app_home_opened", event, actor=self.id)

    def _check_may_write(self, channel: Channel, thread_ts: str) -> None:
        if self.id not in channel.members:
            raise NotPossible(f"{self.id} is not in #{channel.name}.")
        if channel.archived or channel.read_only:
            raise NotPossible(f"Nobody can write in #{channel.name}.")
        if thread_ts and thread_ts not in channel.messages:
            raise NotPossible(f"There is no message {thread_ts} to reply to.")
        if channel.is_direct:
            for installation in self.workspace.installations.values():
                if installation.user_id in channel.members:
                    self._check_guest(installation)

    def _check_guest(self, installation: Installation) -> None:
        if self.workspace.members[self.id].is_guest and installation.app.is_agent:
            raise NotPossible("Guests have no access to apps with the agent features.")

    def _own(self, message: Seen) -> tuple[Channel, SlackMessage]:
        place = self.channel(message.channel)
        found = place.messages.get(message.ts)
        if found is None or found.user != self.id:
            raise NotPossible("That is not a message of this person.")
        return place, found

    def _clickable(self, message: Seen | str) -> SlackMessage | View:
        if isinstance(message, str):
            return self._view(message)
        place = self.channel(message.channel)
        found = place.messages.get(message.ts)
        found = found or next((ephemeral for ephemeral in place.ephemerals if ephemeral.ts == message.ts), None)
        if found is None or found.only_for not in ("", self.id):
            raise NotPossible("That message is gone.")
        return found

    def _view(self, view_id: str) -> View:
        stack = self._world.views.stacks.get((self.workspace.id, self.id), [])
        for view in [*stack, *self._world.views.homes.values()]:
            if view.id == view_id and view.user == self.id:
                return view
        raise NotPossible(f"{self.id} does not see a view {view_id}.")

    def _top(self) -> View:
        view = self._world.views.top(self.workspace.id, self.id)
        if view is None:
            raise NotPossible("No modal is open.")
        return view

    def _app_of(self, place: SlackMessage | View) -> Installation:
        return self.workspace.installations[place.app_id]
