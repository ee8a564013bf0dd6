// Inputs of modals and homes. Each registers how to read its state: surface.inputs[block_id] = {action_id, read, required}.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";

let count = 0;

export function field(block, surface) {
  const one = block.element;
  const id = `input-${count += 1}`;
  const make = MAKERS[one.type] || MAKERS.plain_text_input;
  const { node, read } = make(one, id, block);
  surface.inputs ||= {};
  surface.inputs[block.block_id] = { action_id: one.action_id, read, required: !block.optional };
  const changed = () => surface.choose?.(block.block_id, one.action_id, { type: one.type, ...read() });
  if (block.bare || block.dispatch_action) node.addEventListener("change", changed);
  if (block.bare) return node;
  const group = GROUPS.has(one.type);
  const label = group ? h("legend", {}, withEmoji(block.label.text)) : h("label", { for: id }, withEmoji(block.label.text));
  if (block.optional) label.append(h("span", { class: "muted" }, " (optional)"));
  return h(group ? "fieldset" : "div", { class: "block field", "data-block": block.block_id }, label,
    block.hint ? h("p", { class: "hint", id: `${id}-hint` }, block.hint.text) : null, node,
    h("p", { class: "error", id: `${id}-error`, role: "alert" }));
}

const GROUPS = new Set(["radio_buttons", "checkboxes"]);
const described = (id, block) => ({ id, "aria-describedby": `${block.hint ? `${id}-hint ` : ""}${id}-error`, required: !block.optional && !block.bare });
const optionsOf = (one) => one.options || one.option_groups?.flatMap((group) => group.options) || [];
const byValue = (one, value) => optionsOf(one).find((option) => option.value === value) || null;

const MAKERS = {
  plain_text_input(one, id, block) {
    const shared = { ...described(id, block), placeholder: one.placeholder?.text, minlength: one.min_length, maxlength: one.max_length };
    const node = one.multiline ? h("textarea", { ...shared, rows: 5 }) : h("input", { ...shared, type: TYPES[one.type] || "text" });
    node.value = one.initial_value || "";
    return { node, read: () => ({ value: node.value || null }) };
  },
  datepicker(one, id, block) {
    const node = h("input", { ...described(id, block), type: "date", value: one.initial_date || "" });
    return { node, read: () => ({ selected_date: node.value || null }) };
  },
  timepicker(one, id, block) {
    const node = h("input", { ...described(id, block), type: "time", value: one.initial_time || "" });
    return { node, read: () => ({ selected_time: node.value || null }) };
  },
  static_select(one, id, block) {
    const node = h("select", { class: "select", ...described(id, block) }, h("option", { value: "" }, one.placeholder?.text || "Choose…"),
      optionsOf(one).map((option) => h("option", { value: option.value, selected: option.value === one.initial_option?.value }, option.text.text)));
    return { node, read: () => ({ selected_option: byValue(one, node.value) }) };
  },
  multi_static_select(one, id, block) {
    const chosen = new Set((one.initial_options || []).map((option) => option.value));
    const node = h("select", { class: "select", multiple: true, size: 6, ...described(id, block) },
      optionsOf(one).map((option) => h("option", { value: option.value, selected: chosen.has(option.value) }, option.text.text)));
    return { node, read: () => ({ selected_options: [...node.selectedOptions].map((each) => byValue(one, each.value)) }) };
  },
  radio_buttons(one, id) {
    const node = choices(one, id, "radio", one.initial_option ? [one.initial_option] : []);
    return { node, read: () => ({ selected_option: byValue(one, node.querySelector(":checked")?.value) }) };
  },
  checkboxes(one, id) {
    const node = choices(one, id, "checkbox", one.initial_options || []);
    return { node, read: () => ({ selected_options: [...node.querySelectorAll(":checked")].map((box) => byValue(one, box.value)) }) };
  },
};
const TYPES = { number_input: "number", email_text_input: "email", url_text_input: "url" };

function choices(one, id, type, initial) {
  const chosen = new Set(initial.map((option) => option.value));
  return h("div", { class: "choices", id }, optionsOf(one).map((option) => h("label", {},
    h("input", { type, name: id, value: option.value, checked: chosen.has(option.value) }),
    h("span", {}, withEmoji(option.text.text), option.description ? h("small", { class: "muted" }, option.description.text) : null))));
}

export function readInputs(inputs) {
  return Object.fromEntries(Object.entries(inputs || {}).map(([block, input]) => [block, input.read()]));
}
