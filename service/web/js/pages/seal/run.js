// Sealing many: each is checked, sealed, entered and released by itself, and one that fails stops
// none of the others.

import {api, isProblem, pause, Problem, sentenceOf} from "../../core/api.js";
import {either, t} from "../../core/i18n.js";
import {session} from "../../core/session.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {"checking" | "sealing" | "pending" | "entering" | "releasing" | "sealed" | "entered" | "released" | "failed"} State */
/** @typedef {{state: State, problem?: {code: string, sentence: string, remedy: string}}} Progress */
/** @typedef {Waiting & {facts?: Record<string, unknown>}} Case */

const kAtOnce = 3;
const kAsk = 600;
// A timestamp may take minutes (S-07), which the service says; so long it may have other work.
const kPatience = 90_000;

/**
 * What comes next of a case in this queue.
 * @param {{state: string}} one
 * @returns {"seal" | "enter" | "release"}
 */
export function stageOf(one) {
  if (one.state === "seal_signed") return "enter";
  return one.state === "registered" ? "release" : "seal";
}

/** @param {unknown} problem */
function told(problem) {
  if (!isProblem(problem)) return {code: "page.error", sentence: sentenceOf(problem), remedy: ""};
  return {code: problem.code, sentence: problem.sentence, remedy: problem.remedy};
}

/** @param {import("../work/model.js").ToldProblem | undefined} said */
function thrown(said) {
  return new Problem({status: said?.status ?? 409, code: said?.code ?? "page.answer", title: said?.title, message: said?.message, action: said?.action});
}

/**
 * @param {Case} one
 * @param {string} action
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Case>}
 */
function act(one, action, key, signal) {
  const sealer = session.me?.person?.id;
  return api.post(`${one.self}/actions`, {action, version: one.version, facts: sealer && action === "seal" ? {sealer} : undefined}, {idempotencyKey: `${action}-${one.version}-${key}`, signal});
}

/**
 * @param {Case} one
 * @param {string} key
 * @param {(now: Progress) => void} say
 * @param {AbortSignal} signal
 * @returns {Promise<Case | null>} null: it waits for its timestamp
 */
async function seal(one, key, say, signal) {
  say({state: "checking"});
  /** @type {import("./check.js").SealCheck} */
  const check = await api.get(`${one.self}/seal-check`, {signal});
  if (!check.allowed) throw thrown(check.problem);
  say({state: "sealing"});
  let now = await act({...one, version: check.version}, "seal", key, signal);
  const until = Date.now() + kPatience;
  while (stageOf(now) === "seal") {
    if (now.sealing?.state === "failed") throw thrown(now.sealing.problem);
    if (now.sealing?.state === "pending" || Date.now() > until) {
      const late = now.sealing?.problem;
      say({state: "pending", problem: late ? {code: late.code ?? "", sentence: either(late.message), remedy: either(late.action)} : undefined});
      return null;
    }
    await pause(kAsk, signal);
    now = await api.get(one.self, {signal});
  }
  say({state: "sealed"});
  return now;
}

/**
 * @param {Case} first
 * @param {{enter: boolean, release: boolean}} wish
 * @param {string} key
 * @param {(now: Progress) => void} say
 * @param {AbortSignal} signal
 */
async function whole(first, wish, key, say, signal) {
  /** @type {Case | null} */
  let one = first;
  const asked = stageOf(first);
  if (asked === "seal") one = await seal(first, key, say, signal);
  if (one && stageOf(one) === "enter" && (asked === "enter" || wish.enter)) {
    say({state: "entering"});
    one = await act(one, "register", key, signal);
    say({state: "entered"});
  }
  const known = first.delivery || Boolean(one?.facts?.["delivery"]);
  if (one && stageOf(one) === "release" && one.state === "registered" && known && (asked === "release" || wish.release)) {
    say({state: "releasing"});
    await act(one, "release", key, signal);
    say({state: "released"});
  }
}

/**
 * @param {{cases: Waiting[], wish: {enter: boolean, release: boolean}, key: string, signal: AbortSignal,
 *          progress: (id: string, now: Progress) => void}} what
 * @returns {Promise<Waiting[]>} those that failed
 */
export async function runSeal({cases, wish, key, progress, signal}) {
  const queue = [...cases];
  /** @type {Waiting[]} */
  const failed = [];
  const work = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      const mine = one;
      try {
        await whole(mine, wish, `${key}-${mine.id}`.slice(0, 100), (now) => progress(mine.id, now), signal);
      } catch (problem) {
        if (signal.aborted) return;
        failed.push(mine);
        progress(mine.id, {state: "failed", problem: told(problem)});
      }
    }
  };
  await Promise.all(Array.from({length: kAtOnce}, work));
  return failed;
}

/** @param {State} state */
export function wordsOf(state) {
  return t(`seal.run.${state}`);
}
