// One message as a list item, and day separators between them.

import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

export const when = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => when(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
export const day = (ts) => {
  const date = when(ts);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
};

export function avatar(name, isBot) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 12, 7);
  const words = name.split(/\s+/);
  const initials = isBot ? "◆" : (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2)).toUpperCase();
  return h("span", { class: `avatar tint-${hue}${isBot ? " bot" : ""}`, "aria-hidden": "true" }, initials);
}

const sizeOf = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;

// `tools`: directory, me, person, compact, press, react, reply, edit, remove, shortcuts, replies, openThread, context
export function messageItem(message, tools) {
  const author = tools.directory.get(message.user);
  const name = message.username || author?.name || message.user;
  return h("li", { class: `message${tools.compact ? " compact" : ""}${message.only_for ? " private" : ""}`, "data-ts": message.ts },
    tools.context ? h("div", { class: "in-reply" }, tools.context) : null,
    tools.compact ? h("span", { class: "gutter" }, h("time", { datetime: when(message.ts).toISOString() }, clock(message.ts))) : avatar(name, author?.is_bot),
    h("article", { "aria-label": `${name}, ${clock(message.ts)}` },
      tools.compact ? null : h("header", {}, h("span", { class: "who" }, name), badge(author, tools),
        h("time", { datetime: when(message.ts).toISOString() }, clock(message.ts))),
      message.only_for ? h("p", { class: "muted only-you" }, "Only you can see this") : null,
      h("div", { class: "content" }, content(message, tools)),
      message.files.length ? h("ul", { class: "files" }, message.files.map((file) => fileCard(file, tools))) : null,
      reactions(message, tools), replies(tools)),
    toolbar(message, tools));
}

function badge(author, tools) {
  if (author?.is_bot) return h("span", { class: "badge" }, "app");
  if (author?.is_guest) return h("span", { class: "badge" }, "guest");
  if (author && author.team !== tools.directory.team) return h("span", { class: "badge" }, "external");
  return null;
}

function content(message, tools) {
  const surface = { directory: tools.directory, press: (id, value) => tools.press(message, id, value) };
  const nodes = message.blocks?.length
    ? renderBlocks(message.blocks, surface)
    : [h("div", { class: "prose" }, message.plain ? message.text : mrkdwn(message.text, tools.directory))];
  for (const one of message.attachments || []) nodes.push(h("div", { class: "attachment prose" }, mrkdwn(one.text || one.fallback || "", tools.directory)));
  if (message.stream === "streaming") nodes.push(h("span", { class: "cursor", role: "img", "aria-label": "still writing" }));
  if (message.stream === "stopped_by_user") nodes.push(h("p", { class: "muted" }, "Stopped."));
  if (message.edited) nodes.push(h("span", { class: "muted edited" }, "(edited)"));
  return nodes;
}

function fileCard(file, tools) {
  if (file.deleted) return h("li", { class: "file muted" }, `${file.name} was deleted`);
  const address = `control/files/${encodeURIComponent(file.id)}?${new URLSearchParams(tools.person)}`;
  return h("li", {}, h("a", { class: "file", href: address, download: file.name, "aria-label": `Download ${file.name}, ${sizeOf(file.size)}` },
    h("span", { class: "file-sign", "aria-hidden": "true" }, "⤓"),
    h("span", { class: "file-text" }, h("span", { class: "file-name" }, file.name), h("span", { class: "muted" }, sizeOf(file.size)))));
}

function reactions(message, tools) {
  if (!message.reactions?.length) return null;
  return h("ul", { class: "reactions", "aria-label": "Reactions" }, message.reactions.map((one) => {
    const names = one.users.map((user) => tools.directory.member(user) || user).join(", ");
    return h("li", { title: `${names}: ${one.name}`, "aria-label": `${one.name} by ${names}` }, emoji(one.name), " ", String(one.count));
  }));
}

function replies(tools) {
  if (!tools.replies?.length) return null;
  const last = tools.replies.at(-1);
  const text = tools.replies.length === 1 ? "1 reply" : `${tools.replies.length} replies`;
  return h("button", { type: "button", class: "replies", onclick: tools.openThread }, h("strong", {}, text), h("span", { class: "muted" }, ` last at ${clock(last.ts)}`));
}

function toolbar(message, tools) {
  if (message.only_for) return null;
  const one = (label, action, described) => h("button", { type: "button", "aria-label": described, onclick: action }, label);
  const mine = message.user === tools.me;
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    one("+1", () => tools.react(message), "React with thumbs up"),
    tools.reply ? one("Reply", () => tools.reply(message), "Reply in thread") : null,
    tools.shortcuts.map((shortcut) => one(shortcut.name, () => shortcut.run(message))),
    mine ? one("Edit", () => tools.edit(message)) : null,
    mine ? one("Delete", () => tools.remove(message)) : null);
}
