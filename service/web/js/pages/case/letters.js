// Letters about a case (C-05, C-15, R-03): written here, kept with the case.

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {field, form} from "../../core/form.js";
import {button, h} from "../../core/ui.js";
import {draft} from "../../core/drafts.js";
import {either, t} from "../../core/i18n.js";
import {opens} from "../work/opens.js";
import {session} from "../../core/session.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */

/**
 * @param {CaseFacts} one
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
export function lettersOf(one, doing) {
  if (one.letters.length === 0 || !["reception", "officer", "clerk"].some((right) => session.has(right))) return null;
  return h("section", {class: "card"}, h("h2", null, t("case.letters")), h("div", {class: "actions"}, one.letters.map((letter) =>
    button(t("case.letters.write", {letter: either(letter.text)}), {click: opens(() => write(one, letter, doing))}))));
}

/**
 * @param {CaseFacts} one
 * @param {CaseFacts["letters"][number]} letter
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
async function write(one, letter, doing) {
  const known = (/** @type {string} */ name) => (typeof one.facts[name] === "string" ? String(one.facts[name]) : "");
  const kept = draft(`case/${one.id}/letter-${letter.letter}`);
  const body = form({submit: async (typed) => {
    const facts = Object.fromEntries(["receiver", "explanation"].filter((name) => typed[name]).map((name) => [name, typed[name] ?? ""]));
    await api.post(`${one.self}/letters`, {letter: letter.letter, version: one.version, facts});
    kept.clear();
    asked.close("done");
  }},
  field({id: "letter-receiver", name: "receiver", label: t("case.letters.receiver"), value: known("receiver") || session.name().slice(0, 60), maxlength: "60", required: true}),
  ["appointment", "printout"].includes(letter.letter) ? null
    : field({id: "letter-explanation", name: "explanation", label: t("case.letters.explanation"), type: "textarea", value: known("explanation"), maxlength: "2000"}),
  h("div", {class: "actions"}, button(t("case.letters.write", {letter: either(letter.text)}), {kind: "primary", type: "submit"}),
                               button(t("case.back"), {click: () => asked.close("")})));
  const asked = dialog({title: either(letter.text)}, body);
  kept.follow(body);
  if ((await asked.open()) === "done") await doing(async () => undefined, t("case.letters.written", {letter: either(letter.text)}));
}
