// One signing from its preparation to what became of each file. Nothing here says "signed" unless
// the service has judged the finished file and says so.

import {api, pause} from "../../core/api.js";
import {h, notice} from "../../core/ui.js";
import {either, t} from "../../core/i18n.js";
import {device} from "./device.js";
import {failures} from "./failed.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {import("./items.js").Progress} Progress */
/** @typedef {import("./device.js").Certificate} Certificate */
/** @typedef {{case: string, version: number, state: Progress["state"], problem?: import("../work/model.js").ToldProblem, signed_sha256?: string}} Item */
/** @typedef {{id: string, self: string, state: "working" | "ready" | "ended" | "expired", items?: Item[], not_taken?: {case: string, problem: import("../work/model.js").ToldProblem}[]}} Session */
/** @typedef {{id: string, state: Progress["state"]}} Result */

const kAsk = 700;
const kPatience = 120_000;
// Signed, and the agent keeps sending: signing again would only confuse.
const kLost = "agent.callback_lost";

/** @param {import("../work/model.js").ToldProblem | undefined} problem */
function told(problem) {
  if (!problem) return undefined;
  return {code: problem.code ?? "", sentence: either(problem.message) || (problem.title ?? ""), remedy: either(problem.action)};
}

/**
 * @param {{cases: Waiting[], certificate: Certificate, progress: (id: string, now: Progress) => void,
 *          waiting: (problem: import("./device.js").Words | null) => void, signal: AbortSignal}} what
 * @returns {Promise<Result[]>}
 */
export async function signAll({cases, certificate, progress, waiting, signal}) {
  for (const one of cases) progress(one.id, {state: "queued"});
  /** @param {Session} session */
  const show = (session) => {
    for (const item of session.items ?? []) progress(item.case, {state: item.state, problem: told(item.problem), sha256: item.signed_sha256});
  };
  /** @type {Session} */
  let session = await api.post("/api/v1/signing-sessions", {
    certificate: certificate.certificate, chain: certificate.chain, algorithm: certificate.algorithm, digest: certificate.digest,
    cases: cases.map((one) => ({id: one.id, version: one.version}))}, {signal});
  session = await settled(session, show, signal);
  const ready = (session.items ?? []).filter((item) => item.state === "prepared");
  let broken = null;
  if (ready.length > 0) {
    for (const item of ready) progress(item.case, {state: "signing"});
    try {
      await device.sign(session, {signal, onCase: (id) => progress(id, {state: "given"}), onWait: waiting});
    } catch (problem) {
      // The device may have signed some of them: what the service has is what counts.
      broken = problem;
    }
    session = await settled(await api.get(session.self, {signal}), () => undefined, signal);
    if (broken && device.words(broken).code === kLost) session = await delivered(session, device.words(broken), progress, signal);
  }
  const why = broken ? device.words(broken) : undefined;
  const results = (session.items ?? []).map((item) => outcome(item, session, why));
  for (const one of results) {
    progress(one.id, one.now);
    const problem = one.now.problem;
    if (problem && one.now.state !== "signed") failures.add(one.id, {...problem, version: one.version});
    else failures.drop(one.id);
  }
  if (broken && results.every((one) => one.now.state === "unsigned")) throw broken;
  return results.map((one) => ({id: one.id, state: one.now.state}));
}

/**
 * @param {Item} item
 * @param {Session} session
 * @param {{code: string, sentence: string, remedy: string} | undefined} why
 * @returns {{id: string, version: number, now: Progress}}
 */
function outcome(item, session, why) {
  const refused = session.not_taken?.find((one) => one.case === item.case);
  const signed = item.state === "done" || item.state === "signed" || item.state === "refused";
  const problem = signed ? told(item.problem) : told(refused?.problem) ?? why ??
    {code: session.state === "expired" ? "officer.session_expired" : "", sentence: t(session.state === "expired" ? "officer.sign.expired" : "officer.sign.not_reached"),
     remedy: t("officer.sign.again")};
  return {id: item.case, version: item.version,
          now: {state: signed ? item.state : "unsigned", problem, sha256: item.signed_sha256}};
}

/**
 * Asks until nothing is being worked on any more; a signature that waits for its timestamp is not
 * waited for: the service goes on by itself (S-07).
 * @param {Session} session
 * @param {(session: Session) => void} show
 * @param {AbortSignal} signal
 * @returns {Promise<Session>}
 */
async function settled(session, show, signal) {
  const until = Date.now() + kPatience;
  let now = session;
  while (now.state === "working" || !now.items) {
    show(now);
    const late = now.items && now.items.every((one) => one.state !== "queued" && (one.state !== "signed" || one.problem));
    if (late || Date.now() > until) break;
    await pause(kAsk, signal);
    now = await api.get(now.self, {signal});
  }
  show(now);
  return now;
}

/**
 * Waits for signatures that the agent still has, as long as the session takes them.
 * @param {Session} session
 * @param {{code: string, sentence: string, remedy: string}} why
 * @param {(id: string, now: Progress) => void} progress
 * @param {AbortSignal} signal
 */
async function delivered(session, why, progress, signal) {
  let now = session;
  while (now.state === "ready" || now.state === "working") {
    for (const item of now.items ?? []) {
      if (item.state === "prepared") progress(item.case, {state: "signing", problem: why});
    }
    await pause(3 * kAsk, signal);
    now = await api.get(now.self, {signal});
  }
  return now;
}

/**
 * M-01, M-02 and what waits, in one place.
 * @param {{done: number, failed: number, waiting: number}} n
 */
export function resultsOf(n) {
  return h("div", {class: "sign-results"},
    n.done ? notice("ok", t("officer.result.done"), h("p", null, t("officer.result.done_n", {n: n.done}))) : null,
    n.waiting ? notice("info", t("officer.result.waiting", {n: n.waiting})) : null,
    n.failed ? notice("error", t("officer.result.failed", {n: n.failed}), h("p", null, t("officer.result.failed_what"))) : null);
}
