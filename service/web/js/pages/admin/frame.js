// What every page of administration has: the tabs, and the same words for the same states.

import {date, either, has, t, today} from "../../core/i18n.js";
import {go} from "../../core/router.js";
import {field, form, h, notice, pageTitle} from "../../core/ui.js";

/**
 * @typedef {{vi: string, en: string}} Both
 * @typedef {{code: string, message: Both, action: Both, stops?: boolean}} Told
 * @typedef {{key: string, path: string, changed: boolean, problem: Told | null}} TableFile
 * @typedef {import("../../core/ui.js").Child} Child
 */

export const kTabs = ["state", "people", "units", "seals", "keys", "trust", "legal", "layouts", "audit", "accounts", "sessions"];
const kDay = 86_400_000;
// From here on the end of a certificate or an authorisation is spoken of.
const kSoon = 45;

/**
 * @param {string} name of the tab
 * @param {Child} [beside] the title
 * @returns {Child[]}
 */
export function head(name, beside) {
  return [h("div", {class: "page-head"}, pageTitle(t(name === "state" ? "admin.title" : has(`admin.head.${name}`) ? `admin.head.${name}` : `admin.tab.${name}`)), beside),
    h("nav", {class: "tabs", "aria-label": t("admin.tabs")}, h("ul", null, kTabs.map((one) => h("li", null,
      h("a", {href: one === "state" ? "#/admin" : `#/admin/${one}`, "aria-current": one === name ? "page" : undefined},
        t(`admin.tab.${one}`)))))),
    h("p", {class: "lead"}, t(`admin.lead.${name}`))];
}

/** @param {string} state in_force, to_come, ended */
export function forceTag(state) {
  const kind = state === "in_force" ? "ok" : state === "to_come" ? "info" : "warning";
  return h("span", {class: `tag tag-${kind}`}, t(`admin.force.${state}`));
}

/**
 * @param {boolean} good
 * @param {string} words
 * @param {"error" | "warning"} [otherwise]
 */
export function healthTag(good, words, otherwise = "error") {
  return h("span", {class: `tag tag-${good ? "ok" : otherwise}`}, words);
}

/**
 * From when to when, and how long still.
 * @param {string} from
 * @param {string | null} to
 */
export function span(from, to) {
  return to ? t("admin.from_to", {from: date(from), to: date(to)}) : t("admin.from_on", {from: date(from)});
}

/** @param {number} days */
function left(days) {
  return days === 0 ? t("admin.last_day") : t("admin.days_left", {n: days});
}

/**
 * The last days in words, with a warning when they are few.
 * @param {number | null} days
 * @returns {Child}
 */
export function daysLeft(days) {
  if (days === null) return null;
  return h("p", {class: "small"}, days <= kSoon ? h("span", {class: "tag tag-warning"}, left(days)) : left(days));
}

/**
 * How a certificate stands today.
 * @param {{not_before: string, not_after: string}} certificate
 */
export function validity(certificate) {
  const now = Date.now();
  const end = Date.parse(certificate.not_after);
  const days = Math.floor((end - now) / kDay);
  const [kind, words] = Date.parse(certificate.not_before) > now ? ["warning", t("admin.cert.to_come")]
    : end < now ? ["error", t("admin.cert.ended")] : days <= kSoon ? ["warning", left(days)] : ["ok", left(days)];
  return [h("div", null, span(certificate.not_before, certificate.not_after)),
          h("p", {class: "small"}, h("span", {class: `tag tag-${kind}`}, words))];
}

/**
 * A fingerprint that is folded away until somebody wants to compare it.
 * @param {string} sha256
 */
export function digest(sha256) {
  return h("details", {class: "digest"}, h("summary", null, h("code", null, `${sha256.slice(0, 16)}…`)), h("code", null, sha256));
}

/**
 * What the service told of something wrong.
 * @param {Told} problem
 * @param {"error" | "warning"} [kind]
 */
export function toldNotice(problem, kind = "error") {
  return notice(kind, either(problem.message), h("p", null, either(problem.action)),
                h("p", {class: "code"}, t("core.code", {code: problem.code})));
}

/**
 * Where a table stands, and whether what is on the disk is in force.
 * @param {TableFile} file
 * @returns {Child[]}
 */
export function fileNote(file) {
  if (!file.path) return [notice("info", t("admin.file.none", {key: file.key}))];
  return [h("p", {class: "where"}, t("admin.file"), " ", h("code", null, file.path), ` (${file.key}). `, t("admin.file.how")),
    file.problem ? toldNotice(file.problem) : null,
    file.changed && !file.problem ? notice("warning", t("admin.file.changed"), h("p", null, t("admin.file.reload"), " ",
                                                                                h("code", null, "systemctl reload antind"))) : null];
}

/** @param {number | null} line */
export function lineOf(line) {
  return line === null ? null : h("span", {class: "small"}, t("admin.line", {n: String(line)}));
}

/**
 * For which day a page tells.
 * @param {string} path
 * @param {string} day as asked for, or ""
 */
export function dayForm(path, day) {
  return form({class: "day-form", submit: (typed) => go(typed.day && typed.day !== today() ? `${path}?day=${typed.day}` : path)},
    field({id: "day", label: t("admin.day"), type: "date", value: day || today(), required: true}),
    h("button", {type: "submit", class: "button button-plain"}, h("span", null, t("admin.show"))));
}
