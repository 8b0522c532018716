// Which page is shown: "#/counter", "#/cases/{id}". Areas register their routes; the navigation
// shows those of which the person has a right.

import {t} from "./i18n.js";
import {button, h, pageTitle, problemNotice, replace, skeleton} from "./ui.js";
import {session} from "./session.js";

/**
 * @typedef {object} Route
 * @property {string} pattern
 * @property {string} title key of the words
 * @property {string[]} rights any one of them suffices; empty: everybody who is signed in
 * @property {(main: HTMLElement, params: Record<string, string>, signal: AbortSignal) => unknown} render
 *   `signal`: aborted when the person has gone elsewhere
 * @property {string} [nav] "main": stands in the navigation; "admin": under administration
 * @property {number} [order] in the navigation
 * @property {string} [css] area's style sheet, "/web/css/x.css"
 */

/** @type {Route[]} */
const routes = [];
const shown = {main: /** @type {HTMLElement | null} */ (null), leaving: new AbortController(), times: 0};
/** @type {Set<() => string>} */
const guards = new Set();

/**
 * @param {string} pattern "#/cases/{id}", with or without "#"
 * @param {Omit<Route, "pattern">} what
 */
export function route(pattern, what) {
  routes.push({...what, pattern: pattern.replace(/^#/, "")});
}

/** Those that this person may use and that stand in the navigation. */
export function destinations() {
  return routes.filter((one) => one.nav && allowed(one)).sort((a, b) => (a.order ?? 50) - (b.order ?? 50));
}

/** @param {Route} one */
function allowed(one) {
  return one.rights.length === 0 || one.rights.some((right) => session.has(right));
}

/** The path that is shown, without "#" and what follows "?". */
export function here() {
  return (window.location.hash.replace(/^#/, "") || "/").split("?")[0] ?? "/";
}

/** What follows "?" in the address. */
export function asked() {
  return new URLSearchParams(window.location.hash.split("?")[1] ?? "");
}

/**
 * @param {string} path "#/cases/…" or "/cases/…"
 */
export function go(path) {
  const wanted = path.startsWith("#") ? path : `#${path}`;
  if (window.location.hash === wanted) void render();
  else window.location.hash = wanted;
}

/**
 * The address of a case: link("/cases/{id}", {id}).
 * @param {string} pattern
 * @param {Record<string, string>} params
 */
export function link(pattern, params) {
  return `#${pattern.replace(/^#/, "").replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ""))}`;
}

/**
 * Asks before the page is closed while `why()` is not "" (something runs, a scan is not yet sent).
 * @param {() => string} why
 * @param {AbortSignal} signal of the page
 */
export function guard(why, signal) {
  guards.add(why);
  signal.addEventListener("abort", () => guards.delete(why));
}

/**
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
function fits(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [at, part] of wanted.entries()) {
    const have = given[at] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name && part !== have) return null;
    if (!name) continue;
    try {
      params[name] = decodeURIComponent(have);
    } catch {
      return null;
    }
  }
  return params;
}

/** @param {string} sheet */
export function style(sheet) {
  if (document.querySelector(`link[href="${CSS.escape(sheet)}"]`)) return;
  const made = document.createElement("link");
  made.rel = "stylesheet";
  made.href = sheet;
  document.head.append(made);
}

/** Shows the page of the address anew. */
export async function render() {
  const main = shown.main;
  if (!main || !session.me) return;
  shown.leaving.abort();
  shown.leaving = new AbortController();
  shown.times += 1;
  const turn = shown.times;
  const path = here();
  window.dispatchEvent(new CustomEvent("antin:route", {detail: path}));
  for (const one of routes) {
    const params = fits(one.pattern, path);
    if (!params) continue;
    if (!allowed(one)) return refuse(main);
    if (one.css) style(one.css);
    // What a page writes late, after its person has gone on, lands in a room that nobody sees.
    const room = document.createElement("div");
    room.className = "page";
    replace(main, room);
    try {
      await one.render(room, params, shown.leaving.signal);
    } catch (problem) {
      if (turn !== shown.times || (problem instanceof DOMException && problem.name === "AbortError")) return;
      const above = parent(one);
      replace(room, pageTitle(t(one.title)), problemNotice(problem, h("div", {class: "row"}, button(t("core.again"), {click: () => render()}),
        above ? h("a", {class: "button", href: `#${above.pattern}`}, t("core.back_to", {page: t(above.title)})) : null)));
    }
    return;
  }
  const first = destinations()[0];
  if (path === "/" && first) return go(first.pattern);
  replace(main, pageTitle(t("core.no_page")), h("p", null, t("core.no_page_hint")),
          first ? h("p", null, h("a", {class: "button", href: `#${first.pattern}`}, t("core.back_to", {page: t(first.title)}))) : null);
}

/**
 * Where one of many is found: the list that it is of, or else where everything is searched.
 * @param {Route} one
 */
function parent(one) {
  const list = one.pattern.replace(/\/\{\w+\}$/, "");
  if (list === one.pattern) return null;
  const may = (/** @type {string} */ pattern) => routes.find((each) => each.pattern === pattern && allowed(each));
  return may(list) ?? may("/register") ?? null;
}

/** @param {HTMLElement} main */
function refuse(main) {
  replace(main, pageTitle(t("core.not_allowed")), h("p", null, t("core.not_allowed_hint")));
}

/**
 * @param {HTMLElement} main
 */
export function start(main) {
  shown.main = main;
  window.addEventListener("hashchange", () => void render());
  window.addEventListener("antin:lang", () => void render());
  window.addEventListener("beforeunload", (event) => {
    if ([...guards].some((why) => why() !== "")) event.preventDefault();
  });
  replace(main, skeleton());
}
