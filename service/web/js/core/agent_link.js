// How the agent on this computer is reached: which port, what the browser allows, and its answers.

import {Problem} from "./api.js";
import {use} from "./i18n.js";
import {text} from "../text/agent.js";

use(text);

const kPorts = [8988, 8989, 8990, 8991];
const kKeptPort = "antin.agent.port";
const kRoot = "/antin-agent/1/";
// Where nobody listens that is told at once; this is for a computer that has other work.
const kHelloWithin = 8_000;
const kAnswerWithin = 45_000;
/** The browser's question stays until the person answers it. */
const kAskedWithin = 120_000;
/** Nobody there is told at once; a question that was closed unanswered took a person's time. */
const kTooQuickForAPerson = 1_500;

/** @typedef {{code?: string, message?: {vi?: string, en?: string}, action?: {vi?: string, en?: string}, status?: number}} Told */

/** Anything that goes wrong between a page and the agent; `sentence` and `remedy` are for the person. */
export class AgentProblem extends Problem {
  /** @param {Told} told */
  constructor(told) {
    super({status: told.status ?? 0, code: told.code ?? "agent.answer", message: told.message, action: told.action});
    this.name = "AgentProblem";
  }
}

/**
 * A problem that only the page can know of.
 * @param {"agent.not_running" | "agent.permission" | "agent.not_paired" | "agent.answer" | "agent.no_certificate"} code
 */
export function own(code) {
  const both = (/** @type {string} */ key) => ({vi: word("vi", key), en: word("en", key)});
  return new AgentProblem({code, message: both(code), action: both(`${code}_what`)});
}

/**
 * @param {"vi" | "en"} language
 * @param {string} key
 */
function word(language, key) {
  /** @type {Record<string, string>} */
  const words = text[language];
  return words[key] ?? key;
}

/**
 * What the browser says about pages that reach this computer: browsers that ask have one of these names
 * for it; others let the page or keep it out, and do not say.
 * @returns {Promise<"granted" | "denied" | "prompt" | "unknown">}
 */
export async function permission() {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const status = await navigator.permissions.query({name: /** @type {PermissionName} */ (name)});
      return status.state;
    } catch {
      // This browser does not know the name.
    }
  }
  return "unknown";
}

/** @param {number} port */
function base(port) {
  return `http://127.0.0.1:${port}${kRoot}`;
}

/** @returns {number | null} */
function keptPort() {
  try {
    const port = Number(window.localStorage.getItem(kKeptPort));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

/** @param {number} port */
function keepPort(port) {
  try {
    window.localStorage.setItem(kKeptPort, String(port));
  } catch {
    // It is looked for again next time.
  }
}

/**
 * @param {number} port
 * @param {string} path
 * @param {{method?: string, body?: unknown, token?: string, within: number, signal?: AbortSignal}} how
 * @returns {Promise<{status: number, body: Record<string, any>}>}
 */
export async function ask(port, path, how) {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), how.within);
  const give = () => stop.abort();
  how.signal?.addEventListener("abort", give, {once: true});
  /** @type {Record<string, string>} */
  const headers = {};
  if (how.token) headers["X-Antin-Agent-Session"] = how.token;
  if (how.method === "POST") headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(base(port) + path, {
      method: how.method ?? "GET", headers, body: how.method === "POST" ? JSON.stringify(how.body ?? {}) : null,
      mode: "cors", credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer", signal: stop.signal});
    const body = await answer.json().catch(() => null);
    if (typeof body !== "object" || body === null) throw own("agent.answer");
    return {status: answer.status, body};
  } finally {
    window.clearTimeout(timer);
    how.signal?.removeEventListener("abort", give);
  }
}

/**
 * @param {number} port
 * @param {number} within
 */
async function hello(port, within) {
  const {body} = await ask(port, "hello", {within});
  if (body["agent"] !== "antin-agent" || body["protocol"] !== 1) throw own("agent.answer");
  return {port, paired: body["paired"] === true};
}

// A browser that is made to ask again and again lets nobody ask any more.
const question = {closed: false};

/**
 * Where the agent is. While the browser asks the person, `asking` is told and the page waits. Who closed
 * the browser's question without an answer is asked again only when they want it.
 * @param {(yes: boolean) => void} asking
 * @param {boolean} wanted by the person, not by the page's own looking
 * @returns {Promise<{port: number, paired: boolean}>}
 */
export async function findAgent(asking, wanted) {
  const before = await permission();
  if (before !== "prompt" || wanted) question.closed = false;
  if (before === "denied" || question.closed) throw own("agent.permission");
  const begun = performance.now();
  const ports = [...new Set([keptPort(), ...kPorts])].filter((port) => port !== null);
  const asks = before === "prompt";
  if (asks) asking(true);
  try {
    const found = await Promise.any(ports.map((port) => hello(Number(port), asks ? kAskedWithin : kHelloWithin)));
    keepPort(found.port);
    return found;
  } catch (all) {
    const after = await permission();
    // What was answered, by whomever, the browser let through: then it asked nobody.
    const answered = /** @type {AggregateError} */ (all).errors.some((one) => one instanceof AgentProblem);
    question.closed = asks && !answered && after === "prompt" && performance.now() - begun > kTooQuickForAPerson;
    throw own(after === "denied" || question.closed ? "agent.permission" : "agent.not_running");
  } finally {
    if (asks) asking(false);
  }
}

/**
 * An answer of the agent, or what it says is wrong.
 * @param {number} port
 * @param {string} path
 * @param {{method?: string, body?: unknown, token?: string, signal?: AbortSignal}} how
 * @returns {Promise<Record<string, any>>}
 */
export async function demand(port, path, how) {
  let answer;
  try {
    answer = await ask(port, path, {...how, within: kAnswerWithin});
  } catch (problem) {
    if (problem instanceof AgentProblem) throw problem;
    if (how.signal?.aborted) throw new DOMException("stopped", "AbortError");
    throw own(await permission() === "denied" ? "agent.permission" : "agent.not_running");
  }
  if (answer.status >= 400) throw new AgentProblem({...answer.body, status: answer.status});
  return answer.body;
}
