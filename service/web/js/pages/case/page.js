// The page of one case. It shows what the service knows now, and says so when somebody else has
// changed it meanwhile.

import {api, isProblem} from "../../core/api.js";
import {link} from "../../core/router.js";
import {announce, button, h, notice, pageTitle, problemNotice, replace, skeleton} from "../../core/ui.js";
import {date, dateTime, either, size, t} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {flashed} from "../work/flash.js";
import {opens} from "../work/opens.js";
import {nameOf, productOf} from "../work/model.js";
import {documentsOf} from "./documents.js";
import {deliveriesOf} from "./deliveries.js";
import {lettersOf} from "./letters.js";
import {decide, kDecisions} from "./decide.js";
import {askToReopen} from "./reissue.js";
import {release} from "./release.js";
import {eventsOf, stepsOf} from "./events.js";

/** @typedef {import("../work/model.js").CaseDocument} CaseDocument */
/** @typedef {import("../work/model.js").Both} Both */
/** @typedef {{action: string, text: Both, by: string[], missing: {need: string, text: Both}[]}} Step */
/**
 * @typedef {object} CaseFacts
 * @property {string} id
 * @property {string} unit
 * @property {string} product
 * @property {string} state
 * @property {Both} state_text
 * @property {number} version
 * @property {string} day
 * @property {string} created
 * @property {string} updated
 * @property {string} self
 * @property {string} [visit]
 * @property {string} [dossier]
 * @property {string} [requester]
 * @property {string} [paper]
 * @property {string} [number]
 * @property {string} [original]
 * @property {string} [book]
 * @property {string} [code]
 * @property {Record<string, unknown>} facts
 * @property {CaseDocument[]} documents
 * @property {Step[]} next
 * @property {{letter: string, text: Both}[]} letters
 * @property {{code: string, severity: string, message: Both}[]} notices
 * @property {{at: string, day: string, text: string}} [deadline]
 * @property {{text: string}} [fee]
 * @property {{state: string, problem?: import("../work/model.js").ToldProblem}} [sealing]
 */
/** @typedef {{number: number, at: string, actor: string, name?: string, action: string, from: string, to: string, facts: Record<string, unknown>}} CaseEvent */

const kGood = ["released", "registered", "seal_signed", "officer_signed"];
const kEnded = ["voided", "cancelled", "recalled", "refused", "withdrawn", "not_found"];
const kEvery = 2_000;

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} params
 * @param {AbortSignal} signal
 */
export async function casePage(main, params, signal) {
  replace(main, skeleton(8));
  const self = `/api/v1/cases/${encodeURIComponent(params["id"] ?? "")}`;
  const load = async () => {
    const [one, told] = await Promise.all([api.get(self, {signal}), api.get(`${self}/events`, {signal})]);
    await learnNames(one, signal);
    draw(main, one, told.events, {signal, load, self});
    return one;
  };
  /** @type {CaseFacts} */
  const one = await load();
  follow(one, load, signal);
}

// People of the office by their accounts, as far as they are told.
/** @type {Map<string, string>} */
const names = new Map();

/**
 * @param {CaseFacts} one
 * @param {AbortSignal} signal
 */
async function learnNames(one, signal) {
  const wanted = ["signer", "sealer"].map((fact) => one.facts[fact]).filter((id) => typeof id === "string" && !names.has(id));
  if (wanted.length === 0) return;
  /** @type {{signers: {person: string, name: string}[], seal_keeper: {person: string, name: string} | null} | null} */
  const told = await api.get("/api/v1/signers", {query: {unit: one.unit, product: one.product}, signal}).catch(() => null);
  for (const person of [...(told?.signers ?? []), told?.seal_keeper]) if (person) names.set(person.person, person.name);
}

/**
 * A case that is being sealed goes on by itself: the page follows.
 * @param {CaseFacts} first
 * @param {() => Promise<CaseFacts>} load
 * @param {AbortSignal} signal
 */
