// How the service is doing, and what is to be corrected in its configuration.

import {api} from "../../core/api.js";
import {keepCurrent} from "../../core/current.js";
import {dateTime, either, number, size, t} from "../../core/i18n.js";
import {button, facts, h, notice, replace, skeleton, table} from "../../core/ui.js";
import {head, healthTag} from "./frame.js";

/**
 * @typedef {import("./frame.js").Told} Told
 * @typedef {{now: string, started: string, database: string, encrypted: boolean, disk: null | {folder: string, total: number, free: number},
 *   workers_ready: number, workers: number, queues: {name: string, waiting: number, running: number}[],
 *   outbox: {waiting: number | null, dead: number | null, oldest_seconds: number | null}, held: string | null,
 *   logs: {name: string, size: number, signed: number | null, at: string | null}[],
 *   backup: null | {at: string, record: number, facts: Record<string, string>}}} State
 * @typedef {{file: string, changed: boolean | null, problems: Told[]}} Check
 */

const kDay = 86_400_000;
const kMinute = 60_000;
const kGiga = 1_000_000_000;
const kEvery = 10_000;
/** @param {number} octets */
const room = (octets) => octets < kGiga ? size(octets) : t("admin.gigabytes", {n: Math.round(octets / kGiga)});

/** @param {State} told */
function health(told) {
  const disk = told.disk;
  const free = disk && disk.total > 0 ? disk.free / disk.total : 1;
  const backup = told.backup;
  const old = backup ? Math.floor((Date.parse(told.now) - Date.parse(backup.at)) / kDay) : null;
  const skew = Math.abs(Date.now() - Date.parse(told.now));
  const waiting = told.queues.reduce((sum, one) => sum + one.waiting, 0);
  const dead = told.outbox.dead ?? 0;
  return facts([
    [t("admin.state.workers"), healthTag(told.workers_ready > 0, t("admin.state.workers_ready", {ready: told.workers_ready, all: told.workers}))],
    [t("admin.state.queues"), healthTag(waiting < 50, waiting === 0 ? t("admin.state.nothing_waits") : t("admin.state.waits", {n: waiting}), "warning")],
    [t("admin.state.disk"), disk ? h("span", {class: "row"}, t("admin.state.free", {free: room(disk.free), total: room(disk.total)}),
      healthTag(free > .1, t(free > .1 ? "admin.state.enough" : "admin.state.little"))) : ""],
    [t("admin.state.backup"), backup && old !== null ? h("span", {class: "row"}, dateTime(backup.at), healthTag(old <= 1, old < 1 ? t("admin.state.today")
      : t("admin.state.days_ago", {n: old}), "warning")) : healthTag(false, t("admin.state.no_backup"), "warning")],
    [t("admin.state.outbox"), h("span", {class: "row"}, t("admin.state.to_send", {n: told.outbox.waiting ?? 0}), dead > 0
      ? h("a", {href: "#/deliveries?state=dead"}, healthTag(false, t("admin.state.dead", {n: dead}))) : healthTag(true, t("admin.state.none_dead")))],
    [t("admin.state.clock"), h("span", {class: "row"}, dateTime(told.now), healthTag(skew < 2 * kMinute,
      t(skew < 2 * kMinute ? "admin.state.clock_same" : "admin.state.clock_differs"), "warning"))],
    [t("admin.state.started"), dateTime(told.started)],
    [t("admin.state.store"), [told.database === "sqlite" ? "SQLite" : "PostgreSQL", " · ", t(told.encrypted ? "admin.state.encrypted" : "admin.state.plain")]]]);
}

/** @param {Check} told */
function checks(told) {
  return [told.changed ? notice("warning", t("admin.check.changed"), h("p", null, t("admin.file.reload"), " ", h("code", null, "systemctl reload antind"))) : null,
    table({caption: t("admin.check.title"), rows: told.problems, empty: t("admin.check.none"), columns: [
      {key: "weight", label: t("admin.check.weight"), cell: (one) => healthTag(false, t(one.stops ? "admin.check.stops" : "admin.check.warns"), one.stops ? "error" : "warning")},
      {key: "what", label: t("admin.check.what"), head: true, cell: (one) => [either(one.message), h("p", {class: "small"}, h("code", null, one.code))]},
      {key: "do", label: t("admin.check.do"), kind: "wide", cell: (one) => either(one.action)}]}),
    h("p", {class: "where"}, t("admin.check.file"), " ", h("code", null, told.file), ". ", t("admin.check.same"), " ", h("code", null, "antin config check"))];
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderState(main, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  const figures = h("div", null);
  const load = async () => {
    /** @type {[State, Check]} */
    // One after the other: what this page asks itself is no work that waits.
    const [told, check] = [await api.get("/api/v1/admin/state", {signal}), await api.get("/api/v1/admin/check", {signal})];
    replace(figures, health(told));
    replace(place, told.held ? notice("error", t("admin.state.held", {at: dateTime(told.held)}), h("p", null, t("admin.state.held_what"), " ",
                                                                                                  h("code", null, "antin store release"))) : null,
      h("section", {class: "card"}, h("h2", null, t("admin.state.health")), figures),
      h("section", null, h("h2", null, t("admin.state.logs")), table({caption: t("admin.state.logs"), rows: told.logs, columns: [
        {key: "name", label: t("admin.state.log"), head: true, cell: (one) => t(`admin.log.${one.name}`)},
        {key: "size", label: t("admin.state.entries"), kind: "number", cell: (one) => number(one.size)},
        {key: "signed", label: t("admin.state.signed"), cell: (one) => one.size === 0 ? t("admin.state.empty") : one.at === null ? healthTag(false, t("admin.audit.unsigned"), "warning")
          : [healthTag(one.signed === one.size, t("admin.state.signed_of", {n: one.signed ?? 0}), "warning"), h("p", {class: "small"}, dateTime(one.at))]}]})),
      h("section", null, h("h2", null, t("admin.check.title")), checks(check)));
  };
  replace(main, head("state", button(t("admin.refresh"), {icon: "turn", click: load})), place);
  await load();
  // Figures of a moment: a minute later they are other ones. Whoever is about to follow a link of theirs keeps it.
  keepCurrent(async () => {
    const told = await api.get("/api/v1/admin/state", {signal}).catch(() => null);
    if (told && !signal.aborted && !figures.contains(document.activeElement)) replace(figures, health(told));
  }, kEvery, signal);
}
