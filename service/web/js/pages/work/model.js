// What the queues know of a case that waits, and how they speak of it.

import {date, dateTime, fold, t, today, use} from "../../core/i18n.js";
import {draft} from "../../core/drafts.js";
import {text} from "../../text/case.js";

use(text);

/** @typedef {{vi: string, en: string}} Both */
/** @typedef {{of: string, version: number, sha256: string, size: number, pages: number, created: string, address: string}} CaseDocument */
/** @typedef {{code?: string, message?: Both, action?: Both, m_number?: string, title?: string, status?: number}} ToldProblem */
/**
 * A case as GET /api/v1/work tells of it.
 * @typedef {object} Waiting
 * @property {string} id
 * @property {string} unit
 * @property {string} product
 * @property {string} state
 * @property {Both} state_text
 * @property {number} version
 * @property {string} day
 * @property {string} created
 * @property {string} self
 * @property {string} [dossier]
 * @property {string} [requester]
 * @property {string} [paper]
 * @property {string} [number]
 * @property {CaseDocument} [document]
 * @property {CaseDocument} [compare]
 * @property {number} [copies]
 * @property {{at: string, day: string, text: string, appointment: boolean}} [deadline]
 * @property {{id: string, name: string, capacity?: string}} [signer]
 * @property {"you" | "other" | "anyone"} [turn]
 * @property {boolean} delivery
 * @property {{state: string, problem?: ToldProblem}} [sealing]
 */
/** @typedef {{queue: string, at: string, day: string, more: boolean, cases: Waiting[]}} Work */
/** @typedef {"late" | "soon" | "today" | "later" | "none"} Urgency */

const kSoon = 2 * 3_600_000;

/**
 * @param {Pick<Waiting, "deadline">} one
 * @param {number} [now]
 * @returns {Urgency}
 */
export function urgency(one, now = Date.now()) {
  if (!one.deadline) return "none";
  const left = Date.parse(one.deadline.at) - now;
  if (left < 0) return "late";
  if (left < kSoon) return "soon";
  return one.deadline.day === today() ? "today" : "later";
}

/**
 * @param {Pick<Waiting, "deadline">} one
 */
export function dueWords(one) {
  if (!one.deadline) return "";
  const at = dateTime(one.deadline.at);
  return one.deadline.day === today() ? at.slice(0, 5) : at;
}

/**
 * How a case is called in one line.
 * @param {{number?: string, paper?: string}} one
 */
export function nameOf(one) {
  return one.number ? t("case.number", {number: one.number}) : t("case.no_number");
}

/** @param {{product: string}} one */
export function productOf(one) {
  return t(`case.product.${one.product}`);
}

/** @typedef {{words: string, product: string, urgency: string, whose: string}} Filter */

/**
 * Every word that was typed is somewhere in it, without regard to accents and case.
 * @param {Waiting} one
 * @param {Filter} filter
 */
export function fits(one, filter) {
  if (filter.product && one.product !== filter.product) return false;
  if (filter.whose === "mine" && one.turn === "other") return false;
  const how = urgency(one);
  if (filter.urgency === "late" && how !== "late") return false;
  if (filter.urgency === "today" && (how === "later" || how === "none")) return false;
  const all = fold([one.number, one.paper, one.requester, one.dossier, one.signer?.name, date(one.day)].join(" "));
  return fold(filter.words).split(/\s+/).every((word) => all.includes(word));
}

// What an officer has looked at: by the digest of the document, so that another document of the
// same case counts as not yet seen.
const kMostSeen = 1000;
const seen = draft("officer/seen");

/** @returns {Record<string, string>} */
function seenNow() {
  const found = seen.restore();
  return found && typeof found === "object" ? found : {};
}

/** @param {{id: string, document?: CaseDocument}} one */
export function isSeen(one) {
  return Boolean(one.document) && seenNow()[one.id] === one.document?.sha256;
}

/**
 * @param {string} id
 * @param {string} sha256 of the document that was shown
 */
export function markSeen(id, sha256) {
  const all = Object.entries(seenNow()).filter(([kept]) => kept !== id).slice(1 - kMostSeen);
  seen.save(Object.fromEntries([...all, [id, sha256]]));
}

/**
 * Which cases are marked in a queue; kept, so that a reload loses no mark.
 * @param {string} queue
 */
export function marks(queue) {
  const kept = draft(`${queue}/marked`);
  /** @returns {string[]} */
  const read = () => {
    const found = kept.restore();
    return Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
  };
  const it = {
    all: () => new Set(read()),
    /** @param {Iterable<string>} ids */
    set(ids) {
      kept.save([...ids].slice(0, kMostMarked));
    },
    /** @param {string} id */
    toggle(id) {
      const all = it.all();
      if (!all.delete(id)) all.add(id);
      it.set(all);
      return all.has(id);
    },
    clear: () => kept.clear(),
  };
  return it;
}

/** S-13: one PIN is for at most so many. */
export const kMostMarked = 200;