function follow(first, load, signal) {
  let now = first;
  const timer = window.setInterval(async () => {
    const goes = now.sealing && ["queued", "running", "pending"].includes(now.sealing.state) && !["seal_signed", ...kEnded].includes(now.state);
    if (!goes || document.visibilityState !== "visible" || document.querySelector("dialog[open]")) return;
    const fresh = await api.get(now.self, {signal}).catch(() => now);
    if (fresh.version === now.version && fresh.sealing?.state === now.sealing?.state) return;
    now = fresh;
    await load();
    announce(either(fresh.state_text));
  }, kEvery);
  signal.addEventListener("abort", () => window.clearInterval(timer));
}

/**
 * @param {HTMLElement} main
 * @param {CaseFacts} one
 * @param {CaseEvent[]} events
 * @param {{signal: AbortSignal, load: () => Promise<CaseFacts>, self: string}} context
 */
function draw(main, one, events, context) {
  const said = h("div", null);
  /**
   * Does something to the case and shows what became of it.
   * @param {() => Promise<unknown>} work
   * @param {string} [done]
   */
  const doing = async (work, done) => {
    try {
      await work();
      await context.load();
      if (done) main.querySelector(".case-said")?.replaceChildren(notice("ok", done));
    } catch (problem) {
      if (isProblem(problem) && problem.code === "case.changed") {
        await context.load();
        main.querySelector(".case-said")?.replaceChildren(notice("warning", t("case.changed")));
        return;
      }
      replace(said, problemNotice(problem));
    }
  };
  said.className = "case-said";
  const kind = kEnded.includes(one.state) ? "tag-error" : kGood.includes(one.state) ? "tag-ok" : "tag-info";
  replace(main,
    h("div", {class: "case-head"},
      h("div", null, pageTitle(`${nameOf(one)} – ${one.paper ?? productOf(one)}`),
        h("p", null, h("span", {class: `tag ${kind}`}, either(one.state_text)), " ", productOf(one), one.book ? ` · ${t("case.book")} ${one.book}` : "")),
      h("div", {class: "case-ways"}, ways(one, doing))),
    flashed(), said, sealing(one), success(one), one.notices.map((each) => notice(each.severity === "error" ? "error" : each.severity === "warning" ? "warning" : "info", either(each.message))),
    stepsOf(one, events),
    h("div", {class: "case-columns"},
      h("div", {class: "case-wide"}, documentsOf(one, context.signal), h("section", {class: "card"}, h("h2", null, t("case.events")), eventsOf(one, events))),
      h("div", {class: "case-side"}, nextOf(one), factsOf(one), lettersOf(one, doing), deliveriesOf(one, context.signal), decisions(one, doing))));
}

/**
 * @param {CaseFacts} one
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
function ways(one, doing) {
  const hands = one.next.find((step) => step.action === "release");
  const can = (/** @type {string} */ action) => one.next.some((step) => step.action === action);
  return [
    session.has("officer") && can("officer_sign") ? h("a", {class: "button button-primary", href: link("/queue/{id}", {id: one.id})}, t("case.to_queue")) : null,
    session.has("clerk") && ["seal", "register"].some(can) ? h("a", {class: "button button-primary", href: "#/seal"}, t("case.to_seal")) : null,
    session.has("reception") && ["check", "capture", "attest", "find", "compose"].some(can)
      ? h("a", {class: "button button-primary", href: `#/counter/${encodeURIComponent(one.id)}`}, t("case.to_counter")) : null,
    hands?.by.some((role) => session.has(role)) ? button(t("case.action.release"), {kind: "primary", click: opens(() => release(one, doing))}) : null,
    button(t("case.reload"), {kind: "quiet", click: () => window.dispatchEvent(new HashChangeEvent("hashchange"))}),
  ];
}

/** @param {CaseFacts} one */
function sealing(one) {
  const now = one.sealing;
  if (!now || now.state === "done" || ["seal_signed", "registered", "released", ...kEnded].includes(one.state)) return null;
  if (now.state === "failed") {
    return notice("error", t("case.failed", {reason: either(now.problem?.message) || t("case.sealing.failed")}),
                  h("p", null, either(now.problem?.action)), now.problem?.code ? h("p", {class: "code"}, t("core.code", {code: now.problem.code})) : null);
  }
  return notice(now.state === "pending" ? "warning" : "info", t(`case.sealing.${now.state}`),
                now.problem ? h("p", null, either(now.problem.message)) : null);
}

