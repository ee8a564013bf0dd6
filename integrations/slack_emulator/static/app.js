// Puts the panes together: where the person is, and what the live feed brings.

import { act, ask, listen } from "./api.js";
import { conversation } from "./conversation.js";
import { announce, complain } from "./dom.js";
import { modalDialog } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { appHere, currentChannel, directory, here, nameOf, readAddress, state, who, writeAddress } from "./state.js";
import { threadPane } from "./thread.js";

const element = (id) => document.getElementById(id);
const main = conversation(element("conversation"), { openThread, showTab, back: () => element("frame").classList.remove("reading") });
const thread = threadPane(element("thread"), { close: () => openThread("") });
const modal = modalDialog(element("modal"));
let stop = () => {};

async function become(person) {
  stop();
  state.person = person;
  state.thread = "";
  state.unread.clear();
  announce("");
  try {
    state.workspace = await ask("workspace", who());
  } catch (error) {
    complain(error.message);
    return;
  }
  document.title = state.workspace.name;
  modal.show((await ask("modal", who())).view);
  stop = listen(who(), hear, catchUp);
  const known = state.workspace.channels.some((one) => one.id === state.channel);
  await go(known ? state.channel : state.workspace.apps[0]?.direct || state.workspace.channels[0].id, state.tab);
}

async function go(channel, tab = "messages") {
  state.channel = channel;
  state.tab = appHere() ? tab : "messages";
  state.thread = "";
  state.unread.delete(channel);
  if (!await load()) return;
  element("frame").classList.add("reading");
  await showTab(state.tab);
}

// False where the person has moved on meanwhile.
async function load() {
  const asked = here();
  const answer = await ask("channel", asked);
  if (asked.channel !== state.channel || asked.person !== state.person) return false;
  state.messages = new Map(answer.messages.map((one) => [one.ts, one]));
  state.sessions = new Map(answer.sessions.map((one) => [one.thread_ts, one]));
  state.prompts = answer.prompts;
  return true;
}

async function showTab(tab) {
  state.tab = tab;
  const app = appHere();
  main.open();
  thread.open();
  redrawSidebar();
  writeAddress();
  if (!app) return;
  await act(tab === "home" ? "open-home" : "open-messages", { ...who(), app: app.id });
  if (tab !== "home") return;
  const { view } = await ask("home", { ...who(), app: app.id });
  if (appHere() === app && state.tab === "home") main.home(view);
}

function openThread(root) {
  state.thread = root;
  thread.open();
  main.redraw();
  if (!root) main.focus();
  writeAddress();
}

const redrawSidebar = () => drawSidebar(element("sidebar"), { go: (id) => go(id), become });

async function catchUp() {
  state.workspace = await ask("workspace", who());
  if (!await load()) return;
  main.redraw();
  thread.redraw();
  redrawSidebar();
}

const HEARERS = {
  message(change) {
    const { message, channel } = change.data;
    learn(channel);
    if (change.channel !== state.channel) return countUnread(change.channel, message);
    const known = state.messages.get(message.ts);
    state.messages.set(message.ts, message);
    drawBoth();
    if (message.user !== state.person && !known) announce(`${directory.member(message.user) || "Somebody"}: ${message.text.slice(0, 200)}`);
    return undefined;
  },
  deleted(change) {
    if (change.channel === state.channel && state.messages.delete(change.data.ts)) drawBoth();
  },
  session(change) {
    if (change.channel !== state.channel) return;
    state.sessions.set(change.data.thread_ts, change.data);
    main.refresh();
    thread.refresh();
  },
  prompts(change) {
    if (change.channel !== state.channel) return;
    state.prompts = change.data;
    main.refresh();
  },
  home(change) {
    if (state.tab === "home" && appHere()?.id === change.data.app_id) main.home(change.data.view);
  },
  modal(change) {
    modal.show(change.data.view);
  },
  presence(change) {
    const app = state.workspace.apps.find((one) => one.id === change.data.app_id);
    if (app) app.connected = change.data.connected;
    redrawSidebar();
    main.header();
  },
};

const hear = (change) => HEARERS[change.kind]?.(change);

let pending = 0;
function drawBoth() {
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(() => {
    if (state.tab === "messages") main.redraw();
    thread.redraw();
  });
}

function learn(channel) {
  if (state.workspace.channels.some((one) => one.id === channel.id)) return;
  state.workspace.channels.push(channel);
  redrawSidebar();
}

function countUnread(channel, message) {
  if (message.user === state.person || message.edited || message.stream === "streaming") return;
  state.unread.set(channel, (state.unread.get(channel) || 0) + 1);
  redrawSidebar();
  announce(`New message in ${nameOf(state.workspace.channels.find((one) => one.id === channel))}`);
}

async function start() {
  const wanted = readAddress();
  Object.assign(state, { team: wanted.team, channel: wanted.channel, tab: wanted.tab || "messages" });
  await become(wanted.person || (await ask("people", state.team ? { team: state.team } : {})).people[0]);
  if (wanted.thread && currentChannel()) openThread(wanted.thread);
}

window.addEventListener("hashchange", start);
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();  // the address says where one is, and nothing else
  document.getElementById("conversation").focus();
});
start();
