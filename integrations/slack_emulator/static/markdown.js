// Ordinary Markdown as nodes, for markdown blocks and streamed answers.

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const INLINE = /`([^`\n]+)`|\*\*(\S(?:[\s\S]*?\S)?)\*\*|__(\S(?:[\s\S]*?\S)?)__|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?!\w)|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)|~~(\S(?:[\s\S]*?\S)?)~~|!?\[([^\]\n]*)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)|(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/;

export function markdown(text) {
  const lines = text.replace(/\r/g, "").split("\n");
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    const reader = BLOCKS.find((one) => one.starts(lines, at));
    const [node, next] = reader.read(lines, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

const isRule = (line) => /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line);
const isTableRule = (line) => line !== undefined && line.includes("-") && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(line);
const item = (line) => line.match(/^(\s*)(?:[-*+•]|(\d+)[.)])\s+(.*)$/);

const BLOCKS = [
  { starts: (lines, at) => !lines[at].trim(), read: (lines, at) => [null, at + 1] },
  { starts: (lines, at) => /^\s*(```|~~~)/.test(lines[at]), read: readFence },
  { starts: (lines, at) => /^#{1,6}\s+\S/.test(lines[at]), read: readHeading },
  { starts: (lines, at) => isRule(lines[at]), read: (lines, at) => [h("hr"), at + 1] },
  { starts: (lines, at) => /^\s*>/.test(lines[at]), read: readQuote },
  { starts: (lines, at) => lines[at].includes("|") && isTableRule(lines[at + 1]), read: readTable },
  { starts: (lines, at) => item(lines[at]) !== null, read: readList },
  { starts: () => true, read: readParagraph },
];

// An unfinished fence is one too: a streamed answer ends anywhere.
function readFence(lines, at) {
  const mark = lines[at].trim().slice(0, 3);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { tabindex: 0 }, h("code", {}, lines.slice(at + 1, end).join("\n"))), end + 1];
}

function readHeading(lines, at) {
  const [, marks, text] = lines[at].match(/^(#{1,6})\s+(.*?)\s*#*$/);
  return [h("p", { class: `heading level-${marks.length}`, role: "heading", "aria-level": Math.max(3, marks.length) }, inline(text)), at + 1];
}

function readQuote(lines, at) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^\s*>\s?/, "")).join("\n");
  return [h("blockquote", {}, markdown(inner)), end];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));

function readTable(lines, at) {
  const head = cells(lines[at]);
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) end += 1;
  const rows = lines.slice(at + 2, end).map((line) => h("tr", {}, cells(line).map((cell) => h("td", {}, inline(cell)))));
  const top = h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))));
  return [h("div", { class: "table", tabindex: 0 }, h("table", {}, h("thead", {}, top), h("tbody", {}, rows))), end];
}

function readList(lines, at) {
  const [, indent, ordinal] = item(lines[at]);
  const list = h(ordinal ? "ol" : "ul", ordinal && ordinal !== "1" ? { start: ordinal } : {});
  let end = at;
  while (end < lines.length) {
    const found = item(lines[end]);
    if (!found || found[1].length < indent.length) break;
    if (found[1].length > indent.length) {
      const [inner, next] = readList(lines, end);
      (list.lastElementChild || list).append(inner);
      end = next;
    } else {
      if (Boolean(found[2]) !== Boolean(ordinal)) break;
      const text = [found[3]];
      end += 1;
      while (end < lines.length && lines[end].trim() && /^\s+/.test(lines[end]) && !item(lines[end])) text.push(lines[end++].trim());
      list.append(h("li", {}, inline(text.join(" "))));
    }
  }
  return [list, end];
}

function readParagraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && BLOCKS.findIndex((one) => one.starts(lines, end)) === BLOCKS.length - 1) end += 1;
  const broken = lines.slice(at, end).flatMap((line, number) => [number ? h("br") : null, ...inline(line)]);
  return [h("p", {}, broken), end];
}

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = rest.match(INLINE); found; found = rest.match(INLINE)) {
    if (found.index) nodes.push(withEmoji(rest.slice(0, found.index)));
    const [whole, code, strong, strong2, em, em2, gone, label, target, address] = found;
    if (code) nodes.push(h("code", {}, code));
    else if (strong || strong2) nodes.push(h("strong", {}, inline(strong || strong2)));
    else if (em || em2) nodes.push(h("em", {}, inline(em || em2)));
    else if (gone) nodes.push(h("s", {}, inline(gone)));
    else if (target) nodes.push(link(target, label || target));
    else nodes.push(link(address, address));
    rest = rest.slice(found.index + whole.length);
  }
  if (rest) nodes.push(withEmoji(rest.replace(/\\([*_`~[\]#>|\\])/g, "$1")));
  return nodes;
}
