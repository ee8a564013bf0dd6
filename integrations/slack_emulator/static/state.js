// What this page knows: the workspace, who looks at it, where they are, what was said there.

export const state = {
  team: "",
  person: "",
  channel: "",
  tab: "messages",
  thread: "",
  workspace: null,
  messages: new Map(),
  sessions: new Map(),
  prompts: null,
  unread: new Map(),
};

export const who = () => ({ person: state.person, ...(state.team ? { team: state.team } : {}) });
export const here = () => ({ ...who(), channel: state.channel });

export const directory = {
  get: (id) => state.workspace?.members[id],
  member: (id) => state.workspace?.members[id]?.name,
  channel: (id) => state.workspace?.channels.find((one) => one.id === id)?.name,
  get team() { return state.workspace?.id; },
};

export const currentChannel = () => state.workspace?.channels.find((one) => one.id === state.channel);
export const appHere = () => state.workspace?.apps.find((one) => one.direct === state.channel);
export const allCommands = () => state.workspace?.apps.flatMap((one) => one.commands) || [];
export const sorted = () => [...state.messages.values()].sort((one, other) => Number(one.ts) - Number(other.ts));
export const threadOf = (root) => sorted().filter((one) => one.root === root);
export const repliesTo = (root) => threadOf(root).filter((one) => one.ts !== root);
export const isDirect = () => currentChannel()?.kind === "im";

export function nameOf(channel) {
  return channel.kind === "im" ? directory.member(channel.with) || channel.with : channel.name;
}

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(["team", "person", "channel", "tab", "thread"].map((name) => [name, given.get(name) || ""]));
}

export function writeAddress() {
  const parts = Object.fromEntries(Object.entries({
    team: state.team, person: state.person, channel: state.channel,
    tab: state.tab === "messages" ? "" : state.tab, thread: state.thread,
  }).filter(([, value]) => value));
  history.replaceState(null, "", `#${new URLSearchParams(parts)}`);
}
