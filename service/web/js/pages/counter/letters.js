// Ways out of the counter: a refusal with its ground, a withdrawal, letters, and what stands at the end.

import {api} from "../../core/api.js";
import {either, has, t, written} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {link} from "../../core/router.js";
import {button, choices, dialog, facts, field, form, h, icon, raise, values} from "../../core/ui.js";
import {signerFacts, signerField} from "./attest.js";
import {dueWords, feeWords, signersOf, stateHeading} from "./desk.js";
import {extensionFacts, extensionFields, wrongExtension} from "./extension.js";

/** @typedef {import("./desk.js").Desk} Desk */

/**
 * C-05: the ground in the words of the law, and the letter that says it.
 * @param {Desk} desk
 */
export async function refusePanel(desk) {
  const kept = desk.draft("refuse");
  const said = /** @type {Record<string, string>} */ (kept.restore() ?? {});
  const signers = await signersOf(desk.one.unit, desk.one.product);
  const written = form({class: "counter-form", submit, check: unchosen},
    h("h2", null, t("counter.refuse")), h("p", null, t("counter.refuse.intro")),
    choices({name: "ground", legend: t("counter.refuse.ground"), value: said.ground,
             options: desk.rules.grounds.map((one) => ({value: String(one.number), label: `${one.number}. ${one.text}`}))}),
    field({id: "explanation", label: t("counter.refuse.explanation"), hint: t("counter.refuse.explanation.hint"), type: "textarea",
           required: true, maxlength: 2000, value: said.explanation ?? ""}),
    signerField(signers, {id: "signed_by", label: t("counter.refuse.signer"), required: true, value: said.signed_by ?? ""}),
    h("div", {class: "actions"}, button(t("counter.refuse.do"), {kind: "danger", type: "submit"}),
      button(t("counter.refuse.not"), {click: () => { desk.view = ""; desk.redraw(); }})));
  written.addEventListener("input", () => kept.save(values(written)));
  written.addEventListener("change", () => kept.save(values(written)));

  /** @param {Record<string, string>} typed */
  async function submit(typed) {
    await desk.handle(async () => {
      const told = {explanation: (typed.explanation ?? "").replace(/\s+/g, " "), ...signerFacts(typed.signed_by ?? "")};
      await desk.act("refuse", {ground: Number(typed.ground), ...told});
      desk.forget();
      await write(desk, "refusal", told);
    });
  }
  return written;
}

/**
 * @param {Record<string, string>} typed
 * @returns {Record<string, string>}
 */
function unchosen(typed) {
  return typed.ground ? {} : {ground: t("counter.choose")};
}

/**
 * @param {Desk} desk
 * @param {string} letter
 * @param {Record<string, unknown>} given
 */
async function write(desk, letter, given) {
  desk.take(await desk.guarded(() => api.post(`${desk.one.self}/letters`, {letter, version: desk.one.version, facts: given})));
}

/** @param {Desk} desk */
export async function withdraw(desk) {
  const body = form({submit: async (typed) => {
    asked.close("done");
    await desk.act("withdraw", {reason: typed.reason}).then(() => desk.forget()).catch(raise);
  }}, h("p", null, t("counter.withdraw.words")),
    field({id: "reason", label: t("counter.withdraw.reason"), required: true, maxlength: 500, value: written("counter.withdraw.usual")}),
    h("div", {class: "actions"}, button(t("counter.withdraw.do"), {kind: "danger", type: "submit"})));
  const asked = dialog({title: t("counter.withdraw")}, body);
  desk.draft("withdraw").follow(body);
  await asked.open();
}

/** @param {Desk} desk */
async function appointment(desk) {
  const kept = desk.draft("appointment");
  const said = /** @type {Record<string, string>} */ (kept.restore() ?? {});
  const asked = dialog({title: t("counter.appointment")}, form({check: wrongExtension, submit: async (typed) => {
    await write(desk, "appointment", {receiver: typed.receiver, ...extensionFacts(typed)});
    kept.clear();
    asked.close("done");
  }, on: {input: (/** @type {Event} */ event) => kept.save(values(/** @type {HTMLFormElement} */ (event.currentTarget)))}},
    h("p", null, t("counter.due", {due: dueWords(desk.one.deadline)})),
    field({id: "receiver", label: t("counter.appointment.receiver"), required: true, maxlength: 60, value: said.receiver ?? session.name()}),
    extensionFields(desk, said),
    h("div", {class: "actions"}, button(t("counter.appointment.do"), {kind: "primary", type: "submit"}))));
  await asked.open();
}

/**
 * @param {{letter: string, text: {vi: string, en: string}}} letter
 * @param {boolean} again it stands there already
 */
function letterWords(letter, again) {
  const key = `counter.letter.${again ? "again" : "do"}.${letter.letter}`;
  return has(key) ? t(key) : either(letter.text);
}

/** @param {Desk} desk */
export function endPanel(desk) {
  const {one} = desk;
  const refused = one.state === "refused";
  const letters = one.documents.filter((document) => ["refusal", "appointment", "no_entry"].includes(document.of));
  const signer = one.facts.signer ? t("counter.end.signer") : "";
  const words = t(`counter.end.${one.state}`);
  const waiting = ["attested", "composed", "lined"].includes(one.state);
  return h("div", {class: "stack"},
    h("h2", null, waiting ? t("counter.end.sent") : stateHeading(one)),
    h("div", {class: refused ? "notice notice-warning" : "notice notice-ok"}, icon(refused ? "unsure" : "ok"),
      h("div", {class: "notice-body"}, h("p", null, words === `counter.end.${one.state}` ? t("counter.end.other", {state: either(one.state_text)}) : words),
        signer ? h("p", null, signer) : null)),
    facts([[t("counter.number"), one.number ? h("strong", {class: "counter-number"}, one.number) : ""], [t("counter.book"), one.book ?? ""], [t("counter.fee"), feeWords(one)],
           [t("counter.deadline"), waiting ? dueWords(one.deadline) : ""]]),
    letters.map((document) => h("p", null, h("a", {href: document.address, download: `${document.of}.pdf`, class: "button"}, icon("download"),
                                              t(`counter.letter.${document.of}`)))),
    h("div", {class: "actions"},
      one.letters.map((letter) => button(letterWords(letter, letters.some((written) => written.of === letter.letter)), {
        kind: letter.letter === "refusal" && letters.length === 0 ? "primary" : "plain", icon: "print",
        click: () => (letter.letter === "appointment" ? appointment(desk) : write(desk, letter.letter, {}))})),
      h("a", {class: waiting ? "button button-primary" : "button", href: "#/counter/new", data: {first: ""}}, t("counter.end.next")),
      h("a", {class: "button", href: link("/cases/{id}", {id: one.id})}, t("counter.end.case"))));
}

