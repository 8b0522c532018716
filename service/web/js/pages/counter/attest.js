// The attestation: who will certify, what the last page will look like, what it costs and when it is
// due; then the case gets its number and goes to the officer.

import {api, sentenceOf} from "../../core/api.js";
import {t} from "../../core/i18n.js";
import {button, dialog, field, form, h, notice, replace, values} from "../../core/ui.js";
import {dueWords, feeWords, signersOf} from "./desk.js";
import {extensionFacts, extensionFields, wrongExtension} from "./extension.js";
import {picture} from "./picture.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./desk.js").Signer} Signer */

/** @param {Signer} one */
const optionOf = (one) => `${one.person}|${one.capacity}`;

/**
 * @param {string} option
 * @returns {Record<string, string>}
 */
export function signerFacts(option) {
  const [signer = "", capacity = ""] = option.split("|");
  return signer ? {signer, capacity} : {};
}

/**
 * @param {Signer[]} signers
 * @param {{id: string, label: string, hint?: string, required: boolean, value?: string, none?: string}} how
 */
export function signerField(signers, how) {
  const only = how.required && signers.length === 1 && signers[0] ? optionOf(signers[0]) : "";
  return field({...how, type: "select", value: how.value || only,
                options: [{value: "", label: how.none ?? t("counter.pick")},
                          ...signers.map((one) => ({value: optionOf(one), label: `${one.name} – ${one.capacity}`}))]});
}

/** @param {HTMLElement} drawn */
function draftOf(drawn) {
  return h("div", {class: "counter-draft", data: {mark: t("counter.draft_mark")}}, drawn);
}

/**
 * @param {string} caption
 * @param {Blob} blob
 */
function enlarge(caption, blob) {
  void dialog({title: caption, class: "dialog-wide"},
    h("div", {class: "counter-large"}, draftOf(picture(caption, () => Promise.resolve(blob))))).open();
}

/**
 * The page in advance, drawn anew when somebody else is to sign.
 * @param {Desk} desk
 * @param {{page?: number, caption: string}} what
 */
export function previewBox(desk, what) {
  const room = h("figure", {class: "counter-preview"});
  let turn = 0;
  return {
    element: room,
    /** @param {Record<string, unknown>} facts */
    async show(facts) {
      turn += 1;
      const mine = turn;
      room.setAttribute("aria-busy", "true");
      try {
        const blob = await api.post(`${desk.one.self}/preview`, {facts: {...desk.typed(), ...facts}, page: what.page, width: 1400},
                                    {signal: desk.signal});
        if (mine !== turn) return;
        const drawn = picture(what.caption, () => Promise.resolve(blob), room.clientWidth);
        replace(room, h("button", {type: "button", class: "counter-look", "aria-label": t("counter.preview.look"),
                                   on: {click: () => enlarge(what.caption, blob)}}, draftOf(drawn)),
                h("figcaption", {class: "hint"}, `${what.caption} ${t("counter.preview.hint")}`));
        await drawn.shown;
        room.dataset.shown = "yes";
      } catch (problem) {
        if (mine !== turn || desk.signal.aborted) return;
        replace(room, notice("warning", sentenceOf(problem)));
      } finally {
        if (mine === turn) room.removeAttribute("aria-busy");
      }
    },
  };
}

/**
 * Further papers of the same visit that are as far: their numbers follow this one (C-08).
 * @param {Desk} desk
 * @returns {Promise<{id: string, version: number, paper?: string}[]>}
 */
async function sameVisit(desk) {
  if (!desk.one.visit) return [];
  const told = await api.get("/api/v1/cases", {query: {visit: desk.one.visit, state: "captured", product: desk.one.product}});
  return told.cases.filter((/** @type {{id: string, unit: string}} */ one) => one.id !== desk.one.id && one.unit === desk.one.unit);
}

/** @param {Desk} desk */
export async function attestPanel(desk) {
  const [signers, others] = await Promise.all([signersOf(desk.one.unit, desk.one.product), sameVisit(desk)]);
  const kept = desk.draft("attest");
  const said = /** @type {Record<string, string>} */ (kept.restore() ?? {});
  const preview = previewBox(desk, {caption: t("counter.attest.preview")});
  const late = h("details", {class: "counter-more", open: Boolean(said.extension_reason)},
    h("summary", null, t("counter.extension")),
    h("div", {class: "fields"}, extensionFields(desk, said)));
  const written = form({class: "counter-form", submit, check: wrongExtension}, h("h2", null, t("counter.step.attest")),
    signers.length === 0 ? notice("error", t("counter.attest.nobody")) : null,
    signerField(signers, {id: "signed_by", label: t("counter.attest.signer"), hint: t("counter.attest.signer.hint"), required: true,
                          value: said.signed_by ?? ""}),
    h("p", {class: "counter-fee"}, [desk.one.fee ? t("counter.attest.fee", {fee: feeWords(desk.one)}) : "",
                                   desk.one.deadline ? t("counter.due", {due: dueWords(desk.one.deadline)}) : ""].filter(Boolean).join(" ")),
    desk.one.deadline?.appointment ? h("p", {class: "counter-hint"}, t("counter.attest.appointment")) : null,
    late,
    others.length ? h("fieldset", {class: "choices"}, h("legend", null, t("counter.attest.together")),
      others.map((one) => h("div", {class: "field-check"},
        h("input", {type: "checkbox", id: `with-${one.id}`, name: `with-${one.id}`, value: "yes", checked: said[`with-${one.id}`] !== "no"}),
        h("label", {for: `with-${one.id}`}, one.paper ?? "–")))) : null,
    h("div", {class: "actions"},
      button(t("counter.attest.send"), {kind: "primary", type: "submit"}),
      button(t("counter.attest.back"), {click: () => { desk.view = "scan"; desk.redraw(); }})));

  /** @param {Record<string, string>} typed */
  async function submit(typed) {
    await desk.handle(async () => {
      const facts = {...signerFacts(typed.signed_by ?? ""), ...extensionFacts(typed)};
      const together = others.filter((one) => typed[`with-${one.id}`] === "yes").map(({id, version}) => ({id, version}));
      await desk.act("attest", facts, {numbered: true, together: together.length ? together : undefined});
      desk.forget();
    });
  }

  const show = () => {
    const chosen = values(written).signed_by ?? "";
    if (chosen) void preview.show(signerFacts(chosen));
    else replace(preview.element, h("p", {class: "hint"}, t("counter.attest.choose_first")));
  };
  written.addEventListener("input", () => kept.save(values(written)));
  written.addEventListener("change", (event) => {
    kept.save(values(written));
    if (event.target instanceof HTMLSelectElement) show();
  });
  show();
  const select = written.querySelector("select");
  (select?.value ? written.querySelector('button[type="submit"]') : select)?.setAttribute("data-first", "");
  return h("div", {class: "counter-attest"}, written, preview.element);
}
