// The modal on top of this person's stack.

import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { readInputs } from "./inputs.js";
import { directory, who } from "./state.js";

export function modalDialog(dialog) {
  let shown = null;

  function show(view) {
    if (!view) {
      shown = null;
      if (dialog.open) dialog.close();
      return;
    }
    if (shown?.id === view.id && shown.hash === view.hash) return;
    shown = view;
    draw(view);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select") || dialog.querySelector("button")).focus();
  }

  function draw(view) {
    const surface = {
      directory,
      inputs: {},
      press: (action_id, value) => act("click", { ...who(), view: view.id, action_id, value }),
      choose: (block_id, action_id, chosen) => act("act", { ...who(), view: view.id, block_id, action_id, state: chosen }),
    };
    const body = h("div", { class: "modal-body" }, renderBlocks(view.blocks, surface));
    const submit = view.submit ? h("button", { type: "submit", class: "button primary" }, withEmoji(view.submit.text)) : null;
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); send(view, surface, form, submit); } },
      h("div", { class: "title-bar" }, h("h2", { id: "modal-title" }, withEmoji(view.title?.text || "")),
        h("button", { type: "button", class: "button close", "aria-label": "Close", onclick: dismiss }, "×")),
      body,
      h("div", { class: "modal-foot" }, h("button", { type: "button", class: "button", onclick: dismiss }, withEmoji(view.close?.text || "Cancel")), submit));
    dialog.replaceChildren(form);
  }

  async function send(view, surface, form, submit) {
    submit.disabled = true;
    const answer = await act("submit", { ...who(), view: view.id, values: readInputs(surface.inputs) });
    submit.disabled = false;
    for (const field of form.querySelectorAll("[data-block]")) {
      const problem = answer?.errors?.[field.dataset.block] || "";
      field.querySelector(".error").textContent = problem;
      field.querySelector("input, textarea, select")?.setAttribute("aria-invalid", String(Boolean(problem)));
    }
    if (answer?.errors?.[""]) form.querySelector(".modal-body").prepend(h("p", { class: "error", role: "alert" }, answer.errors[""]));
    form.querySelector("[aria-invalid=true]")?.focus();
  }

  const dismiss = () => act("close", who());
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); dismiss(); });
  return { show };
}
