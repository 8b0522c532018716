// Units with their names through time, and people with what they are authorised for.

import {api} from "../../core/api.js";
import {date, either, fold, t} from "../../core/i18n.js";
import {asked} from "../../core/router.js";
import {field, h, replace, skeleton, table} from "../../core/ui.js";
import {dayForm, daysLeft, digest, fileNote, forceTag, head, lineOf, span} from "./frame.js";

/**
 * @typedef {import("./frame.js").TableFile} TableFile
 * @typedef {import("./frame.js").Both} Both
 * @typedef {{unit: string, unit_name: string, duty: string, duty_words: Both, capacity: string, basis: string,
 *   certificate: string | null, from: string, to: string | null, state: string, days_left: number | null, line: number | null}} Held
 * @typedef {{id: string, name: string, certificates: string[], line: number | null, authorisations: Held[]}} Person
 * @typedef {{code: string, name: string, name_on_day: string, also: string[], former: {name: string, from: string, until: string}[],
 *   certificates: string[], seal_keeper: {person: string, name: string} | null, line: number | null}} Unit
 */

/** @param {Person} person */
function heldBy(person) {
  if (person.authorisations.length === 0) return h("span", {class: "small"}, t("admin.people.no_duty"));
  return h("ul", {class: "plain stack"}, person.authorisations.map((one) => h("li", null,
    h("div", {class: "row"}, h("strong", null, either(one.duty_words)), forceTag(one.state)),
    h("div", null, one.capacity, " · ", one.unit_name),
    h("p", {class: "small"}, t("admin.people.basis", {basis: one.basis}), " · ", span(one.from, one.to), one.line === null ? null : [" · ", lineOf(one.line)]),
    one.certificate ? h("p", {class: "small"}, t("admin.people.only_with"), " ", h("code", null, `${one.certificate.slice(0, 16)}…`)) : null,
    one.state === "in_force" ? daysLeft(one.days_left) : null)));
}

/** @param {Person} person */
function certificatesOf(person) {
  if (person.certificates.length === 0) return h("span", {class: "small"}, t("admin.people.no_certificate"));
  return h("ul", {class: "plain"}, person.certificates.map((one) => h("li", null, digest(one))));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderPeople(main, signal) {
  const day = asked().get("day") ?? "";
  const place = h("div", null, skeleton());
  replace(main, head("people"), dayForm("#/admin/people", day), place);
  /** @type {{day: string, file: TableFile, people: Person[]}} */
  const told = await api.get("/api/v1/admin/people", {query: {day}, signal});
  const list = h("div");
  const show = (/** @type {string} */ typed) => replace(list, table({
    caption: t("admin.people.on", {day: date(told.day)}), showCaption: true, rowId: (one) => one.id,
    empty: t(typed ? "admin.people.none_found" : "admin.people.none"),
    rows: told.people.filter((one) => fold(`${one.name} ${one.id}`).includes(fold(typed.trim()))), columns: [
      {key: "name", label: t("admin.people.name"), head: true, sort: (one) => fold(one.name),
       cell: (one) => [one.name, h("div", {class: "small"}, h("code", null, one.id), " ", lineOf(one.line))]},
      {key: "held", label: t("admin.people.held"), kind: "wide", cell: heldBy},
      {key: "certificates", label: t("admin.people.certificates"), cell: certificatesOf}]}));
  show("");
  replace(place, fileNote(told.file), h("div", {class: "search-form"}, field({id: "find", label: t("admin.people.find"), type: "search", class: "short",
    on: {input: (event) => { if (event.target instanceof HTMLInputElement) show(event.target.value); }}})), list);
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderUnits(main, signal) {
  const day = asked().get("day") ?? "";
  const place = h("div", null, skeleton());
  replace(main, head("units"), dayForm("#/admin/units", day), place);
  /** @type {{day: string, file: TableFile, units: Unit[]}} */
  const told = await api.get("/api/v1/admin/units", {query: {day}, signal});
  replace(place, fileNote(told.file), table({caption: t("admin.units.on", {day: date(told.day)}), showCaption: true, rows: told.units,
    empty: t("admin.units.none"), rowId: (one) => one.code, columns: [
      {key: "name", label: t("admin.units.name"), head: true, sort: (one) => fold(one.name_on_day),
       cell: (one) => [one.name_on_day, h("div", {class: "small"}, h("code", null, one.code), " ", lineOf(one.line))]},
      {key: "former", label: t("admin.units.former"), kind: "wide", cell: (one) => [
        one.former.map((old) => h("div", null, old.name, h("p", {class: "small"}, formerSpan(old.from, old.until)))),
        one.also.map((other) => h("p", {class: "small"}, t("admin.units.also", {name: other}))),
        one.former.length + one.also.length ? null : h("span", {class: "small"}, t("admin.units.no_former"))]},
      {key: "keeper", label: t("admin.units.keeper"), cell: (one) => one.seal_keeper ? one.seal_keeper.name
        : h("span", {class: "tag tag-warning"}, t("admin.seals.nobody"))},
      {key: "certificates", label: t("admin.units.certificates"), cell: (one) => one.certificates.length ? one.certificates.map(digest)
        : h("span", {class: "small"}, t("admin.units.no_certificate"))}]}));
}

/**
 * @param {string} from
 * @param {string} until
 */
function formerSpan(from, until) {
  return [from ? t("admin.since", {day: date(from)}) : "", until ? t("admin.until", {day: date(until)}) : ""].filter(Boolean).join(" ");
}
