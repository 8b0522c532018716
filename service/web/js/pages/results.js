// What leaves by itself, where it went, what was given up and waits for somebody (C-17), and the
// results that other systems submitted.

import {api} from "../core/api.js";
import {dateTime, either, has, t, use} from "../core/i18n.js";
import {asked, link, route} from "../core/router.js";
import {session} from "../core/session.js";
import {button, confirm, dialog, field, form, h, notice, pageTitle, replace, skeleton, table} from "../core/ui.js";
import {text} from "../text/register.js";
import {stateTag} from "./register.js";

use(text);

/**
 * @typedef {{id: string, case: string, number: string | null, paper: string | null, type: string, target: string, address: string | null, state: string,
 *   state_words: {vi: string, en: string}, under_way: boolean, tries: number, updated: string,
 *   next_try: string | null, reason?: {code: string, message: {vi: string, en: string}, action: {vi: string, en: string}}}} Delivery
 * @typedef {import("./register.js").CaseBrief} CaseBrief
 */

const kStates = ["dead", "waiting", "sent", "cancelled", "all"];

/** @param {Delivery} one */
function stateOf(one) {
  const kind = {dead: "error", sent: "ok", waiting: "info", cancelled: "warning"}[one.state] ?? "info";
  return h("div", null, h("span", {class: `tag tag-${kind}`}, either(one.state_words)),
           one.under_way ? h("p", {class: "small"}, t("deliveries.under_way")) : null,
           one.next_try ? h("p", {class: "small"}, t("deliveries.next", {at: dateTime(one.next_try)})) : null,
           one.reason ? h("p", {class: "small"}, either(one.reason.message), " ", either(one.reason.action)) : null);
}

/**
 * What people call the document.
 * @param {Delivery} one
 */
const nameOf = (one) => [one.number, one.paper].filter(Boolean).join(" · ") || one.case;

/**
 * What happened, of which the receiver is told.
 * @param {Delivery} one
 */
function eventOf(one) {
  const state = `register.state.${one.type.replace("case.", "")}`;
  return has(state) ? t(state) : one.type;
}

/**
 * @param {Delivery} one
 * @returns {Promise<boolean>} whether it was sent again
 */
async function sendAgain(one) {
  const shown = dialog({title: t("deliveries.retry_title")});
  replace(shown.body, form({submit: async (typed) => {
    await api.post(`/api/v1/deliveries/${one.id}/retry`, typed.to ? {to: typed.to} : {});
    shown.close("done");
  }}, h("p", null, t("deliveries.retry_words", {what: nameOf(one), target: one.target})), one.address === null ? null
    : field({id: "to", label: t("deliveries.retry_to"), type: "email", maxlength: 254,
             hint: t("deliveries.retry_hint", {address: one.address})}),
  h("div", {class: "actions"}, button(t("deliveries.retry"), {type: "submit", kind: "primary"}),
    button(t("core.cancel"), {click: () => shown.close("")}))));
  return (await shown.open()) === "done";
}

/**
 * @param {Delivery} one
 */
async function giveUp(one) {
  const sure = await confirm({title: t("deliveries.cancel_title"), danger: true, yes: t("deliveries.cancel"), no: t("deliveries.keep"),
                              words: t("deliveries.cancel_words", {what: nameOf(one), target: one.target})});
  if (sure) await api.post(`/api/v1/deliveries/${one.id}/cancel`, {});
  return sure;
}

/**
 * @param {Delivery[]} rows
 * @param {string} state
 * @param {(done: string) => Promise<void>} changed
 */
