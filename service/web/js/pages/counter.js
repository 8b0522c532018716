// The counter: what is being worked on, and a new request.

import {t, use, dateTime, either} from "../core/i18n.js";
import {asked, go, link, route} from "../core/router.js";
import {session} from "../core/session.js";
import {api} from "../core/api.js";
import {draft} from "../core/drafts.js";
import {button, h, notice, pageTitle, replace, skeleton, table} from "../core/ui.js";
import {text} from "../text/counter.js";
import {renderCase} from "./counter/case.js";
import {kProducts, kStartedHere} from "./counter/desk.js";
import {renderNew} from "./counter/new.js";
import {useKeys} from "./counter/keys.js";

use(text);

/** @typedef {import("./counter/desk.js").Case} Case */

const kRights = ["reception", "officer", "clerk"];
const kCss = "/web/css/counter.css";

route("#/counter", {title: "counter.title", rights: kRights, nav: "main", order: 10, css: kCss, render: renderList});
route("#/counter/new", {title: "counter.new", rights: kRights, css: kCss, render: renderNew});
route("#/counter/{id}", {title: "counter.case", rights: kRights, css: kCss, render: renderCase});

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} _params
 * @param {AbortSignal} signal
 */
async function renderList(main, _params, signal) {
  const search = asked().get("q") ?? "";
  const found = h("div", {class: "stack"}, skeleton(5));
  const unsent = draft("counter/new").restore();
  useKeys(signal, [{keys: "Alt+N", does: t("counter.key.new"), run: () => go("/counter/new")},
                   {keys: "/", does: t("counter.key.search"), run: () => main.querySelector("input")?.focus()}]);
  replace(main,
    h("div", {class: "page-head"}, pageTitle(t("counter.title")),
      button(t("counter.new"), {kind: "primary", icon: "plus", "aria-keyshortcuts": "Alt+N", click: () => go("/counter/new")})),
    unsent ? notice("info", t("counter.unsent", {name: unsent.requester || t("counter.unnamed")}),
                    button(t("counter.unsent.go_on"), {click: () => go("/counter/new")})) : null,
    h("form", {class: "row counter-search", role: "search", on: {submit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const typed = main.querySelector("input");
      go(typed?.value.trim() ? `/counter?q=${encodeURIComponent(typed.value.trim())}` : "/counter");
    }}}, h("div", {class: "field"}, h("label", {for: "counter-q"}, t("counter.search")),
      h("input", {id: "counter-q", name: "q", type: "search", value: search, autocomplete: "off"})),
    button(t("core.search"), {type: "submit", icon: "search"})),
    found);
  const {cases, more} = await find(search, signal);
  if (!signal.aborted) replace(found, list(cases, search), more ? h("p", {class: "hint"}, t("counter.more")) : null);
}

/**
 * The newest first; what is past the counter is seen when it is looked for. Each state is asked for by itself: however
 * many cases are past the counter, none that waits here is pushed out of the list.
 * @param {string} search
 * @param {AbortSignal} signal
 * @returns {Promise<{cases: Case[], more: boolean}>}
 */
async function find(search, signal) {
  const asked = search ? ["requester", "paper"].map((name) => ({[name]: search, limit: 50}))
    : kStartedHere.map((state) => ({state, limit: 100}));
  const by = await Promise.all(asked.map((query) => api.get("/api/v1/cases", {query, signal})));
  /** @type {Map<string, Case>} */
  const all = new Map();
  for (const told of by) {
    for (const one of told.cases) if (kProducts.includes(one.product)) all.set(one.id, one);
  }
  return {cases: [...all.values()].sort((a, b) => b.created.localeCompare(a.created)), more: by.some((told) => told.before)};
}

/**
 * @param {Case[]} cases
 * @param {string} search
 */
function list(cases, search) {
  return table({
    caption: search ? t("counter.found") : t("counter.open"), showCaption: true,
    empty: search ? t("counter.found.none") : t("counter.open.none", {name: session.name()}),
    rows: cases, rowId: (one) => one.id,
    columns: [
      {key: "requester", label: t("counter.requester"), head: true, sort: (one) => one.requester ?? "",
       cell: (one) => h("a", {href: link("/counter/{id}", {id: one.id})}, one.requester || t("counter.unnamed"))},
      {key: "paper", label: t("counter.paper"), kind: "wide", sort: (one) => one.paper ?? "",
       cell: (one) => [one.paper || "–", h("br"), h("span", {class: "soft small"}, t(`counter.product.${one.product}`))]},
      {key: "state", label: t("counter.state"), sort: (one) => one.state,
       cell: (one) => h("span", {class: "tag"}, either(one.state_text))},
      {key: "number", label: t("counter.number"), cell: (one) => one.number ?? "–"},
      {key: "updated", label: t("counter.updated"), sort: (one) => one.updated, cell: (one) => dateTime(one.updated)},
    ]});
}
