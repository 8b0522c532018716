// Finding a case by who asked, by the paper, by its number (A-07), and what happened to it.

import {api} from "../core/api.js";
import {date, dateTime, either, fold, has, t, use} from "../core/i18n.js";
import {asked, link, route} from "../core/router.js";
import {session} from "../core/session.js";
import {announce, button, dialog, field, form, h, pageTitle, replace, skeleton, table, values} from "../core/ui.js";
import {text} from "../text/register.js";

use(text);

/**
 * @typedef {{id: string, unit: string, product: string, state: string, state_text: {vi: string, en: string},
 *   day: string, requester?: string, paper?: string, number?: string, created: string, updated: string}} CaseBrief
 * @typedef {{number: number, at: string, actor: string, action: string, from: string, to: string,
 *   name?: string, facts: Record<string, unknown>}} CaseEvent
 */

const kProducts = ["certified_copy", "from_register_copy", "office_copy", "result"];
const kStates = ["received", "checked", "captured", "attested", "requested", "found", "composed", "lined", "submitted",
                 "numbered", "officer_signed", "seal_signed", "registered", "released", "refused", "withdrawn",
                 "not_found", "voided", "cancelled", "recalled"];
const kNames = ["requester", "paper", "number", "product", "state", "unit", "from", "to"];
const kAtOnce = 50;

/** @param {string} state */
export function stateTag(state) {
  const kind = ["released", "registered", "seal_signed"].includes(state) ? "ok"
    : ["cancelled", "recalled", "voided", "refused", "not_found"].includes(state) ? "error" : "info";
  return h("span", {class: `tag tag-${kind}`}, t(`register.state.${state}`));
}

/**
 * The words of a step; its own name where there are none yet.
 * @param {string} action
 */
const actionWords = (action) => has(`register.action.${action}`) ? t(`register.action.${action}`) : action;

/** @param {CaseBrief} one */
const nameOf = (one) => one.number || one.paper || one.requester || one.id;

/**
 * What happened to one case, over the page.
 * @param {CaseBrief} one
 */
async function showHistory(one) {
  /** @type {{events: CaseEvent[]}} */
  const told = await api.get(`/api/v1/cases/${encodeURIComponent(one.id)}/events`);
  const shown = dialog({title: t("register.history_of", {what: nameOf(one)}), class: "dialog-wide"},
    table({caption: t("register.history"), rows: told.events, columns: [
      {key: "at", label: t("register.event.at"), cell: (e) => dateTime(e.at)},
      {key: "what", label: t("register.event.what"), head: true, cell: (e) => actionWords(e.action)},
      {key: "who", label: t("register.event.who"), cell: (e) => e.name || String(e.facts.person ?? "") || (e.actor ? h("code", null, e.actor.slice(0, 8)) : t("register.event.service"))},
      {key: "state", label: t("register.event.state"), cell: (e) => stateTag(e.to)}]}),
    h("div", {class: "actions"}, h("a", {class: "button button-primary", href: link("/cases/{id}", {id: one.id}),
                                         on: {click: () => shown.close("")}}, t("register.open"))));
  await shown.open();
}

/**
 * @param {CaseBrief[]} rows
 * @param {boolean} asked
 */
function list(rows, asked) {
  return table({caption: t("register.title"), rows, empty: t(asked ? "register.none" : "register.none_yet"), rowId: (one) => one.id, columns: [
    {key: "number", label: t("register.number"), head: true, sort: (one) => Number.parseInt(one.number ?? "", 10) || 0,
     cell: (one) => h("a", {class: "nowrap", href: link("/cases/{id}", {id: one.id})}, one.number || t("register.no_number"))},
    {key: "paper", label: t("register.paper"), kind: "wide", sort: (one) => fold(one.paper ?? ""), cell: (one) => one.paper ?? ""},
    {key: "requester", label: t("register.requester"), sort: (one) => fold(one.requester ?? ""), cell: (one) => one.requester ?? ""},
    {key: "product", label: t("register.product"), cell: (one) => t(`register.product.${one.product}`)},
    {key: "day", label: t("register.day"), sort: (one) => one.day, cell: (one) => date(one.day)},
    {key: "state", label: t("register.state"), cell: (one) => h("span", {title: either(one.state_text)}, stateTag(one.state))},
    {key: "actions", label: h("span", {class: "visually-hidden"}, t("register.history")), kind: "actions",
     cell: (one) => button(t("register.history"), {kind: "quiet", click: () => showHistory(one),
                                                   "aria-label": t("register.history_of", {what: nameOf(one)})})}]});
}