function list(rows, state, changed) {
  const again = ["reception", "clerk"].some(session.has);
  return table({caption: t("deliveries.title"), rows, rowId: (one) => one.id,
                empty: t(state === "dead" ? "deliveries.none.dead" : "deliveries.none"), columns: [
    {key: "target", label: t("deliveries.target"), head: true, cell: (one) => [one.target, one.address ? h("div", {class: "small"}, one.address) : null]},
    {key: "what", label: t("deliveries.what"), kind: "wide", cell: (one) => [h("a", {href: link("/cases/{id}", {id: one.case})}, nameOf(one)),
      h("div", {class: "small"}, eventOf(one))]},
    {key: "state", label: t("deliveries.state"), kind: "wide", cell: stateOf},
    {key: "tries", label: t("deliveries.tries"), kind: "number", cell: (one) => one.tries},
    {key: "updated", label: t("deliveries.updated"), cell: (one) => dateTime(one.updated)},
    {key: "actions", label: h("span", {class: "visually-hidden"}, t("deliveries.retry")), kind: "actions", cell: (one) => [
      again && (one.state === "dead" || one.state === "cancelled") ? button(t("deliveries.retry"), {"aria-label": t("deliveries.retry_of", {what: nameOf(one), target: one.target}), click: async () => {
        if (await sendAgain(one)) await changed(t("deliveries.retry_done"));
      }}) : null,
      session.has("clerk") && (one.state === "dead" || one.state === "waiting") ? button(t("deliveries.cancel"), {kind: "quiet", "aria-label": t("deliveries.cancel_of", {what: nameOf(one), target: one.target}), click: async () => {
        if (await giveUp(one)) await changed(t("deliveries.cancel_done"));
      }}) : null]}]});
}

/** @param {AbortSignal} signal */
async function submitted(signal) {
  /** @type {{cases: CaseBrief[]}} */
  const told = await api.get("/api/v1/cases", {query: {product: "result", limit: 20}, signal});
  return h("section", null, h("h2", null, t("deliveries.results")),
    table({caption: t("deliveries.results"), rows: told.cases, empty: t("deliveries.results_none"), columns: [
      {key: "number", label: t("register.number"), head: true, cell: (one) => h("a", {href: link("/cases/{id}", {id: one.id})},
        one.number || t("register.no_number"))},
      {key: "paper", label: t("register.paper"), kind: "wide", cell: (one) => one.paper ?? ""},
      {key: "requester", label: t("register.requester"), cell: (one) => one.requester ?? ""},
      {key: "received", label: t("deliveries.received"), cell: (one) => dateTime(one.created)},
      {key: "state", label: t("register.state"), cell: (one) => stateTag(one.state)}]}));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
async function render(main, signal) {
  const wanted = asked().get("state") ?? "dead";
  const state = kStates.includes(wanted) ? wanted : "dead";
  const said = h("div");
  const place = h("section", {"aria-label": t("deliveries.title")}, skeleton());
  /** @type {Delivery[]} */
  let rows = [];
  /** @param {string} before */
  const load = async (before) => {
    /** @type {{deliveries: Delivery[], before: string | null}} */
    const told = await api.get("/api/v1/deliveries", {query: {state: state === "all" ? "" : state, before, limit: 50}, signal});
    rows = before ? [...rows, ...told.deliveries] : told.deliveries;
    const more = told.before;
    replace(place, list(rows, state, async (words) => {
      await load("");
      replace(said, notice("ok", words));
    }), more ? h("div", {class: "actions"}, button(t("core.more"), {click: () => load(more)})) : null);
  };
  const results = h("div");
  replace(main, h("div", {class: "page-head"}, pageTitle(t("deliveries.title")),
                  button(t("deliveries.refresh"), {icon: "turn", click: () => load("")})),
    h("p", {class: "lead"}, t("deliveries.lead")),
    h("nav", {class: "tabs", "aria-label": t("deliveries.view")}, h("ul", null, kStates.map((one) => h("li", null,
      h("a", {href: `#/deliveries?state=${one}`, "aria-current": one === state ? "page" : undefined}, t(`deliveries.${one}`)))))),
    said, place, results);
  await load("");
  replace(results, await submitted(signal));
}

route("#/deliveries", {title: "deliveries.title", rights: ["cases"], nav: "main", order: 60, css: "/web/css/admin.css",
                       render: (main, _, signal) => render(main, signal)});