/**
 * S-25: M-01, what was made, and the file.
 * @param {CaseFacts} one
 */
function success(one) {
  const signed = ["sealed", "officer_signed"].map((of) => one.documents.find((each) => each.of === of)).find(Boolean);
  if (!signed || !kGood.includes(one.state)) return null;
  const n = (one.documents.some((each) => each.of === "officer_signed") ? 1 : 0) + (signed.of === "sealed" ? 1 : 0);
  return notice("ok", t("case.signed"), h("p", null, t("case.signed.summary", {n, size: size(signed.size)}), " ",
    h("a", {href: signed.address, download: fileName(one, signed)}, `${t("case.download")} (PDF)`)));
}

/**
 * @param {{number?: string, id: string}} one
 * @param {CaseDocument} file
 */
export function fileName(one, file) {
  return `${(one.number ?? one.id).replace(/[^\p{L}\p{N}.-]+/gu, "-")}-${file.of}.pdf`;
}

/** @param {CaseFacts} one */
function nextOf(one) {
  const on = one.next.filter((step) => !kDecisions.includes(step.action) && !["refuse", "withdraw", "answer_missing"].includes(step.action));
  if (one.next.length === 0) return h("section", {class: "card"}, h("h2", null, t("case.next")), h("p", null, t("case.next.none")));
  if (on.length === 0) return null;
  return h("section", {class: "card"}, h("h2", null, t("case.next")), h("ul", {class: "case-next"}, on.map((step) =>
    h("li", null, h("strong", null, either(step.text)), " ",
      h("span", {class: "soft"}, t("case.next.others", {roles: step.by.map((role) => t(`case.role.${role}`)).join(", ")})),
      step.missing.length ? h("p", {class: "soft"}, t("case.next.missing", {what: step.missing.map((need) => either(need.text)).join(", ")})) : null))));
}

/** @param {CaseFacts} one */
function factsOf(one) {
  const fact = (/** @type {string} */ name) => {
    const value = one.facts[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const named = (/** @type {string} */ name) => names.get(fact(name)) ?? fact(name);
  const unit = session.units().find((each) => each.code === one.unit)?.name ?? one.unit;
  /** @type {[string, string][]} */
  const rows = [["requester", one.requester ?? ""], ["paper", one.paper ?? ""], ["pages_label", fact("pages")], ["copies", fact("copies")],
                ["signer", named("signer")], ["capacity", fact("capacity")], ["sealer", named("sealer")], ["delivery", fact("delivery")],
                ["deadline", one.deadline ? dateTime(one.deadline.at) : ""], ["fee", one.fee?.text ?? ""], ["received", dateTime(one.created)],
                ["unit", unit], ["dossier", one.dossier ?? ""], ["visit", one.visit ?? ""], ["code", one.code ?? ""],
                ["ground", fact("ground")], ["reason", fact("reason")], ["decision", [fact("decision"), date(fact("decision_date"))].filter(Boolean).join(", ")]];
  return h("section", {class: "card"}, h("h2", null, t("case.facts")), h("dl", {class: "case-facts"},
    rows.filter((row) => row[1] !== "").map(([name, value]) => [h("dt", null, t(`case.${name}`)), h("dd", {class: name === "code" ? "code" : undefined}, value)])));
}

/**
 * @param {CaseFacts} one
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
function decisions(one, doing) {
  const can = one.next.filter((step) => kDecisions.includes(step.action) && step.by.some((role) => session.has(role)));
  const again = ["voided", "cancelled"].includes(one.state) && one.product !== "result" && (session.has("reception") || session.has("clerk") || session.has("officer"));
  if (can.length === 0 && !again) return null;
  return h("section", {class: "card case-decisions"},
    can.map((step) => button(t(`case.${step.action}`), {kind: "danger", click: opens(() => decide(one, step.action, doing))})),
    again ? button(t("case.reissue"), {click: opens(() => askToReopen(one))}) : null);
}
