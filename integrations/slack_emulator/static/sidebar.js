// Who you are, and where you can go.

import { h } from "./dom.js";
import { avatar } from "./messages.js";
import { nameOf, state } from "./state.js";

export function drawSidebar(area, { go, become }) {
  const { workspace } = state;
  const direct = workspace.channels.filter((one) => one.kind === "im");
  const open = workspace.channels.filter((one) => one.kind !== "im");
  const apps = new Map(workspace.apps.map((one) => [one.direct, one]));
  const people = direct.filter((one) => !apps.has(one.id));
  area.replaceChildren(
    h("div", { class: "workspace-name" }, h("h1", {}, workspace.name)),
    h("div", { class: "switcher" },
      h("label", { for: "person" }, "You are"),
      h("select", { id: "person", class: "select", onchange: (event) => become(event.target.value) },
        workspace.people.map((id) => h("option", { value: id, selected: id === state.person }, workspace.members[id].name)))),
    section("Apps", direct.filter((one) => apps.has(one.id)), go, apps),
    section("Channels", open, go, apps),
    people.length ? section("Direct messages", people, go, apps) : "",
    h("p", { class: "about" }, "This looks like Slack and is not Slack: nothing leaves this machine. Choose above who you are; drop files into a conversation."));
}

function section(title, channels, go, apps) {
  const id = `section-${title.replace(/\s/g, "-").toLowerCase()}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title),
    h("ul", {}, channels.map((one) => h("li", {}, entry(one, go, apps)))));
}

function entry(channel, go, apps) {
  const unread = state.unread.get(channel.id) || 0;
  const app = apps.get(channel.id);
  const name = nameOf(channel);
  const sign = channel.kind === "im" ? avatar(name, Boolean(app)) : h("span", { class: "hash", "aria-hidden": "true" }, channel.kind === "private" ? "◇" : "#");
  return h("button", {
    type: "button", class: `place${unread ? " unread" : ""}`, "data-channel": channel.id,
    "aria-current": channel.id === state.channel ? "page" : undefined, onclick: () => go(channel.id),
  }, sign, h("span", { class: "place-name" }, name),
  app ? h("span", { class: `presence${app.connected ? " on" : ""}`, role: "img", "aria-label": app.connected ? "connected" : "not connected" }) : "",
  unread ? h("span", { class: "count", "aria-label": `${unread} unread` }, String(unread)) : "");
}