/**
 * @param {Record<string, string>} given
 * @param {(typed: Record<string, string>) => Promise<void>} search
 */
function searchForm(given, search) {
  const any = {value: "", label: t("register.any")};
  const units = session.units();
  /** @param {string} name @param {string} [type] */
  const box = (name, type = "search") => field({id: name, label: t(`register.${name}`), type, value: given[name] ?? "",
                                                maxlength: type === "search" ? 200 : undefined});
  const made = form({class: "search-form", role: "search", submit: search, check: (typed) =>
      typed.from && typed.to && typed.from > typed.to ? {to: t("register.dates")} : /** @type {Record<string, string>} */ ({})},
    h("div", {class: "fields"}, box("requester"), box("paper"), box("number")),
    h("details", {class: "search-more", open: window.matchMedia("(min-width: 40rem)").matches || kNames.slice(3).some((name) => given[name])},
      h("summary", null, t("register.more")), h("div", {class: "fields"},
      field({id: "product", label: t("register.product"), type: "select", value: given.product ?? "",
             options: [any, ...kProducts.map((value) => ({value, label: t(`register.product.${value}`)}))]}),
      field({id: "state", label: t("register.state"), type: "select", value: given.state ?? "",
             options: [any, ...kStates.map((value) => ({value, label: t(`register.state.${value}`)}))]}),
      units.length > 1 ? field({id: "unit", label: t("register.unit"), type: "select", value: given.unit ?? "",
                                options: [any, ...units.map((one) => ({value: one.code, label: one.name}))]}) : null,
      box("from", "date"), box("to", "date"))),
    h("div", {class: "actions"}, button(t("core.search"), {type: "submit", kind: "primary", icon: "search"}),
      button(t("register.clear"), {kind: "quiet", click: async () => {
        for (const control of made.querySelectorAll("input, select")) {
          if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = "";
          control.dispatchEvent(new Event("change", {bubbles: true}));
        }
        await search(values(made));
        made.querySelector("input")?.focus();
      }})));
  return made;
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
async function render(main, signal) {
  const given = Object.fromEntries([...asked()].filter(([name]) => kNames.includes(name)));
  const place = h("section", {class: "found", "aria-label": t("register.title")}, skeleton());
  /** @type {CaseBrief[]} */
  let rows = [];
  const count = h("p", {class: "count"});
  /**
   * @param {Record<string, string>} query
   * @param {string} before
   */
  const load = async (query, before) => {
    /** @type {{cases: CaseBrief[], before: string | null}} */
    const told = await api.get("/api/v1/cases", {query: {...query, before, limit: kAtOnce}, signal});
    rows = before ? [...rows, ...told.cases] : told.cases;
    count.textContent = t(told.before ? "register.found_more" : "register.found", {n: rows.length});
    announce(count.textContent);
    const more = told.before;
    replace(place, count, list(rows, Object.values(query).some(Boolean)),
            more ? h("div", {class: "actions"}, button(t("core.more"), {click: () => load(query, more)})) : null);
  };
  /** @param {Record<string, string>} typed */
  const search = async (typed) => {
    const query = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ""));
    // The address holds what was searched: a reload and "back" bring it again.
    window.history.replaceState(null, "", `#/register${Object.keys(query).length ? `?${new URLSearchParams(query)}` : ""}`);
    await load(query, "");
  };
  replace(main, pageTitle(t("register.title")), h("p", {class: "lead"}, t("register.lead")),
          h("div", {class: "card"}, searchForm(given, search)), place,
          h("p", {class: "hint no-print"}, t("register.case_hint")));
  await load(given, "");
}

route("#/register", {title: "register.title", rights: ["cases"], nav: "main", order: 50, css: "/web/css/admin.css",
                     render: (main, _, signal) => render(main, signal)});
