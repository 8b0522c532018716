// What both queues have around their table: filters, figures, and a list that stays current.

import {api} from "../../core/api.js";
import {keepCurrent} from "../../core/current.js";
import {announce, button, h, notice, problemNotice, replace, skeleton} from "../../core/ui.js";
import {field} from "../../core/form.js";
import {dateTime, number, t} from "../../core/i18n.js";
import {draft} from "../../core/drafts.js";
import {session} from "../../core/session.js";
import {fits, urgency} from "./model.js";

/** @typedef {import("./model.js").Waiting} Waiting */
/** @typedef {import("./model.js").Filter} Filter */
/** @typedef {import("./model.js").Work} Work */

const kEvery = 20_000;
const kProducts = ["certified_copy", "from_register_copy", "office_copy", "result"];

/**
 * @param {string} queue
 */
export function filters(queue) {
  const kept = draft(`${queue}/filter`);
  /** @type {Filter} */
  const now = {words: "", product: "", urgency: "", whose: "mine", ...(kept.restore() ?? {})};
  return {now, save: () => kept.save(now)};
}

/**
 * @param {{queue: string, whose: boolean, filter: ReturnType<typeof filters>, change: () => void}} props
 */
export function filterBar(props) {
  const {now, save} = props.filter;
  /** @param {keyof Filter} name */
  const set = (name) => (/** @type {Event} */ event) => {
    const control = event.target;
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) return;
    now[name] = control.value;
    save();
    props.change();
  };
  return h("form", {class: "work-filter", role: "search", on: {submit: (/** @type {Event} */ event) => event.preventDefault()}},
    field({id: `${props.queue}-words`, label: t("work.search"), type: "search", value: now.words, required: true,
           placeholder: t("work.search_hint"), on: {input: set("words")}}),
    field({id: `${props.queue}-product`, label: t("work.product"), type: "select", value: now.product, required: true,
           options: [{value: "", label: t("work.all")}, ...kProducts.map((one) => ({value: one, label: t(`case.product.${one}`)}))],
           on: {change: set("product")}}),
    field({id: `${props.queue}-urgency`, label: t("case.deadline"), type: "select", value: now.urgency, required: true,
           options: [{value: "", label: t("work.all")}, {value: "late", label: t("work.late")},
                     {value: "today", label: t("work.until_today")}], on: {change: set("urgency")}}),
    props.whose ? field({id: `${props.queue}-whose`, label: t("work.whose"), type: "select", value: now.whose, required: true,
                         options: [{value: "mine", label: t("work.mine")}, {value: "all", label: t("work.everybodys")}],
                         on: {change: set("whose")}}) : null);
}

/**
 * @param {Waiting[]} cases
 * @param {boolean} more
 * @param {{label: string, value: number}[]} [own]
 */
export function figures(cases, more, own = []) {
  const late = cases.filter((one) => urgency(one) === "late").length;
  const today = cases.filter((one) => ["late", "soon", "today"].includes(urgency(one))).length;
  const all = [{label: t("work.waiting"), value: cases.length, more}, {label: t("work.late"), value: late},
               {label: t("work.until_today"), value: today}, ...own];
  return h("dl", {class: "work-figures"}, all.map((one) =>
    h("div", {class: one.label === t("work.late") && one.value > 0 ? "figure figure-late" : "figure"},
      h("dt", null, one.label), h("dd", null, number(one.value), "more" in one && one.more ? "+" : ""))));
}

/**
 * Keeps a queue current while its page is open: `draw` is told what waits.
 * @param {{queue: "sign" | "seal", room: HTMLElement, signal: AbortSignal, draw: (work: Work) => void}} props
 */
export function follow(props) {
  const state = h("p", {class: "work-fresh"});
  const place = h("div", null, skeleton(4));
  let drawn = false;
  let known = new Set();
  const load = async () => {
    try {
      const unit = session.me && session.me.units.length === 1 ? session.me.units[0]?.code : undefined;
      /** @type {Work} */
      const work = await api.get("/api/v1/work", {query: {queue: props.queue, unit}, signal: props.signal});
      if (props.signal.aborted) return;
      replace(place);
      const fresh = work.cases.filter((one) => !known.has(one.id)).length;
      if (drawn && fresh > 0) announce(t("work.came", {n: fresh}));
      known = new Set(work.cases.map((one) => one.id));
      drawn = true;
      replace(state, t("work.fresh", {at: dateTime(work.at).slice(0, 5)}));
      props.draw(work);
    } catch (problem) {
      if (props.signal.aborted) return;
      // What was there stays: an old list with a remark is of more use than none.
      replace(place, drawn ? notice("warning", t("work.stale"), button(t("case.reload"), {click: load}))
        : problemNotice(problem, button(t("case.reload"), {click: load})));
    }
  };
  keepCurrent(load, kEvery, props.signal);
  return {state, place, load};
}

/**
 * The cases that the filter leaves.
 * @param {Waiting[]} cases
 * @param {Filter} filter
 */
export function filtered(cases, filter) {
  return cases.filter((one) => fits(one, filter));
}
