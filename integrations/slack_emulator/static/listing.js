// A list of messages: day separators, grouping of one author's messages, prompts and statuses below.

import { act } from "./api.js";
import { h } from "./dom.js";
import { day, messageItem } from "./messages.js";
import { directory, here, repliesTo, state, who } from "./state.js";

const TOGETHER_SECONDS = 300;

// `options`: inThread, flat (replies among the rest), reply(message), edit(message), openThread(root)
export function drawMessages(list, messages, options) {
  let previous = null;
  const nodes = [];
  for (const message of messages) {
    if (!previous || day(previous.ts) !== day(message.ts)) nodes.push(h("li", { class: "day" }, h("span", {}, day(message.ts))));
    nodes.push(messageItem(message, toolsFor(message, previous, options)));
    previous = message;
  }
  list.replaceChildren(...nodes);
}

function toolsFor(message, previous, options) {
  const context = options.flat ? contextOf(message, previous, options) : null;
  return {
    directory,
    me: state.person,
    person: who(),
    context,
    compact: !context && isContinued(previous, message, options),
    press: (one, action_id, value) => act("click", { ...here(), ts: one.ts, action_id, value }),
    react: (one) => act("react", { ...here(), ts: one.ts, name: "+1" }),
    reply: options.inThread ? null : (one) => options.openThread(one.root),
    edit: (one) => options.edit(one),
    remove: (one) => act("delete", { ...here(), ts: one.ts }),
    shortcuts: shortcuts(),
    replies: options.inThread || options.flat ? [] : repliesTo(message.ts),
    openThread: () => options.openThread(message.root),
  };
}

function isContinued(previous, message, { flat }) {
  return previous !== null && previous.user === message.user && previous.username === message.username
    && previous.only_for === message.only_for && (!flat || previous.root === message.root)
    && Number(message.ts) - Number(previous.ts) < TOGETHER_SECONDS && day(previous.ts) === day(message.ts);
}

// In a direct message replies stand among the rest; one that does not follow its thread says what it answers.
function contextOf(message, previous, options) {
  if (message.ts === message.root || previous?.root === message.root) return null;
  const root = state.messages.get(message.root);
  const text = (root?.text || "an earlier message").replace(/<[^>]*>/g, "…").slice(0, 70);
  return h("button", { type: "button", class: "context-link", onclick: () => options.openThread(message.root) }, `↳ in reply to “${text}”`);
}

function shortcuts() {
  return state.workspace.apps.flatMap((app) => Object.entries(app.shortcuts).map(([callback_id, name]) => ({
    name, run: (message) => act("shortcut", { ...here(), ts: message.ts, callback_id }),
  })));
}

export function drawStatus(area, roots) {
  const sessions = [...state.sessions.values()].filter((one) => one.indicator && (!roots || roots.includes(one.thread_ts)));
  area.replaceChildren(...sessions.map((one) => {
    const app = state.workspace.apps.find((each) => each.id === one.app_id);
    return h("div", { class: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      h("span", {}, `${app?.name || "The app"} ${one.indicator}`),
      one.stoppable ? h("button", { type: "button", class: "button small stop", onclick: () => act("stop", { ...here(), thread_ts: one.thread_ts }) }, "Stop") : null);
  }));
}

export function drawPrompts(area, write) {
  const { prompts } = state;
  area.replaceChildren(...(!prompts || !prompts.items.length ? [] : [
    prompts.title ? h("p", { class: "muted" }, prompts.title) : "",
    h("div", { class: "actions" }, prompts.items.map((one) => h("button", { type: "button", class: "button", onclick: () => write(one.message) }, one.title))),
  ]));
}

export const atEnd = (area) => area.scrollHeight - area.scrollTop - area.clientHeight < 140;
export const toEnd = (area) => { area.scrollTop = area.scrollHeight; };
