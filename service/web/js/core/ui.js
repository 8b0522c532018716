// Elements of the pages. Whatever is shown comes through h(): text is only ever text, so markup in
// a document's name or in a person's name is shown and never done.

import {t, use} from "./i18n.js";
import {text as coreText} from "../text/core.js";

use(coreText);

/** @typedef {Node | string | number | null | undefined | false} Leaf */
/** @typedef {Leaf | readonly unknown[]} Child */
/** @typedef {{[name: string]: unknown}} Props */

let made = 0;

/**
 * An id that no other element of this page has.
 * @param {string} prefix
 */
export function newId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}

/**
 * @param {Element} element
 * @param {Props} props
 */
function give(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, handler] of Object.entries(/** @type {object} */ (value))) {
        element.addEventListener(event, handler);
      }
    } else if (name === "data") {
      for (const [key, kept] of Object.entries(/** @type {object} */ (value))) {
        if (kept !== undefined && kept !== null) element.setAttribute(`data-${key}`, String(kept));
      }
    } else if (name.startsWith("on") || name === "style" || name === "srcdoc") {
      throw new TypeError(`${name} is not an attribute here`);
    } else if (name === "value" && (element instanceof HTMLInputElement || element instanceof HTMLSelectElement ||
                                    element instanceof HTMLTextAreaElement)) {
      element.value = String(value);
    } else if (name === "checked" && element instanceof HTMLInputElement) {
      element.checked = value === true;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * Appends children; text becomes text nodes.
 * @param {Element | DocumentFragment} parent
 * @param {unknown[]} children
 */
export function append(parent, ...children) {
  for (const child of children) {
    if (child instanceof Node) parent.append(child);
    else if (Array.isArray(child)) append(parent, ...child);
    else if (child !== null && child !== undefined && child !== false) parent.append(String(child));
  }
}

/**
 * Makes an element. `props`: attributes by their HTML names (true: without value; false, null and
 * undefined: left out), `on: {event: handler}`, `data: {name: value}`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  // A select takes its value only from options that it has.
  const {value, ...rest} = props ?? {};
  give(element, rest);
  append(element, ...children);
  if (value !== undefined) give(element, {value});
  return element;
}

/**
 * The same for drawings (charts, icons).
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  give(element, props ?? {});
  append(element, ...children);
  return /** @type {SVGElement} */ (element);
}

/**
 * Puts these children in place of all that `parent` has.
 * @param {Element} parent
 * @param {...Child} children
 */
export function replace(parent, ...children) {
  parent.replaceChildren();
  append(parent, ...children);
}

/** @type {Record<string, string>} */
const paths = {
  ok: "M20 6 9 17l-5-5",
  wrong: "M6 6l12 12M18 6 6 18",
  unsure: "M12 7v6m0 4v.01M12 2 1.8 20.5h20.4z",
  none: "M5 12h14",
  info: "M12 11v6m0-10v.01M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z",
  file: "M6 2h8l5 5v15H6zM14 2v6h5",
  camera: "M4 7h4l2-3h4l2 3h4v13H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  search: "M10.5 3a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM16 16l5.5 5.5",
  print: "M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z",
  download: "M12 3v12m-5-5 5 5 5-5M4 21h16",
  menu: "M3 6h18M3 12h18M3 18h18",
  lock: "M6 11h12v10H6zM8.5 11V7a3.5 3.5 0 0 1 7 0v4",
  left: "M15 5l-7 7 7 7", right: "M9 5l7 7-7 7", up: "M5 15l7-7 7 7", down: "M5 9l7 7 7-7",
  turn: "M20 5v5h-5M20 10a8 8 0 1 0 1 6", plus: "M12 5v14M5 12h14", remove: "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14",
};

/**
 * A drawing beside words; it says nothing of its own to a screen reader.
 * @param {string} name
 */
