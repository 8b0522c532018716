// The service's interface. A request that is refused because nobody is signed in any more waits
// for the sign-in over the page and is then made again: nothing that was typed is lost.

import {either, t} from "./i18n.js";

/**
 * What went wrong, as the service or this page says it: an application/problem+json (RFC 9457).
 */
export class Problem extends Error {
  /**
   * @param {{status: number, code: string, title?: string, message?: {vi?: string, en?: string},
   *          action?: {vi?: string, en?: string}, parameter?: string, request?: string, retryAfter?: number,
   *          more?: Record<string, any>}} told
   */
  constructor(told) {
    super(told.title || told.code);
    this.name = "Problem";
    this.status = told.status;
    this.code = told.code;
    this.title = told.title ?? told.code;
    this.vi = told.message?.vi ?? "";
    this.en = told.message?.en ?? "";
    this.action = told.action ?? {};
    /** The field that is wrong, when the service names one. */
    this.parameter = told.parameter ?? "";
    this.request = told.request ?? "";
    this.retryAfter = told.retryAfter ?? 0;
    /** Everything that the service said, for those who know what else is in it. @type {Record<string, any>} */
    this.more = told.more ?? {};
  }

  /** What happened, in the language that is read now. */
  get sentence() {
    return either({vi: this.vi || this.title, en: this.en || this.title});
  }

  /** What to do. */
  get remedy() {
    return either(this.action);
  }
}

/**
 * @typedef {object} Options
 * @property {Record<string, string | number | boolean | null | undefined>} [query]
 * @property {Record<string, string>} [headers]
 * @property {string} [idempotencyKey]
 * @property {AbortSignal} [signal]
 * @property {boolean} [signIn] false: a 401 is thrown and not answered with the sign-in
 * @property {(share: number) => void} [onProgress] of what is sent, 0 to 1
 * @property {(state: string) => void} [onJob] told each time a job is asked for
 */

/** @typedef {{status: number, header: (name: string) => string, blob: () => Promise<Blob>, json: () => Promise<unknown>}} Answer */

const shared = {
  csrf: "",
  /** @type {(() => Promise<void>) | null} */
  askSignIn: null,
  /** @type {Promise<void> | null} */
  asking: null,
};

/**
 * Who makes people sign in (core/session.js).
 * @param {() => Promise<void>} ask
 */
export function onSignInNeeded(ask) {
  shared.askSignIn = ask;
}

/**
 * The session's token, which every request that changes something carries.
 * @param {string} token
 */
export function setToken(token) {
  shared.csrf = token;
}

/** One sign-in for all requests that wait for it. */
function signedIn() {
  if (!shared.askSignIn) return Promise.reject(new Error("nobody asks for the sign-in"));
  shared.asking ??= shared.askSignIn().finally(() => { shared.asking = null; });
  return shared.asking;
}

/**
 * @param {string} path
 * @param {Options["query"]} query
 */
function address(path, query) {
  if (!path.startsWith("/") || path.startsWith("//")) throw new TypeError("a path of this service begins with one /");
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") given.set(name, String(value));
  }
  const written = given.toString();
  return written ? `${path}?${written}` : path;
}

/** What the browser says when there is no answer at all. */
function unreachable() {
  const both = {vi: "Không kết nối được với hệ thống.", en: "The service cannot be reached."};
  const what = {vi: "Kiểm tra mạng rồi thử lại; những gì đã nhập vẫn được giữ trên máy này.",
                en: "Check the network and try again; what you typed is kept on this computer."};
  return new Problem({status: 0, code: "page.unreachable", title: both.en, message: both, action: what});
}

/**
 * @param {string} method
 * @param {string} url
 * @param {BodyInit | null} body
 * @param {Record<string, string>} headers
 * @param {Options} options
 * @returns {Promise<Answer>}
 */
async function plain(method, url, body, headers, options) {
  try {
    const answer = await fetch(url, {method, body, headers, signal: options.signal, credentials: "same-origin",
                                     redirect: "error", cache: "no-store"});
    return {status: answer.status, header: (name) => answer.headers.get(name) ?? "", blob: () => answer.blob(),
            json: () => answer.json()};
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw unreachable();
  }
}

/**
 * fetch() does not tell how much of a body has gone.
 * @param {string} method
 * @param {string} url
 * @param {BodyInit | null} body
 * @param {Record<string, string>} headers
 * @param {Options} options
 * @returns {Promise<Answer>}
 */
function withProgress(method, url, body, headers, options) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "blob";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      /** @type {Blob} */
      const blob = request.response;
      resolve({status: request.status, header: (name) => request.getResponseHeader(name) ?? "",
               blob: () => Promise.resolve(blob), json: async () => JSON.parse(await blob.text())});
    });
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    options.signal?.addEventListener("abort", () => request.abort());
    request.send(/** @type {XMLHttpRequestBodyInit | null} */ (body));
  });
}

