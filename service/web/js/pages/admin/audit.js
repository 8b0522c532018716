// Searching the audit log, and one record with its proof checked (A-02).

import {api} from "../../core/api.js";
import {dateTime, has, number, t} from "../../core/i18n.js";
import {asked, link} from "../../core/router.js";
import {announce, button, facts, field, form, h, notice, pageTitle, replace, skeleton, table, values} from "../../core/ui.js";
import {fileName, hand} from "../books/files.js";
import {digest, head, toldNotice} from "./frame.js";

/**
 * @typedef {{number: number, entry: string, under_checkpoint: boolean, forgotten: boolean, at?: string, kind?: string,
 *   actor?: string, subject?: string, facts?: Record<string, string>}} AuditRecord
 * @typedef {{size: number, signed: number, signed_at: string | null, records: AuditRecord[], before: number | null,
 *   systems: Record<string, string>}} Found
 */

const kNames = ["from", "until", "kind", "actor", "about"];
const kKinds = ["signature", "signature_version", "original", "entry", "decision", "case", "book", "book_row", "origin_entry",
                "held_result", "handed_out", "signed_in", "sign_in_failed", "signed_out", "password_changed", "account_added", "account_rights", "account_locked", "account_unlocked",
                "account_ended", "account_password", "api_key_added", "api_key_changed", "api_key_removed", "api_key_used", "login_failed", "started",
                "configuration", "configuration_refused", "backup_made", "restored", "released", "records_forgotten", "journal_began", "key_use",
                "signature_unknown", "signature_unjournaled"];
const kCase = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** @param {string} kind */
const kindWords = (kind) => has(`admin.kind.${kind}`) ? t(`admin.kind.${kind}`) : kind;

/**
 * @param {string} actor
 * @param {Record<string, string>} systems
 */
function actorOf(actor, systems) {
  if (actor === "") return t("admin.audit.service");
  return systems[actor] ? [systems[actor], h("div", {class: "small"}, h("code", null, actor))] : h("code", null, actor);
}

/** @param {AuditRecord} one */
function subjectOf(one) {
  if (!one.subject) return null;
  const code = h("code", null, one.subject);
  return one.kind === "case" && kCase.test(one.subject) ? h("a", {href: link("/cases/{id}", {id: one.subject})}, code) : code;
}

/**
 * @param {AuditRecord[]} rows
 * @param {Record<string, string>} systems
 */
function list(rows, systems) {
  return table({caption: t("admin.tab.audit"), rows, empty: t("admin.audit.none"), rowId: (one) => String(one.number), columns: [
    {key: "number", label: t("admin.audit.number"), head: true, cell: (one) => h("a", {href: `#/admin/audit/${one.number}`,
      "aria-label": t("admin.audit.open", {n: String(one.number)})}, number(one.number))},
    {key: "at", label: t("admin.audit.at"), cell: (one) => h("span", {class: "nowrap"}, dateTime(one.at))},
    {key: "kind", label: t("admin.audit.kind"), cell: (one) => kindWords(one.kind ?? "")},
    {key: "actor", label: t("admin.audit.actor"), cell: (one) => actorOf(one.actor ?? "", systems)},
    {key: "subject", label: t("admin.audit.subject"), kind: "wide", cell: subjectOf},
    {key: "proof", label: t("admin.audit.proof"), cell: (one) => h("span", {class: `tag tag-${one.under_checkpoint ? "ok" : "info"}`},
      t(one.under_checkpoint ? "admin.audit.covered" : "admin.audit.waiting"))}]});
}

/**
 * @param {Record<string, string>} given
 * @param {(typed: Record<string, string>) => Promise<void>} search
 */