export function icon(name) {
  return svg("svg", {class: `icon icon-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false"},
             svg("path", {d: paths[name] ?? paths.info}));
}

/**
 * @typedef {object} ButtonProps
 * @property {(event: MouseEvent) => unknown} [click] a promise makes the button busy until it ends
 * @property {"primary" | "plain" | "danger" | "quiet"} [kind]
 * @property {string} [icon]
 * @property {"button" | "submit"} [type]
 */
/**
 * @param {Child} label
 * @param {ButtonProps & Props} [props]
 */
export function button(label, props = {}) {
  const {click, kind = "plain", icon: drawn, type = "button", class: extra, ...rest} = props;
  const made = h("button", {type, class: ["button", `button-${kind}`, extra].filter(Boolean).join(" "), ...rest},
                 drawn ? icon(drawn) : null, h("span", null, label));
  if (click) {
    made.addEventListener("click", (event) => {
      if (made.getAttribute("aria-disabled") === "true") return;
      const done = click(event);
      if (done instanceof Promise) void busy(made, done).catch(raise);
    });
  }
  return made;
}

/**
 * What nobody caught is told by the shell (see "antin:problem" in main.js), unless the page that is shown tells it
 * itself: that one prevents the default.
 * @param {unknown} problem
 */
export function raise(problem) {
  window.dispatchEvent(new CustomEvent("antin:problem", {detail: problem, cancelable: true}));
}

/**
 * Marks an element as busy until the promise ends; a short wait shows nothing. The promise goes on.
 * @template T
 * @param {Element} element
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function busy(element, promise) {
  element.setAttribute("aria-busy", "true");
  if (element instanceof HTMLButtonElement) element.setAttribute("aria-disabled", "true");
  const shown = window.setTimeout(() => element.classList.add("busy"), 150);
  try {
    return await promise;
  } finally {
    window.clearTimeout(shown);
    element.classList.remove("busy");
    element.removeAttribute("aria-busy");
    if (element instanceof HTMLButtonElement) element.removeAttribute("aria-disabled");
  }
}

/**
 * Lines where something will stand.
 * @param {number} [lines]
 */
export function skeleton(lines = 3) {
  return h("div", {class: "skeleton", role: "status"}, h("span", {class: "visually-hidden"}, t("core.loading")),
           Array.from({length: lines}, () => h("div", {class: "skeleton-line", "aria-hidden": "true"})));
}

/** @type {Map<string, string[]>} */
const toSay = new Map();

/**
 * Tells a screen reader, without moving the focus.
 * @param {string} words
 * @param {"polite" | "assertive"} [how]
 */
export function announce(words, how = "polite") {
  const id = `live-${how}`;
  let region = document.getElementById(id);
  if (!region) {
    region = h("div", {id, class: "visually-hidden", "aria-live": how, "aria-atomic": "true"});
    document.body.append(region);
  }
  // Inside an open modal dialog the rest of the page is not read.
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  if (open && !open.contains(region)) open.append(region);
  else if (!open && region.parentElement !== document.body) document.body.append(region);
  const said = region;
  // What is said in the same moment is said together: one would take the other's place unheard.
  const waiting = toSay.get(id) ?? [];
  if (!waiting.includes(words)) waiting.push(words);
  toSay.set(id, waiting);
  if (waiting.length > 1) return;
  said.textContent = "";
  window.setTimeout(() => {
    toSay.delete(id);
    (document.getElementById(id) ?? said).textContent = waiting.join(" ");
  }, 50);
}

/** @typedef {"info" | "ok" | "warning" | "error"} NoticeKind */
/**
 * A remark with an icon and a colour; it is also told to screen readers.
 * @param {NoticeKind} kind
 * @param {string} words
 * @param {...Child} more what to do, buttons
 */
export function notice(kind, words, ...more) {
  announce(words, kind === "error" ? "assertive" : "polite");
  const drawn = {info: "info", ok: "ok", warning: "unsure", error: "wrong"}[kind];
  return h("div", {class: `notice notice-${kind}`}, icon(drawn),
           h("div", {class: "notice-body"},
             h("p", null, h("span", {class: "visually-hidden"}, `${t(`core.notice.${kind}`)}: `), words), more));
}

/**
 * A Problem (core/api.js) or anything thrown, as a notice: what happened, what to do, the code.
 * @param {unknown} problem
 * @param {...Child} more
 */
export function problemNotice(problem, ...more) {
  const told = /** @type {{sentence?: string, remedy?: string, code?: string}} */ (
    problem instanceof Error ? problem : {});
  return notice("error", told.sentence || t("core.failed"),
                told.remedy ? h("p", null, told.remedy) : null,
                told.code ? h("p", {class: "code"}, t("core.code", {code: told.code})) : null, more);
}

/**
 * The heading of a page, which takes the focus once it stands there.
 * @param {string} words
 */
export function pageTitle(words) {
  const heading = h("h1", {tabindex: "-1"}, words);
  document.title = `${words} – antin`;
  queueMicrotask(() => { if (heading.isConnected) heading.focus({preventScroll: true}); });
  return heading;
}

export {choices, field, fill, form, setError, showErrors, values} from "./form.js";
export {confirm, dialog} from "./dialog.js";
export {facts, steps, table} from "./table.js";
