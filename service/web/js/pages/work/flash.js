// A sentence that outlives the page it was said on: shown by the next one, once.

import {h, notice} from "../../core/ui.js";

/** @type {{kind: "ok" | "info" | "warning", words: string, href?: string, label?: string} | null} */
let kept = null;

/**
 * @param {"ok" | "info" | "warning"} kind
 * @param {string} words
 * @param {{href: string, label: string}} [more]
 */
export function flash(kind, words, more) {
  kept = {kind, words, ...more};
}

/** @returns {HTMLElement | null} */
export function flashed() {
  const said = kept;
  kept = null;
  if (!said) return null;
  return notice(said.kind, said.words, said.href ? h("p", null, h("a", {href: said.href}, said.label ?? "")) : null);
}