function searchForm(given, search) {
  const made = form({class: "search-form", role: "search", submit: search, check: (typed) =>
      typed.from && typed.until && typed.from > typed.until ? {until: t("admin.audit.dates")} : /** @type {Record<string, string>} */ ({})},
    h("div", {class: "fields"},
      field({id: "from", label: t("admin.audit.from"), type: "date", value: given.from ?? ""}),
      field({id: "until", label: t("admin.audit.until"), type: "date", value: given.until ?? ""}),
      field({id: "kind", label: t("admin.audit.kind"), type: "select", value: given.kind ?? "", options: [{value: "", label: t("admin.any")},
        ...kKinds.map((value) => ({value, label: kindWords(value)}))]}),
      field({id: "actor", label: t("admin.audit.actor"), value: given.actor ?? "", maxlength: 200, hint: t("admin.audit.actor_hint")}),
      field({id: "about", label: t("admin.audit.about"), value: given.about ?? "", maxlength: 200, hint: t("admin.audit.about_hint")})),
    h("div", {class: "actions"}, button(t("core.search"), {type: "submit", kind: "primary", icon: "search"}),
      button(t("admin.clear"), {kind: "quiet", click: async () => {
        for (const control of made.querySelectorAll("input, select")) {
          if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = "";
        }
        await search(values(made));
      }})));
  return made;
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderAudit(main, signal) {
  const given = Object.fromEntries([...asked()].filter(([name]) => kNames.includes(name)));
  const place = h("section", {class: "found", "aria-label": t("admin.tab.audit")}, skeleton());
  /** @type {AuditRecord[]} */
  let rows = [];
  /**
   * @param {Record<string, string>} query
   * @param {number | null} before
   */
  const load = async (query, before) => {
    /** @type {Found} */
    const told = await api.get("/api/v1/admin/audit", {query: {...query, before, limit: 50}, signal});
    rows = before === null ? told.records : [...rows, ...told.records];
    const count = t(told.before === null ? "admin.audit.found" : "admin.audit.found_more", {n: rows.length});
    announce(count);
    const more = told.before;
    replace(place, h("p", {class: "count"}, count, " ", told.signed_at
      ? t("admin.audit.signed", {n: told.signed, size: told.size, at: dateTime(told.signed_at)}) : t("admin.audit.unsigned")),
    list(rows, told.systems),
    more === null ? null : h("div", {class: "actions"}, button(t("admin.audit.more"), {click: () => load(query, more)})));
  };
  /** @param {Record<string, string>} typed */
  const search = async (typed) => {
    const query = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ""));
    window.history.replaceState(null, "", `#/admin/audit${Object.keys(query).length ? `?${new URLSearchParams(query)}` : ""}`);
    await load(query, null);
  };
  replace(main, head("audit"), h("div", {class: "card"}, searchForm(given, search)), place);
  await load(given, null);
}

/**
 * @param {HTMLElement} main
 * @param {string} wanted
 * @param {AbortSignal} signal
 */
export async function renderRecord(main, wanted, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, h("p", null, h("a", {href: "#/admin/audit"}, t("admin.audit.back"))), pageTitle(t("admin.audit.open", {n: wanted})), place);
  const path = `/api/v1/admin/audit/${encodeURIComponent(wanted)}`;
  /** @type {AuditRecord & {proof: {state: string, problem: import("./frame.js").Told | null, key?: string, origin?: string,
   *   size?: number, root?: string, at?: string}}} */
  const told = await api.get(path, {signal});
  const proof = told.proof;
  replace(place,
    proof.state === "proven" ? notice("ok", t("admin.proof.proven"), h("p", null, t("admin.proof.proven_what", {size: proof.size ?? 0, at: dateTime(proof.at)})))
      : proof.state === "waiting" ? notice("info", t("admin.proof.waiting"), h("p", null, t("admin.proof.waiting_what")))
        : proof.problem ? [notice("error", t("admin.proof.wrong")), toldNotice(proof.problem)] : null,
    h("section", {class: "card"}, h("h2", null, t("admin.record")), told.forgotten ? h("p", null, t("admin.audit.forgotten")) : null,
      facts([[t("admin.audit.at"), dateTime(told.at)], [t("admin.audit.kind"), told.kind ? [kindWords(told.kind), " ", h("code", null, told.kind)] : ""],
        [t("admin.audit.actor"), told.forgotten ? "" : actorOf(told.actor ?? "", {})], [t("admin.audit.subject"), subjectOf(told)],
        ...Object.entries(told.facts ?? {}).map(([name, value]) => /** @type {[string, string]} */ ([name, value]))])),
    h("section", {class: "card proof"}, h("h2", null, t("admin.audit.proof")),
      facts([[t("admin.proof.entry"), digest(told.entry)], [t("admin.proof.origin"), proof.origin ?? ""], [t("admin.proof.root"), proof.root ? digest(proof.root) : ""],
        [t("admin.proof.key"), proof.key ? h("code", null, proof.key) : ""]]),
      h("p", {class: "hint"}, t("admin.proof.hint")),
      proof.state === "proven" ? h("div", {class: "actions"}, button(t("admin.proof.download"), {icon: "download", click: async () =>
        hand(await api.blob(`${path}/proof`), fileName(`audit-${wanted}.proof`))})) : null));
}
