// The agent beside a person's signing device, for pages: found, paired, asked for certificates, for
// signatures on a signing-session, and for a sign-in (docs/PROTOCOL.agent.md).

import {api, pause} from "./api.js";
import {t} from "./i18n.js";
import {AgentProblem, demand, findAgent, own} from "./agent_link.js";

export {AgentProblem} from "./agent_link.js";

/** @typedef {"unknown" | "asking_browser" | "away" | "blocked" | "unpaired" | "ready"} AgentState */
/**
 * @typedef {object} Certificate
 * @property {string} certificate base64 DER
 * @property {string[]} chain
 * @property {string} algorithm
 * @property {string} digest
 * @property {string} sha256
 * @property {string} name
 * @property {string} organization
 * @property {string} issuer
 * @property {string} notBefore
 * @property {string} notAfter
 * @property {string} token label of the device
 * @property {"ok" | "low" | "final" | "locked"} pin M-05, M-06
 * @property {AgentProblem | null} problem why it cannot sign
 */
/**
 * How far a batch is. `state`: checking, asking (the PIN), signing, waiting_for_token, delivering.
 * @typedef {object} Progress
 * @property {string} state
 * @property {number} total
 * @property {number} signed
 * @property {string} [case] what was signed last
 * @property {AgentProblem | null} problem what stands in the way now
 */

const kLook = 400;
const kQuiet = 3_000;
const kLost = "agent.callback_lost";
const kKeptCertificate = "antin.agent.certificate";

const link = {port: 0, token: ""};

/** @param {unknown} told */
function problemIn(told) {
  return told ? new AgentProblem(/** @type {import("./agent_link.js").Told} */ (told)) : null;
}

class Agent extends EventTarget {
  /** @type {AgentState} */
  #state = "unknown";
  /** @type {AgentProblem | null} why it is not ready */
  problem = null;

  get state() {
    return this.#state;
  }

