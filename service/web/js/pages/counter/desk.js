// What the pages of the counter share: a case, the legal data of today, steps, and what happens when
// another clerk was quicker.

import {api, idempotencyKey, isProblem} from "../../core/api.js";
import {draft} from "../../core/drafts.js";
import {dateTime, either, lang, t} from "../../core/i18n.js";
import {raise} from "../../core/ui.js";

/** @typedef {{vi: string, en: string}} Both */
/**
 * @typedef {object} Case
 * @property {string} id
 * @property {string} unit
 * @property {string} product
 * @property {string} state
 * @property {Both} state_text
 * @property {number} version
 * @property {string} created
 * @property {string} day
 * @property {string} updated
 * @property {string} self
 * @property {string} [requester]
 * @property {string} [paper]
 * @property {string} [number]
 * @property {string} [book]
 * @property {string} [visit]
 * @property {Record<string, any>} facts
 * @property {{of: string, pages: number, address: string, created: string}[]} documents
 * @property {{letter: string, text: Both}[]} letters
 * @property {{at: string, day: string, text: string, appointment: boolean}} [deadline]
 * @property {{total: number, per_copy: number, copies: number, pages: number, text: string}} [fee]
 * @property {{code: string, severity: string, message: Both}[]} notices
 * @property {{held: boolean, results: {number: string, date: string, issuer: string, code?: string}[]}} [already_held]
 * @property {{action: string, by: string[]}[]} next
 * @property {{state: string, problem?: {message?: Both}}} [sealing]
 * @property {ScanPages} [scan]
 */
/** @typedef {{code: string, severity: string, page: number, message: Both, action: Both}} Complaint */
/**
 * @typedef {object} ScanPages
 * @property {"scan" | "capture"} of
 * @property {string} sha256
 * @property {boolean} fits
 * @property {{dpi: number, width_mm: number, height_mm: number, paper: string, colour: string}[]} pages
 * @property {Complaint[]} complaints
 */
/** @typedef {{code: string, name: string, vneid: boolean, pages: string, foreign: string}} Paper */
/**
 * @typedef {object} Law
 * @property {string} day
 * @property {{number: number, answer: string, text: string}[]} grounds
 * @property {number} secret_ground
 * @property {Paper[]} papers
 * @property {{code: string, name: string}[]} foreign
 * @property {{code: string, name: string, only_when_holder_is_dead: boolean, needs_evidence: boolean}[]} requesters
 * @property {{code: string, name: string}[]} evidence
 * @property {{first_pages: number, first_price: number, further_price: number, most: number}} fees
 * @property {{cut_off: string, extension_days: number}} hours
 * @property {{at: string, text: string, appointment: boolean}} deadline
 */
/** @typedef {{person: string, name: string, capacity: string, basis: string}} Signer */

export const kProducts = ["certified_copy", "from_register_copy", "office_copy"];
/** What the counter still has to do something about. */
export const kStartedHere = ["received", "checked", "captured", "requested", "found"];

/** @returns {Promise<Law>} */
export function law() {
  return api.get("/api/v1/legal");
}

/**
 * @param {string} unit
 * @param {string} product
 * @returns {Promise<Signer[]>}
 */
export async function signersOf(unit, product) {
  return (await api.get("/api/v1/signers", {query: {unit, product}})).signers;
}

/**
 * Only shown in advance; what is charged is the service's own figure (C-16).
 * @param {Law} rules
 * @param {number} pages
 * @param {number} copies
 */
export function feeOf(rules, pages, copies) {
  const {first_pages: first, first_price: price, further_price: further, most} = rules.fees;
  const one = pages <= first ? pages * price : first * price + (pages - first) * further;
  return Math.min(one, most) * copies;
}

/** @param {number} dong */
export function dong(dong) {
  return t("counter.dong", {amount: dong});
}

/** What ended without a copy: nothing is paid or fetched for it. */
export const kWithoutCopy = ["refused", "withdrawn", "not_found"];

/** @param {Pick<Case, "fee" | "state">} one */
export const feeWords = (one) => one.fee && !kWithoutCopy.includes(one.state) ? dong(one.fee.total) : "";

/**
 * The state of a case where it stands alone, as a heading.
 * @param {Pick<Case, "state_text">} one
 */
