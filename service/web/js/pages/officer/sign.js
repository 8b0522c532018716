// Signing the cases that were marked: what they are, with which device, and what became of each.

import {api} from "../../core/api.js";
import {guard, link} from "../../core/router.js";
import {button, h, notice, pageTitle, replace, skeleton} from "../../core/ui.js";
import {confirm} from "../../core/dialog.js";
import {t} from "../../core/i18n.js";
import {isSeen, kMostMarked} from "../work/model.js";
import {opens} from "../work/opens.js";
import {devicePanel, wordsNotice} from "./device_panel.js";
import {otherWays} from "./other_ways.js";
import {chosen} from "./queue.js";
import {resultsOf, signAll} from "./run.js";
import {itemList} from "./items.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {import("../work/model.js").Work} Work */
/** @typedef {import("./device.js").Certificate} Certificate */

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} _params
 * @param {AbortSignal} signal
 */
export async function signPage(main, _params, signal) {
  replace(main, skeleton(6));
  /** @type {Work} */
  const work = await api.get("/api/v1/work", {query: {queue: "sign"}, signal});
  const marked = chosen.all();
  const cases = work.cases.filter((one) => marked.has(one.id)).slice(0, kMostMarked);
  const back = h("p", null, h("a", {href: "#/queue"}, t("officer.back")));
  if (cases.length === 0) {
    replace(main, pageTitle(t("officer.sign.title")), notice("info", t("officer.sign.nothing")), back);
    return;
  }
  signing(main, cases, back, signal);
}

/**
 * @param {HTMLElement} main
 * @param {Waiting[]} cases
 * @param {Node} back
 * @param {AbortSignal} signal
 */
function signing(main, cases, back, signal) {
  const run = {busy: false, over: false};
  guard(() => (run.busy ? t("officer.sign.running") : ""), signal);
  const list = itemList(cases);
  const outcome = h("div", {class: "sign-outcome"});
  const unseen = () => list.cases().filter((one) => !isSeen(one));
  const question = unseenQuestion(unseen());
  const begin = button(t("officer.sign.do", {n: cases.length}), {kind: "primary", class: "sign-go", click: opens(start)});
  const panel = devicePanel({signal, changed: drawBegin});

  function drawBegin() {
    const ready = panel.certificate() !== null && !run.busy && !run.over;
    begin.setAttribute("aria-disabled", String(!ready));
    begin.hidden = run.over;
  }

  async function start() {
    const certificate = panel.certificate();
    if (run.busy || !certificate) return;
    const left = unseen();
    question.element.hidden = left.length === 0;
    if (left.length > 0 && !question.agreed()) {
      question.complain();
      return;
    }
    if (left.length > 0 && !(await confirm({title: t("officer.sign.unseen_title"), words: t("officer.sign.unseen_ask", {n: left.length}),
                                             yes: t("officer.sign.unseen_yes"), no: t("officer.sign.unseen_no")}))) return;
    run.busy = true;
    panel.hold(true);
    drawBegin();
    replace(outcome, notice("info", t("officer.sign.at_device", {n: list.cases().length})));
    try {
      const results = await signAll({cases: list.cases(), certificate, progress: list.progress, waiting: tellWaiting, signal});
      finish(results);
    } catch (problem) {
      if (signal.aborted) return;
      list.stopped();
      replace(outcome, panel.tell(problem));
    } finally {
      run.busy = false;
      panel.hold(false);
      drawBegin();
    }
  }

  // A token that was pulled: plugged in again, the agent goes on by itself.
  let told = "";
  /** @param {import("./device.js").Words | null} problem */
  function tellWaiting(problem) {
    if (told === (problem?.code ?? "")) return;
    told = problem?.code ?? "";
    replace(outcome, problem ? wordsNotice(problem) : notice("info", t("officer.sign.at_device", {n: list.cases().length})));
  }

  /** @param {import("./run.js").Result[]} results */
  function finish(results) {
    const done = results.filter((one) => one.state === "done");
    const failed = results.filter((one) => one.state === "refused" || one.state === "unsigned");
    const waiting = results.filter((one) => one.state === "signed");
    const left = chosen.all();
    for (const one of [...done, ...waiting]) left.delete(one.id);
    chosen.set(left);
    question.element.hidden = true;
    run.over = true;
    replace(outcome, resultsOf({done: done.length, failed: failed.length, waiting: waiting.length}),
      failed.length ? button(t("officer.sign.retry", {n: failed.length}), {kind: "primary", click: () => retry(failed.map((one) => one.id))}) : null,
      h("p", null, h("a", {href: "#/queue"}, t("officer.sign.to_queue"))));
    begin.hidden = true;
    outcome.scrollIntoView({block: "nearest"});
  }

  // What failed is looked at again as it is now: it may have been changed since.
  /** @param {string[]} ids */
  async function retry(ids) {
    /** @type {Work} */
    const work = await api.get("/api/v1/work", {query: {queue: "sign"}, signal});
    const again = work.cases.filter((one) => ids.includes(one.id));
    chosen.set(again.map((one) => one.id));
    if (again.length === 0) replace(outcome, notice("info", t("officer.sign.nothing")), back);
    else signing(main, again, back, signal);
  }

  replace(main, pageTitle(t("officer.sign.heading", {n: cases.length})), h("p", {class: "sign-back"}, h("a", {href: "#/queue"}, t("officer.back"))),
    h("div", {class: "sign-columns"},
      h("div", {class: "sign-side"}, panel.element, question.element, begin, outcome,
        otherWays({cases: () => list.cases(), signal, done: (id) => list.progress(id, {state: "done"})})),
      list.element));
  drawBegin();
}

/** @param {Waiting[]} left */
function unseenQuestion(left) {
  const box = h("input", {type: "checkbox", id: "sign-unseen"});
  const error = h("p", {class: "field-error", hidden: true, id: "sign-unseen-error"}, t("officer.sign.unseen_needed"));
  box.setAttribute("aria-describedby", error.id);
  box.addEventListener("change", () => { error.hidden = true; });
  const first = left[0];
  const element = h("div", {class: "sign-unseen", hidden: left.length === 0},
    h("p", null, h("strong", null, t("officer.unseen_n", {n: left.length}))),
    first ? h("p", null, h("a", {href: link("/queue/{id}", {id: first.id})}, t("officer.see_first"))) : null,
    h("div", {class: "field-check"}, box, h("label", {for: box.id}, t("officer.sign.unseen_agree"))), error);
  return {
    element,
    agreed: () => box.checked,
    complain() {
      error.hidden = false;
      box.focus();
    },
  };
}
