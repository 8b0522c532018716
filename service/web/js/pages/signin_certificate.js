// Signing in with the officer's certificate (docs/PROTOCOL.login.md): what is missing is said and gone
// by itself when it is there; the agent composes what is signed and asks for the PIN.

import {api, isProblem} from "../core/api.js";
import {agent} from "../core/agent.js";
import {t, use} from "../core/i18n.js";
import {style} from "../core/router.js";
import {announce, button, h, notice, problemNotice, replace} from "../core/ui.js";
import {text} from "../text/officer.js";
import {device} from "./officer/device.js";
import {devicePanel, wordsNotice} from "./officer/device_panel.js";

use(text);

/** @typedef {import("../core/session.js").Me} Me */

const kCss = "/web/css/officer.css";

/**
 * A sign-in that the person took too long for begins anew by itself, but only once.
 * @param {string} certificate SHA-256
 * @param {AbortSignal} signal
 * @returns {Promise<Me>}
 */
async function signIn(certificate, signal) {
  for (let tries = 0; ; tries += 1) {
    const challenge = await api.get("/api/v1/session/challenge", {signIn: false, signal});
    const signed = await agent.login(challenge, {certificate, signal});
    try {
      return await api.post("/api/v1/session/certificate", signed, {signIn: false, signal});
    } catch (problem) {
      if (tries > 0 || !isProblem(problem) || problem.code !== "session.challenge") throw problem;
    }
  }
}

/** @param {unknown} problem what the service says, or the agent */
function told(problem) {
  return isProblem(problem) && problem.status > 0 ? problemNotice(problem) : wordsNotice(device.words(problem));
}

/**
 * @param {{signal: AbortSignal, arrived: (me: Me) => void}} props `signal`: until somebody has signed in
 * @returns {HTMLElement}
 */
export function certificatePanel({signal, arrived}) {
  style(kCss);
  const state = h("div", {class: "sign-in-state", "aria-live": "polite"});
  const begin = button(t("core.sign_in_certificate"), {kind: "primary", icon: "lock", disabled: true, click: async () => {
    const chosen = panel.certificate();
    if (!chosen) return;
    panel.hold(true);
    replace(state, notice("info", t("core.agent_asks")));
    announce(t("core.agent_asks"));
    try {
      arrived(await signIn(chosen.sha256, signal));
    } catch (problem) {
      panel.hold(false);
      replace(state, told(problem));
      state.scrollIntoView({block: "nearest"});
    }
  }});
  const panel = devicePanel({signal, changed: () => { begin.disabled = panel.certificate() === null; }});
  return h("div", {class: "sign-in-device"}, panel.element, state, h("div", {class: "actions"}, begin));
}
