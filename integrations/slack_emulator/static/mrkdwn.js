// Slack's own markup as nodes: *bold*, _italic_, ~gone~, `code`, fences, quotes, <references>.

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/;

// A line that begins with a bullet, a number or a sign hangs behind it.
const ITEM = /^(\s*)(•(?: (?:✅|❌|🟡|⬜|⏳))?|\d{1,2}\.|✅|❌|🟡|⬜|⏳|⚠️?)\s+(.*)$/u;

export function mrkdwn(text, directory) {
  const nodes = [];
  text.split(/```\n?([\s\S]*?)\n?```/).forEach((part, number) => {
    if (number % 2) nodes.push(h("pre", { tabindex: 0 }, h("code", {}, decode(plainReferences(part)))));
    else nodes.push(...paragraphs(part, directory, nodes.length > 0));
  });
  return nodes;
}

function paragraphs(text, directory, afterFence) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, lines(quoted, directory)));
    quoted = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.some((line) => line.trim())) nodes.push(h("p", {}, lines(plain, directory)));
    plain = [];
  };
  const item = (line) => {
    const [, indent, sign, rest] = line.match(ITEM);
    nodes.push(h("p", { class: `item${indent ? " inner" : ""}` }, h("span", { class: "sign" }, withEmoji(sign)), h("span", {}, inline(rest, directory))));
  };
  const all = (afterFence ? text.replace(/^\n/, "") : text).split("\n");
  for (const line of all) {
    const quote = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quote) { flushPlain(); quoted.push(quote[1]); continue; }
    flush();
    if (ITEM.test(line)) { flushPlain(); item(line); }
    else if (!line.trim()) flushPlain();
    else plain.push(line);
  }
  flush();
  flushPlain();
  return nodes;
}

function lines(list, directory) {
  while (list.length && !list.at(-1).trim()) list = list.slice(0, -1);
  return list.flatMap((line, number) => [number ? h("br") : null, ...inline(line, directory)]);
}

function inline(text, directory) {
  const nodes = [];
  let rest = text;
  for (let found = rest.match(TOKEN); found; found = rest.match(TOKEN)) {
    if (found.index) nodes.push(withEmoji(decode(rest.slice(0, found.index))));
    const [whole, reference, code, bold, italic, gone] = found;
    if (reference) nodes.push(referenced(reference, directory));
    else if (code) nodes.push(h("code", {}, decode(plainReferences(code))));
    else if (bold) nodes.push(h("strong", {}, inline(bold, directory)));
    else if (italic) nodes.push(h("em", {}, inline(italic, directory)));
    else nodes.push(h("s", {}, inline(gone, directory)));
    rest = rest.slice(found.index + whole.length);
  }
  if (rest) nodes.push(withEmoji(decode(rest)));
  return nodes;
}

const plainReferences = (text) => text.replace(/<(https?:[^<>|\n]+)(?:\|[^<>\n]*)?>/g, "$1");

function referenced(reference, directory) {
  const [target, label] = reference.split("|", 2);
  const mention = (text) => h("span", { class: "mention" }, text);
  if (target.startsWith("@")) return mention(`@${directory.member(target.slice(1)) || label || target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${directory.channel(target.slice(1)) || label || target.slice(1)}`);
  if (target.startsWith("!")) return mention(label || `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), decode(label || target));
}

// What the person had typed, for editing.
export function asTyped(text, directory) {
  return decode(text
    .replace(/<@([^>|]+)(?:\|[^>]*)?>/g, (whole, id) => `@${directory.member(id) || id}`)
    .replace(/<#([^>|]+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${directory.channel(id) || name || id}`)
    .replace(/<!([a-z]+)>/g, "@$1")
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, "$1"));
}
