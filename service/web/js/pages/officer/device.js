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
/** @typedef {{kind: "looking" | "asking" | "away" | "no_token" | "ready", problem: Words | null, certificates: Certificate[]}} DeviceState */

const kEvery = 2_500;
/** So long nothing is said of the browser's question: most often it was answered before. */
const kAsksFor = 700;
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

/**
 * @param {boolean} wanted by the person
 * @returns {Promise<DeviceState>}
 */
async function look(wanted = false) {
  try {
    const agent = await theAgent();
    await agent.find({wanted});
    /** @type {Certificate[]} */
    const certificates = await agent.certificates();
    return {kind: certificates.length ? "ready" : "no_token", problem: null, certificates};
  } catch (problem) {
    return {kind: "away", problem: words(problem), certificates: []};
  }
}

/** SHA-256 of the certificate that this computer signed with last; agent.js keeps it. */
function usual() {
  try {
    return window.localStorage.getItem("antin.agent.certificate") ?? "";
  } catch {
    return "";
  }
}

export const device = {
  words,
  look,
  usual,

  /**
   * Tells what is there whenever it changes; looks again by itself.
   * @param {(state: DeviceState) => void} draw
   * @param {AbortSignal} signal
   */
  watch(draw, signal) {
    let before = "";
    let busy = false;
    let held = false;
    const again = async (/** @type {boolean} */ wanted) => {
      if (busy || held || signal.aborted) return;
      busy = true;
      const asks = window.setTimeout(async () => {
        if ((await theAgent()).state !== "asking_browser" || !busy || signal.aborted) return;
        before = "";
        draw({kind: "asking", problem: null, certificates: []});
      }, kAsksFor);
      const state = await look(wanted);
      window.clearTimeout(asks);
      busy = false;
      if (signal.aborted || held) return;
      const now = JSON.stringify(state);
      if (now === before) return;
      before = now;
      draw(state);
    };
    void again(false);
    const timer = window.setInterval(() => { if (document.visibilityState === "visible") void again(false); }, kEvery);
    signal.addEventListener("abort", () => window.clearInterval(timer));
    return {
      again: () => { before = ""; return again(true); },
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
