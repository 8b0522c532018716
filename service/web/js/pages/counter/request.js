// The fields of a request, for a new one and for mending one that was opened.

import {api, isProblem} from "../../core/api.js";
import {draft} from "../../core/drafts.js";
import {date, either, t} from "../../core/i18n.js";
import {choices, field, h, notice, replace} from "../../core/ui.js";
import {dong, dueWords, feeOf} from "./desk.js";

/** @typedef {import("./desk.js").Law} Law */
/**
 * @typedef {object} Asked
 * @property {string} product
 * @property {Law} rules
 * @property {Record<string, string>} typed
 * @property {{code: string, name: string}[]} units
 * @property {boolean} mayAsk whether what is held already may be asked for
 */

/** The unit that an account of all units received for last. */
export const lastUnit = draft("counter/unit");
const kForms = ["SAO Y", "SAO LỤC", "TRÍCH SAO"];
const kNumbers = ["pages", "copies"];
/** @type {Record<string, string[]>} */
const kFacts = {
  certified_copy: ["requester", "requester_id", "paper", "paper_type", "issuer", "pages", "copies", "delivery"],
  from_register_copy: ["requester", "requester_id", "requester_class", "evidence", "delivery"],
  office_copy: ["form", "source"],
};

/**
 * @param {Record<string, string>} all
 * @param {string} product
 * @returns {Record<string, unknown>}
 */
export function factsOf(all, product) {
  /** @type {Record<string, unknown>} */
  const facts = {};
  for (const name of kFacts[product] ?? []) {
    const value = all[name];
    if (value) facts[name] = kNumbers.includes(name) ? Number(value) : value;
  }
  if (product === "from_register_copy") facts.answers = {holder_is_dead: all.holder_is_dead === "yes" ? "yes" : "no"};
  if (product === "office_copy" && all.is_sao_y) facts.answers = {is_sao_y: all.is_sao_y};
  return facts;
}

/**
 * @param {Record<string, string>} all
 * @param {string} product
 */
export function wrongIn(all, product) {
  /** @type {Record<string, string>} */
  const wrong = {};
  if (!product) wrong.product = t("counter.choose");
  if (product === "office_copy" && !all.form) wrong.form = t("counter.choose");
  if (product === "office_copy" && all.form === "SAO LỤC" && !all.is_sao_y) wrong.is_sao_y = t("counter.choose");
  return wrong;
}

/**
 * The one received for last, when it is still among these.
 * @param {{code: string}[]} units
 */
function knownUnit(units) {
  const last = lastUnit.restore();
  return units.some((one) => one.code === last) ? last : "";
}

/** @param {Asked} asked */
export function requestFields(asked) {
  const {product, units, typed} = asked;
  const unit = units.length === 1 ? null
    : units.length === 0 ? field({id: "unit", label: t("counter.unit"), hint: t("counter.unit.hint"), required: true, maxlength: 128,
                                     value: typed.unit || lastUnit.restore() || ""})
      : field({id: "unit", label: t("counter.unit"), type: "select", required: true, value: typed.unit || knownUnit(units),
               options: [{value: "", label: t("counter.pick")}, ...units.map((one) => ({value: one.code, label: one.name}))]});
  const visit = h("input", {type: "hidden", name: "visit", value: typed.visit ?? ""});
  if (product === "from_register_copy") return [unit, visit, registerFields(asked)];
  if (product === "office_copy") return [unit, visit, officeFields(asked)];
  return [unit, visit, certifiedFields(asked)];
}

/**
 * @param {Asked} asked
 * @param {string} name
 * @param {import("../../core/form.js").FieldProps & import("../../core/ui.js").Props} props
 */
function kept(asked, name, props) {
  return field({id: name, value: asked.typed[name] ?? "", ...props});
}

/** @param {Asked} asked */
function certifiedFields(asked) {
  const {rules, typed} = asked;
  const note = h("div", {class: "counter-note"});
  const fee = h("p", {class: "counter-fee", "aria-live": "polite"});
  const held = h("div", {class: "counter-note"});
  const types = [{value: "", label: t("counter.pick")}, ...rules.papers.map((one) => ({value: one.code, label: one.name}))];
  const root = h("div", null,
    h("fieldset", {class: "counter-group"}, h("legend", null, t("counter.who")),
      h("div", {class: "fields"},
        kept(asked, "requester", {label: t("counter.requester"), required: true, maxlength: 200}),
        kept(asked, "requester_id", {label: t("counter.requester_id"), hint: t("counter.requester_id.hint"), maxlength: 32}),
        kept(asked, "delivery", {label: t("counter.delivery"), hint: t("counter.delivery.hint"), maxlength: 320}))),
    h("fieldset", {class: "counter-group"}, h("legend", null, t("counter.original")),
      h("div", {class: "fields"},
        kept(asked, "paper_type", {label: t("counter.paper_type"), type: "select", required: true, options: types}),
        kept(asked, "paper", {label: t("counter.paper"), hint: t("counter.paper.hint"), required: true, maxlength: 300}),
        kept(asked, "issuer", {label: t("counter.issuer"), maxlength: 300})), note, held,
      h("div", {class: "fields"},
        kept(asked, "pages", {label: t("counter.pages"), hint: t("counter.pages.hint"), type: "number", min: 1, max: 5000,
                              required: true, inputmode: "numeric"}),
        field({id: "copies", label: t("counter.copies"), type: "number", min: 1, max: 999, required: true,
               inputmode: "numeric", value: typed.copies ?? "1"}))),
    fee);
  const read = (/** @type {string} */ name) => {
    const control = root.querySelector(`[name="${name}"]`);
    return control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.value : "";
  };
  let named = rules.papers.find((one) => one.code === typed.paper_type)?.name ?? "";
  function look() {
    const pages = Number(read("pages"));
    const copies = Number(read("copies"));
    fee.textContent = pages > 0 && copies > 0
      ? t("counter.fee_and_due", {fee: dong(feeOf(rules, pages, copies)), due: dueWords(rules.deadline)})
      : t("counter.due", {due: dueWords(rules.deadline)});
  }
  function chosen() {
    const type = rules.papers.find((one) => one.code === read("paper_type"));
    const paper = root.querySelector('[name="paper"]');
    if (paper instanceof HTMLInputElement && type && type.code !== "khac" && (paper.value === "" || paper.value === named)) {
      paper.value = type.name;
      paper.dispatchEvent(new Event("input", {bubbles: true}));
    }
    named = type?.name ?? "";
    replace(note, type?.vneid ? notice("info", t("counter.vneid")) : null,
            type?.pages === "cover_and_used" ? notice("info", t("counter.cover_and_used")) : null);
  }
  let last = "";
  async function askHeld() {
    const holder = read("requester_id").trim();
    const kind = read("paper_type");
    if (!asked.mayAsk || !/^[0-9A-Za-z .-]{8,32}$/.test(holder) || !kind || last === holder + kind) return;
    last = holder + kind;
    replace(held, await heldNotice(holder, kind));
  }
  root.addEventListener("input", look);
  root.addEventListener("change", (event) => {
    const name = event.target instanceof Element ? event.target.getAttribute("name") : "";
    if (name === "paper_type") chosen();
    if (name === "paper_type" || name === "requester_id") void askHeld();
  });
  look();
  chosen();
  void askHeld();
  return root;
}

