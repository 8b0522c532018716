// Keys for those who know them, and the list of them for those who ask.

import {t} from "../../core/i18n.js";
import {dialog, h} from "../../core/ui.js";

/** @typedef {{keys: string, does: string, run?: (event: KeyboardEvent) => void}} Key */

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit", "file"].includes(target.type));
}

/**
 * @param {string} keys "Alt+N", "Ctrl+Enter", "?", "/"
 * @param {KeyboardEvent} event
 */
function fits(keys, event) {
  const parts = keys.split("+");
  const last = parts.pop() ?? "";
  const wanted = new Set(parts);
  if (wanted.has("Alt") !== event.altKey || wanted.has("Ctrl") !== (event.ctrlKey || event.metaKey)) return false;
  if (event.key.toLowerCase() === last.toLowerCase()) return true;
  return event.altKey && event.code === `Key${last.toUpperCase()}`;
}

/** @param {Key[]} all */
function showKeys(all) {
  void dialog({title: t("counter.keys")},
    h("dl", {class: "facts counter-keys"}, all.map((one) =>
      h("div", null, h("dt", null, one.keys.split("+").map((key, at) => [at ? " + " : null, h("kbd", null, key)])),
        h("dd", null, one.does))))).open();
}

/**
 * Listens as long as the page stands there.
 * @param {AbortSignal} signal
 * @param {Key[]} keys those without `run` are only listed
 */
export function useKeys(signal, keys) {
  const all = [...keys, {keys: "?", does: t("counter.key.help"), run: () => showKeys(all)}];
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    for (const one of all) {
      const bare = one.keys.length === 1;
      if (!one.run || !fits(one.keys, event) || (bare && isTyping(event.target))) continue;
      event.preventDefault();
      one.run(event);
      return;
    }
  }, {signal});
  return () => showKeys(all);
}
