// Signing in over the page: what stands there is covered and kept.

import {api} from "./api.js";
import {dialog} from "./dialog.js";
import {field, form, setError} from "./form.js";
import {lang, setLang, t} from "./i18n.js";
import {announce, button, h, icon, problemNotice, replace} from "./ui.js";

/** @typedef {import("./session.js").Me} Me */

/**
 * Shows the sign-in until somebody has signed in. `account`: whose page it is; "" when nobody's yet.
 * @param {string} account
 * @returns {Promise<Me>}
 */
export function signIn(account) {
  return new Promise((resolve) => {
    const again = account !== "";
    const words = () => t(again ? "core.sign_in_again" : "core.sign_in");
    const shown = dialog({title: words(), class: "sign-in", closable: false});
    const language = h("button", {type: "button", class: "button button-quiet", on: {click: () => {
      setLang(lang() === "vi" ? "en" : "vi");
      draw();
    }}});
    const head = shown.element.querySelector(".dialog-head");
    // Over a page that somebody works on nothing but the sign-in is drawn anew.
    if (!again) head?.append(language);
    let over = new AbortController();
    /** @param {Me} me */
    const done = (me) => {
      over.abort();
      document.documentElement.classList.remove("covered");
      shown.close("");
      resolve(me);
    };
    /** @param {Me} me */
    const arrived = (me) => {
      if (me.must_change_password) changing(me, "");
      else done(me);
    };
    /** @param {Me} me @param {string} old */
    const changing = (me, old) => {
      language.hidden = true;
      replace(shown.body, changePassword(me, old, done));
    };
    const draw = () => {
      over.abort();
      over = new AbortController();
      const title = head?.querySelector("h2");
      if (title) title.textContent = words();
      language.textContent = t("core.other_language");
      language.lang = lang() === "vi" ? "en" : "vi";
      replace(shown.body, ...ways(account, arrived, changing, over.signal));
    };
    document.documentElement.classList.add("covered");
    draw();
    shown.open();
  });
}

/**
 * @param {string} account
 * @param {(me: Me) => void} arrived
 * @param {(me: Me, old: string) => void} changing the password was for one use
 * @param {AbortSignal} signal until somebody has signed in
 */
function ways(account, arrived, changing, signal) {
  const again = account !== "";
  const state = h("div", {class: "sign-in-state"});
  const name = field({id: "sign-in-account", name: "account", label: t("core.account"), required: true, value: account,
                      readonly: again, autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: 64,
                      autofocus: !again});
  const secret = field({id: "sign-in-password", name: "password", label: t("core.password"), required: true,
                        type: "password", autocomplete: "current-password", maxlength: 256, autofocus: again,
                        on: {keyup: capsLock}});
  const made = form({class: "sign-in-form", submit: async (typed) => {
    replace(state);
    // A password is sent as it was typed: no trimming, but in the one form of Unicode.
    const box = made.querySelector("#sign-in-password");
    const password = box instanceof HTMLInputElement ? box.value.normalize("NFC") : "";
    /** @type {Me} */
    const me = await api.post("/api/v1/session", {account: typed.account, password}, {signIn: false});
    if (me.must_change_password) {
      await api.get("/api/v1/session", {signIn: false}).catch(() => null);
      changing(me, password);
      return;
    }
    arrived(me);
  }}, again ? h("p", null, t("core.sign_in_again_hint")) : null, name, secret, state,
  h("div", {class: "actions"}, button(t("core.sign_in"), {type: "submit", kind: "primary"}),
    again ? button(t("core.someone_else"), {kind: "quiet", click: () => window.location.reload()}) : null));
  return [made, byCertificate(arrived, signal)];
}

/** @param {Event} event */
function capsLock(event) {
  if (!(event instanceof KeyboardEvent) || !(event.target instanceof HTMLInputElement)) return;
  const box = event.target.closest("form");
  if (box) setError(box, "password", event.getModifierState("CapsLock") ? t("core.caps_lock") : "");
  if (event.getModifierState("CapsLock")) event.target.removeAttribute("aria-invalid");
}

/**
 * By certificate: offered, and taken up by itself where this browser has met the agent before. Elsewhere
 * nobody is asked whether the page may reach this computer before the person wants it.
 * @param {(me: Me) => void} arrived
 * @param {AbortSignal} signal
 */
function byCertificate(arrived, signal) {
  const place = h("div", {class: "sign-in-certificate"});
  const open = async () => {
    try {
      const {certificatePanel} = await import("../pages/signin_certificate.js");
      if (!signal.aborted) replace(place, or(), certificatePanel({signal, arrived}));
    } catch (problem) {
      replace(place, or(), problemNotice(problem));
    }
  };
  const or = () => h("p", {class: "or"}, t("core.or"));
  replace(place, or(), button(t("core.sign_in_certificate"), {icon: "lock", click: open}));
  if (metBefore()) void open();
  return place;
}

/** Whether the agent was found from this browser once (agent_link.js keeps where). */
function metBefore() {
  try {
    return window.localStorage.getItem("antin.agent.port") !== null;
  } catch {
    return false;
  }
}

/**
 * A password for one use is changed before anything else.
 * @param {Me} me
 * @param {string} old "": it is asked
 * @param {(me: Me) => void} done
 */
function changePassword(me, old, done) {
  announce(t("core.change_password"));
  /** @param {string} id */
  const typed = (id) => {
    const box = made.querySelector(`#${id}`);
    return box instanceof HTMLInputElement ? box.value.normalize("NFC") : "";
  };
  const made = form({
    class: "sign-in-form",
    check: () => {
      /** @type {Record<string, string>} */
      const wrong = {};
      if (typed("password-new") !== typed("password-repeat")) wrong.repeat = t("core.password_differs");
      return wrong;
    },
    submit: async () => {
      const headers = {"X-Antin-Token": me.csrf};
      done(await api.post("/api/v1/session/password", {old: old || typed("password-old"), new: typed("password-new")},
                          {signIn: false, headers}));
    },
  },
  h("h3", null, icon("lock"), " ", t("core.change_password")), h("p", null, t("core.change_password_hint")),
  h("input", {type: "text", name: "account", value: me.account, autocomplete: "username", readonly: true,
              class: "visually-hidden", tabindex: "-1", "aria-label": t("core.account")}),
  old ? null : field({id: "password-old", name: "old", label: t("core.password_old"), type: "password", required: true,
                      autocomplete: "current-password", maxlength: 256}),
  field({id: "password-new", name: "new", label: t("core.password_new"), hint: t("core.password_hint"), type: "password",
         required: true, autocomplete: "new-password", maxlength: 256}),
  field({id: "password-repeat", name: "repeat", label: t("core.password_repeat"), type: "password", required: true,
         autocomplete: "new-password", maxlength: 256}),
  h("div", {class: "actions"}, button(t("core.change_password"), {type: "submit", kind: "primary"})));
  return made;
}
