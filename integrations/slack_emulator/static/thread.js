// The side pane: one thread with its own message box.

import { acceptDrops, composer } from "./composer.js";
import { h } from "./dom.js";
import { atEnd, drawMessages, drawStatus, toEnd } from "./listing.js";
import { asTyped } from "./mrkdwn.js";
import { directory, here, repliesTo, state, threadOf } from "./state.js";

export function threadPane(area, { close }) {
  const list = h("ol", { class: "messages", "aria-label": "Messages of the thread" });
  const scroll = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Thread messages" }, list);
  const status = h("div", { class: "statuses", role: "status" });
  let box = null;

  function open() {
    area.hidden = !state.thread;
    document.getElementById("frame").classList.toggle("with-thread", Boolean(state.thread));
    if (!state.thread) return area.replaceChildren();
    box = composer({ id: "thread-composer", label: "Reply in this thread", target: { ...here(), thread_ts: state.thread } });
    area.replaceChildren(
      h("div", { class: "title-bar" }, h("h2", {}, "Thread"), h("button", { type: "button", class: "button close", "aria-label": "Close thread", onclick: close }, "×")),
      scroll, h("div", { class: "foot" }, status, box.node));
    redraw(true);
    return box.focus();
  }

  function redraw(follow = atEnd(scroll)) {
    if (!state.thread) return;
    drawMessages(list, threadOf(state.thread), { inThread: true, flat: false, openThread: () => {}, edit: (message) => box.edit(message, asTyped(message.text, directory)) });
    const replies = repliesTo(state.thread).length;
    if (replies) list.children[2]?.before(h("li", { class: "day" }, h("span", {}, replies === 1 ? "1 reply" : `${replies} replies`)));
    refresh();
    if (follow) requestAnimationFrame(() => toEnd(scroll));
  }

  const refresh = () => state.thread && drawStatus(status, [state.thread]);

  acceptDrops(area, (files) => box?.add(files));
  area.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) close(); });
  return { open, redraw, refresh };
}