  /**
   * Listeners hear "change".
   * @param {AgentState} state
   * @param {AgentProblem | null} problem
   */
  #become(state, problem = null) {
    const changed = state !== this.#state || problem?.code !== this.problem?.code;
    this.#state = state;
    this.problem = problem;
    if (changed) this.dispatchEvent(new Event("change"));
  }

  /**
   * Ready to be asked, or the AgentProblem that says why not: agent.not_running, agent.permission
   * (the browser does not let the page), agent.not_paired.
   * @param {{wanted?: boolean}} [how] the person wants it now
   */
  async find(how = {}) {
    try {
      const found = await findAgent((yes) => { if (yes) this.#become("asking_browser"); }, how.wanted === true);
      link.port = found.port;
      if (!found.paired) throw own("agent.not_paired");
      if (!link.token) await this.#open();
      this.#become("ready");
    } catch (problem) {
      const told = problem instanceof AgentProblem ? problem : own("agent.not_running");
      this.#become(told.code === "agent.permission" ? "blocked" : told.code === "agent.not_paired" ? "unpaired" : "away", told);
      throw told;
    }
  }

  /**
   * Looks until it is ready, and again when it went away; quietly, and not while nobody looks.
   * @param {AbortSignal} signal
   */
  watch(signal) {
    const look = () => { if (document.visibilityState === "visible") this.find().catch(() => undefined); };
    look();
    const timer = window.setInterval(look, kQuiet);
    signal.addEventListener("abort", () => window.clearInterval(timer), {once: true});
  }

  async #open() {
    const body = await demand(link.port, "session", {method: "POST"});
    link.token = String(body["session"]);
  }

  /**
   * A session that is over is opened anew, once.
   * @param {string} path
   * @param {{method?: string, body?: unknown, signal?: AbortSignal}} [how]
   */
  async #ask(path, how = {}) {
    if (!link.port || !link.token) await this.find();
    try {
      return await demand(link.port, path, {...how, token: link.token});
    } catch (problem) {
      const code = problem instanceof AgentProblem ? problem.code : "";
      if (code === "agent.not_paired") this.#become("unpaired", /** @type {AgentProblem} */ (problem));
      if (code !== "agent.session_unknown" && code !== "agent.not_running") throw problem;
      link.token = "";
      await this.find();
      return demand(link.port, path, {...how, token: link.token});
    }
  }

  /**
   * Asks the person at this computer to let this page in.
   * @param {{onCode?: (code: string) => void, signal?: AbortSignal}} [how] shows the six digits; without it
   *   a dialog does
   */
  async pair(how = {}) {
    await this.find({wanted: true}).catch((problem) => { if (problem.code !== "agent.not_paired") throw problem; });
    if (this.#state === "ready") return;
    const begun = await demand(link.port, "pair", {method: "POST"});
    const code = String(begun["code"] ?? "").replace(/^(\d{3})(\d{3})$/, "$1 $2");
    const stop = new AbortController();
    how.signal?.addEventListener("abort", () => stop.abort(), {once: true});
    const done = how.onCode ? () => undefined : showCode(code, () => stop.abort());
    how.onCode?.(code);
    try {
      await this.#follow(begun, () => undefined, stop.signal);
    } finally {
      done();
    }
    await this.find();
  }

  /** This computer lets this page in no longer. */
  async forget() {
    await this.#ask("forget", {method: "POST"});
    link.token = "";
    this.#become("unpaired", own("agent.not_paired"));
  }

  /**
   * What is plugged in. Empty without a device; an AgentProblem when its driver is missing or broken.
   * @returns {Promise<Certificate[]>}
   */
  async certificates() {
    const seen = await this.#ask("certificates");
    /** @type {Record<string, any>[]} */
    const tokens = seen["tokens"] ?? [];
    if (tokens.length === 0 && seen["problem"] && seen["problem"].code !== "agent.token_not_found")
      throw new AgentProblem(seen["problem"]);
    /** @type {Record<string, any>[]} */
    const all = seen["certificates"] ?? [];
    if (tokens.length > 0 && all.length === 0) throw own("agent.no_certificate");
    return all.map((one) => {
      const pin = tokens.find((token) => token["label"] === one["token"])?.["pin"] ?? "ok";
      return {certificate: one["certificate"], chain: one["chain"] ?? [], algorithm: one["algorithm"], digest: one["digest"],
              sha256: one["sha256"], name: one["name"], organization: one["organization"] ?? "", issuer: one["issuer"] ?? "",
              notBefore: one["not_before"], notAfter: one["not_after"], token: one["token"] ?? "",
              pin: pin === "final_try" ? "final" : pin, problem: problemIn(one["problem"])};
    });
  }

  /**
   * Signs what a signing-session prepared. Ends when every signature has been delivered. Throws an
   * AgentProblem; agent.callback_lost means: signed, and the agent goes on sending by itself.
   * @param {{id: string, self: string, certificate_sha256?: string}} session
   * @param {{onProgress?: (progress: Progress) => void, signal?: AbortSignal}} [how]
   */
  async signSession(session, how = {}) {
    const whole = session.certificate_sha256 ? session : await api.get(session.self, {signal: how.signal});
    const {ticket} = await api.post(`${session.self}/ticket`, {}, {signal: how.signal});
    const begun = await this.#ask("sign", {method: "POST", signal: how.signal, body: {
      service: window.location.origin, session: session.id, ticket, certificate_sha256: whole.certificate_sha256}});
    keepCertificate(String(whole.certificate_sha256));
    /** @type {Set<string>} */
    const told = new Set();
    await this.#follow(begun, (job) => {
      /** @type {Progress} */
      const progress = {state: job["state"], total: job["total"] ?? 0, signed: job["signed"] ?? 0, problem: problemIn(job["problem"])};
      for (const item of job["items"] ?? []) {
        if (item["state"] === "checked" || told.has(item["case"])) continue;
        told.add(item["case"]);
        progress.case = item["case"];
      }
      how.onProgress?.(progress);
      if (progress.problem?.code === kLost) throw progress.problem;
    }, how.signal);
  }

  /**
   * The body of POST /api/v1/session/certificate (docs/PROTOCOL.login.md). Pairs first when it must.
   * @param {{nonce: string}} challenge
   * @param {{certificate?: string, onCode?: (code: string) => void, signal?: AbortSignal}} [how] SHA-256 of
   *   the one to use
   */
  async login(challenge, how = {}) {
    try {
      await this.find();
    } catch (problem) {
      if (!(problem instanceof AgentProblem) || problem.code !== "agent.not_paired") throw problem;
      await this.pair({onCode: how.onCode, signal: how.signal});
    }
    const sha256 = how.certificate ?? await this.#usual();
    const begun = await this.#ask("login", {method: "POST", body: {nonce: challenge.nonce, certificate_sha256: sha256}, signal: how.signal});
    const job = await this.#follow(begun, () => undefined, how.signal);
    keepCertificate(sha256);
    return job["login"];
  }

  /** The one used last, else the first that can sign. */
  async #usual() {
    const all = await this.certificates();
    const can = all.filter((one) => one.problem === null);
    const chosen = can.find((one) => one.sha256 === keptCertificate()) ?? can[0];
    const why = all.find((one) => one.problem !== null)?.problem;
    if (!chosen) throw why ?? own("agent.no_certificate");
    return chosen.sha256;
  }

  /**
   * @param {Record<string, any>} begun
   * @param {(job: Record<string, any>) => void} tell
   * @param {AbortSignal} [signal] cancels it
   * @returns {Promise<Record<string, any>>} the job that is done
   */
  async #follow(begun, tell, signal) {
    const path = `jobs/${begun["job"]}`;
    try {
      for (let job = begun; ; job = await demand(link.port, path, {signal})) {
        tell(job);
        if (job["state"] === "done") return job;
        if (job["state"] === "failed" || job["state"] === "cancelled") throw problemIn(job["problem"]) ?? own("agent.answer");
        await pause(kLook, signal);
      }
    } catch (problem) {
      if (signal?.aborted) await demand(link.port, `${path}/cancel`, {method: "POST"}).catch(() => undefined);
      throw problem;
    }
  }
}

/** @param {string} sha256 */
function keepCertificate(sha256) {
  try {
    window.localStorage.setItem(kKeptCertificate, sha256);
  } catch {
    // The first one is taken next time.
  }
}

function keptCertificate() {
  try {
    return window.localStorage.getItem(kKeptCertificate);
  } catch {
    return null;
  }
}

/**
 * Where no page has a place for the six digits.
 * @param {string} code
 * @param {() => void} cancel
 * @returns {() => void} takes it away
 */
function showCode(code, cancel) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", t("agent.code_title"));
  const digits = document.createElement("p");
  digits.className = "agent-code";
  digits.textContent = code;
  const words = document.createElement("p");
  words.textContent = t("agent.code");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = t("agent.code_cancel");
  button.addEventListener("click", cancel);
  dialog.addEventListener("cancel", cancel);
  dialog.append(words, digits, button);
  document.body.append(dialog);
  dialog.showModal();
  return () => { dialog.close(); dialog.remove(); };
}

export const agent = new Agent();