/**
 * @param {Answer} answer
 * @returns {Promise<Problem>}
 */
async function problemOf(answer) {
  /** @type {{code?: string, title?: string, message?: {vi?: string, en?: string}, action?: {vi?: string, en?: string},
   *          parameter?: string, request_id?: string} | null} */
  let told = null;
  if (answer.header("content-type").includes("json")) {
    told = await answer.json().then((body) => /** @type {typeof told} */ (body), () => null);
  }
  const broken = {vi: "Hệ thống trả lời không đúng quy cách.", en: "The service's answer cannot be understood."};
  return new Problem({status: answer.status, code: told?.code ?? "page.answer", title: told?.title,
                      message: told?.message ?? broken, action: told?.action, parameter: told?.parameter,
                      request: told?.request_id, retryAfter: Number(answer.header("retry-after")) || 0,
                      more: told ?? {}});
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} content
 * @param {Options} options
 * @returns {Promise<Answer>}
 */
async function ask(method, path, content, options) {
  const url = address(path, options.query);
  /** @type {BodyInit | null} */
  let body = null;
  /** @type {Record<string, string>} */
  const given = {Accept: "application/json, application/problem+json", ...options.headers};
  if (content instanceof FormData || content instanceof Blob) {
    body = content;
    if (content instanceof Blob && content.type) given["Content-Type"] = content.type;
  } else if (content !== undefined) {
    body = JSON.stringify(content);
    given["Content-Type"] = "application/json";
  }
  if (options.idempotencyKey) given["Idempotency-Key"] = options.idempotencyKey;
  for (;;) {
    const headers = {...given};
    if (method !== "GET" && shared.csrf) headers["X-Antin-Token"] = shared.csrf;
    const send = options.onProgress && body !== null ? withProgress : plain;
    const answer = await send(method, url, body, headers, options);
    if (answer.status < 400) return answer;
    const problem = await problemOf(answer);
    const asked = answer.status === 401 && options.signIn !== false && shared.askSignIn !== null;
    if (!asked) throw problem;
    await signedIn();
  }
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends it with an AbortError
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      window.clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    }, {once: true});
  });
}

/**
 * The result of a job, once it has ended; throws its problem.
 * @param {string} location of the job
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
async function job(location, options = {}) {
  for (;;) {
    const answer = await ask("GET", location, undefined, {...options, query: undefined, onProgress: undefined});
    const told = /** @type {{state: string, result: unknown, problem: ConstructorParameters<typeof Problem>[0] | null}} */ (
      await answer.json());
    options.onJob?.(told.state);
    if (told.state === "done") return told.result;
    if (told.state === "failed") throw new Problem({...(told.problem ?? {status: 500, code: "page.answer"})});
    await pause((Number(answer.header("retry-after")) || 1) * 1000, options.signal);
  }
}

/**
 * @param {Answer} answer
 * @param {Options} options
 */
async function content(answer, options) {
  const location = answer.header("location");
  if (answer.status === 202 && location.startsWith("/api/v1/jobs/")) return job(location, options);
  if (answer.status === 204) return null;
  return answer.header("content-type").includes("json") ? answer.json() : answer.blob();
}

/** @param {string} method */
const sending = (method) => {
  /**
   * @param {string} path
   * @param {unknown} [body] JSON, FormData or a Blob with its type
   * @param {Options} [options]
   * @returns {Promise<any>}
   */
  const send = async (path, body, options = {}) => content(await ask(method, path, body, options), options);
  return send;
};

export const api = {
  /**
   * @param {string} path
   * @param {Options} [options]
   * @returns {Promise<any>} JSON as parsed; a job's result when it became one
   */
  get: async (path, options = {}) => content(await ask("GET", path, undefined, options), options),
  post: sending("POST"),
  put: sending("PUT"),
  patch: sending("PATCH"),
  delete: sending("DELETE"),
  /**
   * A document or picture.
   * @param {string} path
   * @param {Options} [options]
   * @returns {Promise<Blob>}
   */
  blob: async (path, options = {}) =>
    (await ask("GET", path, undefined, {...options, headers: {Accept: "*/*", ...options.headers}})).blob(),
  job,
};

/** For everything that signs or numbers: the same for each try of the same thing. */
export function idempotencyKey() {
  return crypto.randomUUID();
}

/**
 * @param {unknown} thrown
 * @returns {thrown is Problem}
 */
export function isProblem(thrown) {
  return thrown instanceof Problem;
}

/**
 * A sentence for anything thrown.
 * @param {unknown} thrown
 */
export function sentenceOf(thrown) {
  return isProblem(thrown) ? thrown.sentence : t("core.failed");
}
