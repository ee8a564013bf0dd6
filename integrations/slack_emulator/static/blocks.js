// Block Kit as nodes. `surface` gives: directory, press(action_id, value, element), choose(block_id, action_id, state).

import { h, link } from "./dom.js";
import { field } from "./inputs.js";
import { withEmoji } from "./emoji.js";
import { markdown } from "./markdown.js";
import { mrkdwn } from "./mrkdwn.js";

export function renderBlocks(blocks, surface) {
  return blocks.map((block) => (RENDERERS[block.type] || unknown)(block, surface));
}

function text(object, surface) {
  if (!object) return [];
  if (typeof object === "string") return [withEmoji(object)];
  return object.type === "mrkdwn" ? mrkdwn(object.text, surface.directory) : [withEmoji(object.text)];
}

const RENDERERS = {
  section: (block, surface) =>
    h("div", { class: "block section" },
      h("div", { class: "section-text" },
        h("div", { class: "prose" }, text(block.text, surface)),
        block.fields ? h("div", { class: "fields" }, block.fields.map((one) => h("div", { class: "prose" }, text(one, surface)))) : null),
      block.accessory ? h("div", { class: "accessory" }, element(block.accessory, block, surface)) : null),
  header: (block) => h("h3", { class: "block header" }, withEmoji(block.text.text)),
  divider: () => h("hr", { class: "block" }),
  context: (block, surface) =>
    h("div", { class: "block context" }, block.elements.map((one) => one.type === "image"
      ? h("span", {}, one.alt_text) : h("div", { class: "prose" }, text(one, surface)))),
  actions: (block, surface) => h("div", { class: "block actions" }, block.elements.map((one) => element(one, block, surface))),
  context_actions: (block, surface) => h("div", { class: "block actions quiet" }, block.elements.map((one) => element(one, block, surface))),
  markdown: (block) => h("div", { class: "block prose" }, markdown(block.text)),
  image: (block) => h("div", { class: "block image" }, link(block.image_url || "", `${block.alt_text}`)),
  input: (block, surface) => field(block, surface),
  table: (block, surface) => table(block, surface),
  rich_text: (block, surface) => h("div", { class: "block prose" }, block.elements.map((one) => rich(one, surface))),
  task_card: (block, surface) => task(block, surface),
  plan: (block, surface) => h("div", { class: "block plan" }, h("h3", {}, block.title), (block.tasks || []).map((one) => task(one, surface))),
  alert: (block, surface) => h("div", { class: `block alert ${block.level || "default"}` }, text(block.text, surface)),
};

const unknown = (block) => h("div", { class: "block context" }, `A block of type ${block.type}`);

function element(one, block, surface) {
  switch (one.type) {
    case "button":
    case "icon_button":
      return button(one, surface);
    case "feedback_buttons":
      return h("span", { class: "feedback", role: "group", "aria-label": "Feedback" },
        [one.positive_button, one.negative_button].map((choice) => h("button", {
          type: "button", class: "button small", "aria-label": choice.accessibility_label || choice.text.text,
          onclick: (event) => { surface.press(one.action_id, choice.value); markPressed(event.currentTarget); },
        }, withEmoji(choice.text.text))));
    case "image":
      return link(one.image_url || "", `${one.alt_text}`);
    case "static_select":
    case "overflow":
      return select(one, block, surface);
    default:
      return field({ ...block, element: one, label: one.placeholder, bare: true }, surface);
  }
}

function markPressed(pressed) {
  for (const one of pressed.parentElement.children) one.setAttribute("aria-pressed", String(one === pressed));
}

function button(one, surface) {
  const label = withEmoji(one.text.text);
  const press = () => {
    const question = one.confirm;
    if (question && !window.confirm(`${question.title?.text || ""}\n${question.text?.text || ""}`)) return;
    if (one.url && /^https?:/.test(one.url)) window.open(one.url, "_blank", "noopener");
    surface.press(one.action_id, one.value || "");
  };
  return h("button", {
    type: "button", class: `button ${one.style || ""}`, onclick: press, "aria-label": one.accessibility_label,
  }, label);
}

function select(one, block, surface) {
  const options = (one.options || one.option_groups?.flatMap((group) => group.options) || []);
  const choose = (event) => event.target.value && surface.press(one.action_id, event.target.value);
  return h("select", { class: "select", "aria-label": one.placeholder?.text || "Choose", onchange: choose },
    h("option", { value: "" }, one.placeholder?.text || "Choose…"),
    options.map((option) => h("option", { value: option.value, selected: option.value === one.initial_option?.value }, option.text.text)));
}

function table(block, surface) {
  const [head, ...rows] = block.rows;
  const cell = (one) => one.type === "rich_text" ? one.elements.map((inner) => rich(inner, surface)) : withEmoji(String(one.text ?? one.value ?? ""));
  const aligned = (column) => ({ class: `align-${block.column_settings?.[column]?.align || "left"}` });
  return h("div", { class: "block table", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((one, column) => h("th", { scope: "col", ...aligned(column) }, cell(one))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one, column) => h("td", aligned(column), cell(one))))))));
}

const SIGNS = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

function task(one, surface) {
  const detail = (part) => part ? h("div", { class: "prose muted" }, part.elements.map((inner) => rich(inner, surface))) : null;
  return h("div", { class: `block task ${one.status || "pending"}` },
    h("span", { class: "sign", role: "img", "aria-label": one.status || "pending" }, SIGNS[one.status] || "○"),
    h("div", {}, h("strong", {}, one.title), detail(one.details), detail(one.output),
      (one.sources || []).map((source) => h("div", {}, link(source.url || "", source.text || source.url || "")))));
}

function rich(node, surface) {
  const inner = () => (node.elements || []).map((one) => rich(one, surface));
  switch (node.type) {
    case "rich_text_section": return h("p", { class: "rich" }, inner());
    case "rich_text_preformatted": return h("pre", { tabindex: 0 }, inner());
    case "rich_text_quote": return h("blockquote", { class: "rich" }, inner());
    case "rich_text_list":
      return h(node.style === "ordered" ? "ol" : "ul", {}, node.elements.map((one) => h("li", {}, one.elements.map((part) => rich(part, surface)))));
    case "link": return link(node.url, node.text || node.url);
    case "user": return h("span", { class: "mention" }, `@${surface.directory.member(node.user_id) || node.user_id}`);
    case "channel": return h("span", { class: "mention" }, `#${surface.directory.channel(node.channel_id) || node.channel_id}`);
    case "emoji": return withEmoji(`:${node.name}:`);
    case "broadcast": return h("span", { class: "mention" }, `@${node.range}`);
    default: return styled(node);
  }
}

function styled(node) {
  let content = node.text || "";
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (node.style?.[name]) content = h(tag, {}, content);
  }
  return content;
}
