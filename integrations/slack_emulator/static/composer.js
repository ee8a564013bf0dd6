// The message box: text, files by button, drag or paste, slash commands, editing.

import { act, asBase64 } from "./api.js";
import { complain, h } from "./dom.js";

const MOST_BYTES = 25 * 1024 * 1024;

// `target` is {person, channel, thread_ts}, fixed: what is typed here goes there. `commands` are the slash commands that are known here.
export function composer({ id, label, target, commands = [], disabled = "" }) {
  let files = [];
  let editing = null;
  const box = h("textarea", { id, rows: 1, placeholder: label, "aria-label": label, disabled: Boolean(disabled) });
  const chips = h("ul", { class: "chips", "aria-label": "Files to send" });
  const picker = h("input", { type: "file", multiple: true, class: "sr-only", tabindex: -1, "aria-hidden": "true", onchange: () => { add(picker.files); picker.value = ""; } });
  const note = h("p", { class: "editing muted", hidden: true }, "Editing a message. Escape leaves it as it was.");
  const send = h("button", { type: "submit", class: "button primary send", disabled: Boolean(disabled) }, "Send");
  const node = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submit(); } },
    disabled ? h("p", { class: "muted" }, disabled) : null, note, chips,
    h("div", { class: "composer-row" },
      h("button", { type: "button", class: "button attach", title: "Attach files", "aria-label": "Attach files", disabled: Boolean(disabled), onclick: () => picker.click() }, "+"),
      box, send), picker);

  function add(list) {
    files.push(...list);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (total > MOST_BYTES) {
      files = files.slice(0, -list.length);
      complain("That is more than 25 MB at once.");
    }
    draw();
    box.focus();
  }

  function draw() {
    chips.replaceChildren(...files.map((file) => h("li", { class: "chip" }, file.name,
      h("button", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => { files = files.filter((one) => one !== file); draw(); } }, "×"))));
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
  }

  function reset() {
    files = [];
    editing = null;
    note.hidden = true;
    box.value = "";
    draw();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text && !files.length) return;
    const [word, ...rest] = text.split(/\s+/);
    let done;
    if (editing) done = await act("edit", { ...target, ts: editing.ts, text });
    else if (commands.includes(word) && !target.thread_ts) done = await act("command", { ...target, command: word, text: rest.join(" ") });
    else {
      const sent = await Promise.all(files.map(async (file) => ({ name: file.name, data: await asBase64(file) })));
      send.disabled = true;
      done = await act("say", { ...target, text, files: sent });
      send.disabled = false;
    }
    if (done) reset();
    box.focus();
  }

  box.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && editing) reset();
  });
  box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); add(event.clipboardData.files); } });

  return {
    node,
    add,
    focus: () => box.focus(),
    write(text) { box.value = text; draw(); submit(); },
    edit(message, text) { reset(); editing = message; note.hidden = false; box.value = text; draw(); box.focus(); },
  };
}

export function acceptDrops(area, add) {
  let depth = 0;
  const show = (on) => area.classList.toggle("dropping", on);
  const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
  area.addEventListener("dragenter", (event) => { if (hasFiles(event)) { event.preventDefault(); depth += 1; show(true); } });
  area.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  area.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); show(depth > 0); });
  area.addEventListener("drop", (event) => { if (!hasFiles(event)) return; event.preventDefault(); depth = 0; show(false); add(event.dataTransfer.files); });
}
