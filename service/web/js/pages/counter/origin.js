// Copies from the original register: the entry is found, seen as it will be, and passed on.

import {api} from "../../core/api.js";
import {date, t} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {button, dialog, facts, field, form, h, notice, replace, table, values} from "../../core/ui.js";
import {previewBox, signerFacts, signerField} from "./attest.js";
import {signersOf} from "./desk.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{id: string, book: string, number: string, day: string, paper: string, holder: string, self: string, state: string}} Entry */
/** @typedef {{code: string, title: string, paper: string}} Register */

/** @param {Desk} desk */
export async function originPanel(desk) {
  const kept = desk.draft("find");
  const said = /** @type {Record<string, string>} */ (kept.restore() ?? {holder: desk.one.facts.requester ?? ""});
  /** @type {Register[]} */
  const registers = (await api.get("/api/v1/origins/kinds")).registers;
  const found = h("div", {class: "stack", "aria-live": "polite"});
  const written = form({class: "counter-form", submit: search}, h("h2", null, t("counter.step.origin")), h("p", null, t("counter.origin.words")),
    h("div", {class: "fields"},
      field({id: "register", label: t("counter.origin.register"), type: "select", value: said.register ?? "", required: false,
             options: [{value: "", label: t("counter.origin.any")}, ...registers.map((one) => ({value: one.code, label: one.title}))]}),
      field({id: "holder", label: t("counter.origin.holder"), maxlength: 200, value: said.holder ?? ""}),
      field({id: "number", label: t("counter.origin.number"), maxlength: 60, value: said.number ?? ""}),
      field({id: "text", label: t("counter.origin.text"), hint: t("counter.origin.text.hint"), maxlength: 300, value: said.text ?? ""})),
    h("div", {class: "actions"}, button(t("counter.origin.find"), {kind: "primary", type: "submit", icon: "search"})));
  written.addEventListener("input", () => kept.save(values(written)));
  written.querySelector("#holder")?.setAttribute("data-first", "");

  /** @param {Record<string, string>} typed */
  async function search(typed) {
    const told = await api.get("/api/v1/origins", {query: {unit: desk.one.unit, register: typed.register, holder: typed.holder,
                                                          number: typed.number, text: typed.text, limit: 50}});
    /** @type {Entry[]} */
    const entries = told.entries;
    replace(found, entries.length === 0 ? missing(desk, typed, registers) : table({
      caption: t("counter.origin.found", {count: entries.length}), showCaption: true, rows: entries, rowId: (one) => one.id,
      columns: [
        {key: "holder", label: t("counter.origin.holder"), head: true, cell: (one) => one.holder},
        {key: "paper", label: t("counter.paper"), cell: (one) => one.paper},
        {key: "book", label: t("counter.origin.book"), kind: "wide", cell: (one) => t("counter.origin.where", {book: one.book, number: one.number, day: date(one.day)})},
        {key: "do", label: t("counter.origin.choose"), kind: "actions", cell: (one) => h("span", {class: "row"},
          button(t("counter.origin.see"), {kind: "quiet", "aria-label": t("counter.origin.see.one", {number: one.number}), click: () => see(one)}),
          button(t("counter.origin.take"), {kind: "primary", "aria-label": t("counter.origin.take.one", {number: one.number}), click: () => desk.act("find", {entry: one.id})}))},
      ]}));
    const first = found.querySelector("button.button-primary");
    if (first instanceof HTMLElement) first.focus();
  }
  return h("div", {class: "stack"}, written, found);
}

/** @param {Entry} entry */
async function see(entry) {
  const whole = await api.get(entry.self);
  void dialog({title: entry.paper, class: "dialog-wide"},
    facts(whole.fields.map((/** @type {{label: string, shown: string}} */ one) => [one.label, one.shown]))).open();
}

/**
 * that there is no such entry is said in writing, by whoever keeps the seal.
 * @param {Desk} desk
 * @param {Record<string, string>} typed
 * @param {Register[]} registers
 */
function missing(desk, typed, registers) {
  if (!session.has("clerk")) return notice("warning", t("counter.origin.none"), h("p", null, t("counter.origin.none.clerk")));
  const room = h("div", {class: "stack"}, notice("warning", t("counter.origin.none")));
  void (async () => {
    const signers = await signersOf(desk.one.unit, desk.one.product);
    const paper = registers.find((one) => one.code === typed.register)?.paper ?? "";
    room.append(form({class: "counter-form", submit: async (all) => desk.handle(async () => {
      /** @type {Record<string, unknown>} */
      const given = {holder: all.holder, paper: all.paper, reason: all.reason, ...signerFacts(all.signed_by ?? "")};
      if (typed.register) given.register = typed.register;
      if (typed.text) given.looked_for = typed.text;
      await desk.act("answer_missing", given);
      desk.forget();
    })}, h("h3", null, t("counter.origin.answer")),
      field({id: "missing-holder", name: "holder", label: t("counter.origin.holder"), required: true, maxlength: 100, value: typed.holder ?? ""}),
      field({id: "missing-paper", name: "paper", label: t("counter.paper"), required: true, maxlength: 300, value: paper}),
      field({id: "missing-reason", name: "reason", label: t("counter.origin.reason"), required: true, maxlength: 500, value: "Không có thông tin trong sổ gốc"}),
      signerField(signers, {id: "signed_by", label: t("counter.origin.signer"), required: true}),
      h("div", {class: "actions"}, button(t("counter.origin.answer.do"), {type: "submit"}))));
  })();
  return room;
}

/** @param {Desk} desk */
export async function composePanel(desk) {
  const signers = await signersOf(desk.one.unit, desk.one.product);
  const kept = desk.draft("attest");
  const said = /** @type {Record<string, string>} */ (kept.restore() ?? {});
  const preview = previewBox(desk, {page: 1, caption: t("counter.compose.preview")});
  const written = form({class: "counter-form", submit: async (typed) => desk.handle(async () => {
    await desk.act("compose", signerFacts(typed.signed_by ?? ""), {numbered: true});
    desk.forget();
  })}, h("h2", null, t("counter.step.compose")), h("p", null, t("counter.compose.words")),
    facts([[t("counter.origin.book"), String(desk.one.facts.source ?? "")], [t("counter.origin.holder"), String(desk.one.facts.holder ?? "")]]),
    signerField(signers, {id: "signed_by", label: t("counter.compose.signer"), hint: t("counter.compose.signer.hint"), required: false,
                          value: said.signed_by ?? "", none: t("counter.compose.signer.none")}),
    h("div", {class: "actions"}, button(t("counter.compose.send"), {kind: "primary", type: "submit", data: {first: ""}})));
  written.addEventListener("change", () => {
    kept.save(values(written));
    void preview.show(signerFacts(values(written).signed_by ?? ""));
  });
  void preview.show(signerFacts(said.signed_by ?? ""));
  return h("div", {class: "counter-attest"}, written, preview.element);
}
