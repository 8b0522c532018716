// How digitising goes: by procedure and year, against the plan, and what was found wrong.

import {api} from "../core/api.js";
import {dateTime, has, number, t, use} from "../core/i18n.js";
import {asked, route} from "../core/router.js";
import {session} from "../core/session.js";
import {button, field, form, h, notice, pageTitle, replace, skeleton, table} from "../core/ui.js";
import {text} from "../text/digitise.js";
import {unitName} from "./books/files.js";

use(text);

/**
 * @typedef {{unit: string, procedure: string | null, year: number | null, planned: number, taken: number, sealed: number, faulty: number}} Progress
 * @typedef {{unit: string, reference: string, procedure: string | null, year: number | null, codes: string, at: string}} Fault
 */

/** @param {{planned: number, sealed: number}} row */
function share(row) {
  if (row.planned === 0) return h("span", {class: "small"}, t("digitise.no_plan"));
  const done = Math.min(100, Math.floor((row.sealed / row.planned) * 100));
  return h("div", {class: "share"}, h("progress", {class: "progress", max: "100", value: String(done), "aria-label": t("digitise.done")}),
           h("span", null, t("digitise.share", {share: done})));
}

/** @param {Progress[]} rows */
function progress(rows) {
  const all = {planned: 0, sealed: 0};
  for (const row of rows) {
    all.planned += row.planned;
    all.sealed += row.sealed;
  }
  /** @type {("planned" | "taken" | "sealed" | "faulty")[]} */
  const counts = ["planned", "taken", "sealed", "faulty"];
  return h("section", {"aria-labelledby": "progress-title"}, h("h2", {id: "progress-title"}, t("digitise.progress")),
    rows.length ? h("div", {class: "card total"}, h("p", null, t("digitise.of", all)), share(all)) : null,
    table({caption: t("digitise.progress"), rows, empty: t("digitise.none"), columns: [
      {key: "procedure", label: t("digitise.procedure"), head: true, sort: (row) => row.procedure ?? "", cell: (row) => row.procedure ?? t("digitise.other")},
      {key: "year", label: t("digitise.year"), sort: (row) => row.year ?? 0, cell: (row) => row.year ? String(row.year) : "–"},
      {key: "unit", label: t("digitise.unit"), cell: (row) => unitName(row.unit)},
      ...counts.map((count) => ({key: count, label: t(`digitise.${count}`), kind: /** @type {"number"} */ ("number"),
                                 sort: (/** @type {Progress} */ row) => row[count], cell: (/** @type {Progress} */ row) => number(row[count])})),
      {key: "done", label: t("digitise.done"), cell: share}]}));
}

/**
 * What is wrong in words, and the code for whoever looks it up.
 * @param {string} codes
 */
function words(codes) {
  return codes.split(/[ ,]+/).filter(Boolean).map((code) => h("div", null,
    has(`digitise.code.${code}`) ? [t(`digitise.code.${code}`), " "] : null, h("code", {class: "small"}, code)));
}

/** @param {Fault[]} rows */
function faults(rows) {
  return h("section", {"aria-labelledby": "faults-title"}, h("h2", {id: "faults-title"}, t("digitise.faults")),
    rows.length ? notice("warning", t("digitise.faults_lead")) : null,
    table({caption: t("digitise.faults"), rows, empty: t("digitise.faults_none"), columns: [
      {key: "reference", label: t("digitise.reference"), head: true, cell: (row) => row.reference},
      {key: "procedure", label: t("digitise.procedure"), cell: (row) => row.procedure ?? t("digitise.other")},
      {key: "year", label: t("digitise.year"), cell: (row) => row.year ? String(row.year) : "–"},
      {key: "codes", label: t("digitise.codes"), kind: "wide", cell: (row) => words(row.codes)},
      {key: "at", label: t("digitise.at"), cell: (row) => dateTime(row.at)}]}));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
async function render(main, signal) {
  const units = session.units();
  const given = {year: asked().get("year") ?? "", unit: asked().get("unit") ?? ""};
  const place = h("div", {class: "stack"}, skeleton());
  /** @param {Record<string, string>} query */
  const load = async (query) => {
    /** @type {[{rows: Progress[]}, {rows: Fault[]}]} */
    const [done, wrong] = await Promise.all([api.get("/api/v1/digitising/progress", {query, signal}),
                                             api.get("/api/v1/digitising/faults", {query: {unit: query.unit}, signal})]);
    replace(place, progress(done.rows), faults(wrong.rows));
  };
  replace(main, pageTitle(t("digitise.title")), h("p", {class: "lead"}, t("digitise.lead")),
    form({class: "row no-print", submit: async (typed) => {
      window.history.replaceState(null, "", `#/digitising?${new URLSearchParams(typed)}`);
      await load(typed);
    }, check: (typed) => typed.year && !/^(19|2\d)\d\d$/.test(typed.year) ? {year: t("digitise.wrong_year")} : /** @type {Record<string, string>} */ ({})},
    field({id: "year", label: t("digitise.year"), inputmode: "numeric", maxlength: 4, value: given.year, class: "short"}),
    units.length > 1 ? field({id: "unit", label: t("digitise.unit"), type: "select", value: given.unit,
      options: [{value: "", label: t("digitise.all")}, ...units.map((one) => ({value: one.code, label: one.name}))]}) : null,
    button(t("digitise.show"), {type: "submit", kind: "primary"})), place);
  await load(given);
}

route("#/digitising", {title: "digitise.title", rights: ["digitise"], nav: "main", order: 64, css: "/web/css/admin.css",
                       render: (main, _, signal) => render(main, signal)});