/**
 * Before a citizen is asked for a paper (NĐ 45/2020): does an office hold it? Where nothing is
 * shared the question has no answer and is not shown.
 * @param {string} holder
 * @param {string} kind
 */
async function heldNotice(holder, kind) {
  try {
    const told = await api.post("/api/v1/already-held", {holder_id: holder, kind}, {signIn: false});
    const notes = told.notices.map((/** @type {{message: {vi: string, en: string}}} */ one) => h("p", null, either(one.message)));
    if (!told.held) return notes.length ? notice("info", t("counter.not_held"), notes) : notice("info", t("counter.not_held"));
    return notice("warning", t("counter.held"), notes, h("ul", null,
      told.results.filter((/** @type {{in_force: boolean}} */ one) => one.in_force).map(
        (/** @type {Record<string, string>} */ one) => h("li", null, t("counter.held.one", {
          title: one.title || kind, number: one.number ?? "", date: date(one.date), issuer: one.issuer ?? ""})))));
  } catch (problem) {
    return isProblem(problem) && (problem.status === 404 || problem.status === 403) ? null : notice("warning", t("counter.held.unknown"));
  }
}

/** @param {Asked} asked */
function registerFields(asked) {
  const {rules, typed} = asked;
  const more = h("div", {class: "fields"});
  const draw = (/** @type {string} */ code) => {
    const one = rules.requesters.find((kind) => kind.code === code);
    replace(more,
      one?.only_when_holder_is_dead ? field({id: "holder_is_dead", label: t("counter.holder_is_dead"), type: "checkbox",
                                             value: "yes", checked: typed.holder_is_dead === "yes"}) : null,
      one?.needs_evidence ? field({id: "evidence", label: t("counter.evidence"), hint: t("counter.evidence.hint"),
        type: "select", required: true, value: typed.evidence ?? "",
        options: [{value: "", label: t("counter.pick")}, ...rules.evidence.map((kind) => ({value: kind.code, label: kind.name}))]}) : null);
  };
  const root = h("fieldset", {class: "counter-group"}, h("legend", null, t("counter.who")),
    h("div", {class: "fields"},
      kept(asked, "requester", {label: t("counter.requester"), required: true, maxlength: 200}),
      kept(asked, "requester_class", {label: t("counter.requester_class"), hint: t("counter.requester_class.hint"), type: "select",
        required: true, options: [{value: "", label: t("counter.pick")},
                                  ...rules.requesters.map((one) => ({value: one.code, label: one.name}))],
        on: {change: (event) => draw(event.target instanceof HTMLSelectElement ? event.target.value : "")}})),
    more,
    h("div", {class: "fields"},
      kept(asked, "requester_id", {label: t("counter.requester_id"), hint: t("counter.requester_id.hint"), maxlength: 32}),
      kept(asked, "delivery", {label: t("counter.delivery"), hint: t("counter.delivery.hint"), maxlength: 320})));
  draw(typed.requester_class ?? "");
  return root;
}

/** @param {Asked} asked */
function officeFields(asked) {
  const {typed} = asked;
  const more = h("div");
  const draw = (/** @type {string} */ form) => replace(more, form === "SAO LỤC"
    ? choices({name: "is_sao_y", legend: t("counter.is_sao_y"), value: typed.is_sao_y,
               options: [{value: "yes", label: t("counter.yes")}, {value: "no", label: t("counter.no")}]}) : null);
  const root = h("div", null,
    choices({name: "form", legend: t("counter.form"), value: typed.form, change: draw,
             options: kForms.map((one) => ({value: one, label: one, hint: t(`counter.form.${one}`)}))}),
    more,
    kept(asked, "source", {label: t("counter.source"), hint: t("counter.source.hint"), required: true, maxlength: 500}));
  draw(typed.form ?? "");
  return root;
}