export function stateHeading(one) {
  const words = either(one.state_text);
  return words.charAt(0).toLocaleUpperCase("vi") + words.slice(1);
}

/**
 * When it is ready: as the letters say it, or as English readers do.
 * @param {{at: string, text: string} | undefined} deadline
 */
export function dueWords(deadline) {
  if (!deadline) return "";
  return lang() === "vi" ? deadline.text : dateTime(deadline.at);
}

/** Somebody else changed the case meanwhile; the page shows what, and keeps what was typed. */
export class Conflict extends Error {
  /**
   * @param {Case} now
   * @param {string} words
   */
  constructor(now, words) {
    super("case.changed");
    this.now = now;
    this.words = words;
  }
}

/**
 * Who did what since the version that this page knows.
 * @param {Case} known
 * @returns {Promise<Conflict>}
 */
async function conflictOf(known) {
  const [now, told] = await Promise.all([api.get(known.self), api.get(`${known.self}/events`)]);
  /** @type {{number: number, at: string, action: string, actor: string, name?: string, facts: {person?: string}}[]} */
  const events = told.events;
  const later = events.filter((event) => event.number > known.version);
  const words = later.map((event) => t("counter.conflict.event", {
    who: event.name || event.facts.person || t(event.actor ? "counter.conflict.other" : "counter.conflict.system"), what: actionWords(event.action),
    when: dateTime(event.at)})).join("; ");
  return new Conflict(now, words);
}

/** @param {string} action */
export function actionWords(action) {
  const key = `counter.did.${action}`;
  const words = t(key);
  return words === key ? action : words;
}

/** One case on the counter. */
export class Desk {
  /**
   * @param {Case} one
   * @param {Law} rules
   * @param {AbortSignal} signal
   */
  constructor(one, rules, signal) {
    this.one = one;
    this.rules = rules;
    this.signal = signal;
    /** A step that is looked at again, "" for the one that is due. */
    this.view = "";
    /** @type {() => void} */
    this.redraw = () => {};
  }

  /**
   * What is typed for one step of this case.
   * @param {string} step
   */
  draft(step) {
    return draft(`counter/${this.one.id}/${step}`);
  }

  forget() {
    for (const step of ["check", "attest", "refuse", "appointment", "request", "find", "withdraw", "edit"]) this.draft(step).clear();
  }

  /**
   * Facts that were corrected on the page and go with the next step.
   * @returns {Record<string, unknown>}
   */
  typed() {
    return this.draft("request").restore() ?? {};
  }

  /**
   * A step that gives a number has one key for all its tries, also after a reload.
   * @param {string} action
   */
  key(action) {
    const kept = this.draft(`key-${action}`);
    const key = kept.restore() ?? idempotencyKey();
    kept.save(key);
    return String(key);
  }

  /**
   * @param {string} action
   * @param {Record<string, unknown>} [facts]
   * @param {{numbered?: boolean, together?: {id: string, version: number}[]}} [how]
   */
  async act(action, facts = {}, how = {}) {
    const body = {action, version: this.one.version, facts: {...this.typed(), ...facts}, together: how.together};
    const after = await this.guarded(() => api.post(`${this.one.self}/actions`, body,
                                                    how.numbered ? {idempotencyKey: this.key(action)} : {}));
    this.draft("request").clear();
    if (how.numbered) this.draft(`key-${action}`).clear();
    this.take(after);
  }

  /**
   * Makes a request about this version of the case.
   * @template T
   * @param {() => Promise<T>} request
   * @returns {Promise<T>}
   */
  async guarded(request) {
    try {
      return await request();
    } catch (problem) {
      // Whoever was quicker may have taken the case on, so that this step is not due any more.
      if (!isProblem(problem) || problem.status !== 409) throw problem;
      const conflict = await conflictOf(this.one);
      throw conflict.now.version === this.one.version ? problem : conflict;
    }
  }

  /**
   * For handlers of forms: that somebody was quicker is told above the page and not in the form.
   * @param {() => Promise<unknown>} work
   */
  async handle(work) {
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Conflict)) throw problem;
      raise(problem);
    }
  }

  /**
   * The case as it is now.
   * @param {Case} after
   */
  take(after) {
    this.one = after;
    this.view = "";
    this.redraw();
  }
}
