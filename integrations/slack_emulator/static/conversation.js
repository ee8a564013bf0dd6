// The main pane: a channel or a direct message, or an app's Home.

import { act } from "./api.js";
import { acceptDrops, composer } from "./composer.js";
import { h } from "./dom.js";
import { drawHome } from "./home.js";
import { atEnd, drawMessages, drawPrompts, drawStatus, toEnd } from "./listing.js";
import { asTyped } from "./mrkdwn.js";
import { allCommands, appHere, currentChannel, directory, here, isDirect, nameOf, sorted, state, who } from "./state.js";

export function conversation(area, { openThread, showTab, back }) {
  const list = h("ol", { class: "messages", "aria-label": "Messages" });
  const scroll = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Conversation" }, list);
  const status = h("div", { class: "statuses", role: "status" });
  const prompts = h("div", { class: "prompts" });
  const home = h("div", { class: "home scroll", tabindex: 0, role: "tabpanel", "aria-label": "Home" });
  const header = h("div", { class: "title-bar" });
  let box = null;

  function drawHeader() {
    const channel = currentChannel();
    const app = appHere();
    const name = nameOf(channel);
    const tab = (id, label) => h("button", { type: "button", role: "tab", "aria-selected": String(state.tab === id), onclick: () => showTab(id) }, label);
    header.replaceChildren(
      h("h1", { class: "sr-only narrow-only" }, state.workspace.name),  // where the sidebar with its heading is not shown
      h("button", { type: "button", class: "button back", "aria-label": "Back to the list of conversations", onclick: back }, "‹"),
      h("h2", { id: "conversation-title" }, isDirect() ? name : `# ${name}`),
      app ? h("div", { class: "tabs", role: "tablist", "aria-label": `${name}: tabs` }, tab("home", "Home"), tab("messages", "Messages"))
        : h("span", { class: "muted" }, isDirect() ? "" : `${channel.members} members`),
      app && !app.connected ? h("span", { class: "badge offline" }, "not connected") : "");
  }

  function open() {
    const channel = currentChannel();
    const name = nameOf(channel);
    const hint = isDirect() ? `Message ${name}` : `Message #${name} (write @tutor to ask the tutor)`;
    box = composer({ id: "composer", label: hint, target: here(), commands: allCommands(), disabled: channel.writable ? "" : "Nobody can write here." });
    drawHeader();
    const showHome = state.tab === "home" && appHere();
    area.replaceChildren(header, ...(showHome ? [home] : [scroll, h("div", { class: "foot" }, status, prompts, box.node)]));
    if (!showHome) redraw(true);
  }

  function redraw(follow = atEnd(scroll)) {
    const flat = isDirect();
    const shown = flat ? sorted() : sorted().filter((one) => one.top_level);
    drawMessages(list, shown, { inThread: false, flat, openThread, edit: (message) => box.edit(message, asTyped(message.text, directory)) });
    list.classList.toggle("empty", !shown.length);
    refresh();
    if (follow) requestAnimationFrame(() => toEnd(scroll));
  }

  function refresh() {
    drawStatus(status, isDirect() ? null : sorted().filter((one) => one.top_level).map((one) => one.ts));
    drawPrompts(prompts, (text) => box.write(text));
    drawHeader();
  }

  acceptDrops(area, (files) => state.tab !== "home" && box?.add(files));

  return {
    open,
    redraw,
    refresh,
    header: drawHeader,
    focus: () => box?.focus(),
    home: (view) => drawHome(home, view, {
      press: (action_id, value) => act("click", { ...who(), view: view.id, action_id, value }),
      choose: (block_id, action_id, chosen) => act("act", { ...who(), view: view.id, block_id, action_id, state: chosen }),
    }),
  };
}
