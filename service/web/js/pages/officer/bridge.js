// The bridge to the signing tool that offices have (S-15, docs/PROTOCOL.officer.md): the page asks
// for two addresses, hands them to the tool on this computer, and looks whether the file came.

import {api, pause, Problem} from "../../core/api.js";
import {button, h, notice} from "../../core/ui.js";
import {date, dateTime, t} from "../../core/i18n.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {{case: string, version: number, upload: string, document: string, file_name: string, expires: string}} Upload */

const kTool = "wss://127.0.0.1:8987/SignApproved";
const kAsk = 1500;

/**
 * @param {string} key of the words
 * @param {string} [said] by the tool
 */
function failed(key, said) {
  const words = said ? `${t(key)} ${said}` : t(key);
  const what = t(`${key}_do`);
  return new Problem({status: 0, code: `page.${key.replace("officer.", "")}`, title: words, message: {vi: words, en: words},
                      action: {vi: what, en: what}});
}

/**
 * Hands the addresses to the tool. Ends with what the tool answers; null when it cannot be reached.
 * @param {Upload} upload
 * @param {Waiting} one
 * @param {AbortSignal} signal
 * @returns {Promise<{Status?: number | boolean, Message?: string} | null>}
 */
function call(upload, one, signal) {
  const absolute = (/** @type {string} */ path) => new URL(path, window.location.origin).href;
  return new Promise((resolve) => {
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new WebSocket(kTool);
    } catch {
      resolve(null);
      return;
    }
    signal.addEventListener("abort", () => socket.close());
    socket.addEventListener("open", () => socket.send(JSON.stringify({
      FileUploadHandler: absolute(upload.upload), SessionId: "", JWTToken: "", FileName: absolute(upload.document),
      DocNumber: one.number ?? "", IssuedDate: new Date().toISOString(), MetaData: []})));
    socket.addEventListener("message", (event) => {
      try {
        resolve(JSON.parse(String(event.data)));
      } catch {
        resolve({Status: -1, Message: ""});
      }
      socket.close();
    });
    socket.addEventListener("error", () => resolve(null));
    socket.addEventListener("close", () => resolve(null));
  });
}

/**
 * Whether a signature came since this page read the case. That the case is another one now says
 * nothing: somebody may have voided it, and the second of two signers leaves its state as it is.
 * @param {Waiting} one
 * @param {{version: number}} now
 * @param {AbortSignal} signal
 */
async function signedSince(one, now, signal) {
  if (now.version === one.version) return false;
  /** @type {{events: {number: number, action: string}[]}} */
  const told = await api.get(`${one.self}/events`, {signal});
  if (told.events.some((event) => event.number > one.version && event.action === "officer_sign")) return true;
  throw failed("officer.bridge.changed");
}

/** @param {string} value @param {string} label */
function copyable(value, label) {
  return h("p", {class: "copyable"}, h("span", null, `${label}: `), h("code", null, value),
           button(t("officer.other.copy"), {kind: "quiet", click: () => navigator.clipboard.writeText(value)}));
}

/**
 * Ends when the case has its signature; throws a Problem when the address was used up or is over.
 * @param {{one: Waiting, signal: AbortSignal, say: (child: Node) => void}} props
 */
export async function bridge({one, signal, say}) {
  /** @type {Upload} */
  const upload = await api.post("/api/v1/uploads", {case: one.id, version: one.version}, {signal});
  /** @type {{answer: {Status?: number | boolean, Message?: string} | null, over: boolean}} */
  const tool = {answer: null, over: false};
  void call(upload, one, signal).then((answer) => {
    tool.answer = answer;
    tool.over = true;
  });
  const addresses = h("details", null, h("summary", null, t("officer.bridge.by_hand")),
    copyable(new URL(upload.document, window.location.origin).href, "FileName"),
    copyable(new URL(upload.upload, window.location.origin).href, "FileUploadHandler"));
  say(notice("info", t("officer.bridge.waiting", {until: dateTime(upload.expires).replace(` ${date(upload.expires)}`, "")}), addresses));
  let told = false;
  for (;;) {
    if (await signedSince(one, await api.get(one.self, {signal}), signal)) return;
    // Used up without the case having gone on: the file was refused.
    const open = await fetch(upload.document, {method: "HEAD", signal, cache: "no-store"});
    if (!open.ok) {
      if (await signedSince(one, await api.get(one.self, {signal}), signal)) return;
      const late = Date.now() >= Date.parse(upload.expires);
      throw failed(late ? "officer.bridge.expired" : "officer.bridge.refused", late ? "" : tool.answer?.Message);
    }
    if (tool.over && !told) {
      told = true;
      say(tool.answer === null ? notice("warning", t("officer.bridge.no_tool"), h("p", null, t("officer.bridge.no_tool_do")), addresses)
        : notice("info", t("officer.bridge.tool_said", {said: tool.answer.Message || "–"}), addresses));
    }
    await pause(kAsk, signal);
  }
}
