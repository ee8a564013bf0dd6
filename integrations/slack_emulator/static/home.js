// An app's Home tab, as it published it for this person.

import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { directory } from "./state.js";

export function drawHome(area, view, { press, choose }) {
  if (!view) {
    area.replaceChildren(h("p", { class: "muted blank" }, "The app has published no Home for you yet."));
    return;
  }
  const top = area.scrollTop;
  area.replaceChildren(h("div", { class: "home-page" }, renderBlocks(view.blocks, { directory, press, choose })));
  area.scrollTop = top;
}
