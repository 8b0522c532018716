// The agent beside the officer's token, as these pages use it: looked for until it is there, looked
// at again until the token is in, and every failure a sentence with what to do.

import {sentenceOf} from "../../core/api.js";

/** @typedef {{code: string, sentence: string, remedy: string}} Words */
/**
 * A certificate of a token that is plugged in.
 * @typedef {object} Certificate
 * @property {string} certificate base64 DER
 * @property {string[]} chain
 * @property {string} [algorithm]
 * @property {string} [digest]
 * @property {string} sha256
 * @property {string} name
 * @property {string} issuer
 * @property {string} notAfter
 * @property {string} token
 * @property {"ok" | "low" | "final" | "locked"} pin
 * @property {Words | null} problem why it cannot sign
 */
/** @typedef {{kind: "looking" | "away" | "no_token" | "ready", problem: Words | null, certificates: Certificate[]}} DeviceState */

const kEvery = 2_500;
const kAgent = "../../core/agent.js";

/**
 * Loaded when somebody is about to sign, not before.
 * @returns {Promise<any>}
 */
async function theAgent() {
  return (await import(kAgent)).agent;
}

/**
 * @param {unknown} problem
 * @returns {Words}
 */
function words(problem) {
  const told = /** @type {{code?: string, sentence?: string, remedy?: string}} */ (problem instanceof Error ? problem : {});
  return {code: told.code ?? "page.error", sentence: told.sentence || sentenceOf(problem), remedy: told.remedy ?? ""};
}

/** @returns {Promise<DeviceState>} */
async function look() {
  try {
    const agent = await theAgent();
    await agent.find();
    /** @type {Certificate[]} */
    const certificates = await agent.certificates();
    return {kind: certificates.length ? "ready" : "no_token", problem: null, certificates};
  } catch (problem) {
    return {kind: "away", problem: words(problem), certificates: []};
  }
}

export const device = {
  words,
  look,

  /**
   * Tells what is there whenever it changes; looks again by itself.
   * @param {(state: DeviceState) => void} draw
   * @param {AbortSignal} signal
   */
  watch(draw, signal) {
    let before = "";
    let busy = false;
    let held = false;
    const again = async () => {
      if (busy || held || signal.aborted) return;
      busy = true;
      const state = await look();
      busy = false;
      if (signal.aborted || held) return;
      const now = JSON.stringify(state);
      if (now === before) return;
      before = now;
      draw(state);
    };
    void again();
    const timer = window.setInterval(() => { if (document.visibilityState === "visible") void again(); }, kEvery);
    signal.addEventListener("abort", () => window.clearInterval(timer));
    return {
      again: () => { before = ""; return again(); },
      /** @param {boolean} yes nobody asks while it signs */
      hold(yes) { held = yes; },
    };
  },

  /** Asks the person at this computer to let this page in. */
  async pair(/** @type {(code: string) => void} */ onCode) {
    await (await theAgent()).pair({onCode});
  },

  /**
   * Ends when the agent has delivered what it signed; throws an AgentProblem otherwise.
   * @param {{id: string, self: string}} session
   * @param {{signal: AbortSignal, onCase: (id: string) => void, onWait: (problem: Words | null) => void}} tell
   *   onCase: the device has signed it; onWait: what stands in the way now (a token that was pulled)
   * @returns {Promise<void>}
   */
  async sign(session, {signal, onCase, onWait}) {
    await (await theAgent()).signSession(session, {signal, onProgress: (/** @type {{case?: string, problem?: Error | null}} */ now) => {
      if (now.case) onCase(now.case);
      onWait(now.problem ? words(now.problem) : null);
    }});
  },
};
