// What waits for the clerk: the seal, the book, the release; who keeps the seal, and its key's state.

import {idempotencyKey} from "../../core/api.js";
import {guard, link} from "../../core/router.js";
import {button, h, pageTitle, replace} from "../../core/ui.js";
import {field} from "../../core/form.js";
import {either, t} from "../../core/i18n.js";
import {draft} from "../../core/drafts.js";
import {figures, filterBar, filtered, filters, follow} from "../work/frame.js";
import {flashed} from "../work/flash.js";
import {marks} from "../work/model.js";
import {opens} from "../work/opens.js";
import {workList} from "../work/list.js";
import {sealState} from "./keeper.js";
import {runSeal, stageOf} from "./run.js";
import {runList} from "./results.js";
import {checkDialog} from "./check.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */

const chosen = marks("seal");
const wishes = draft("seal/wishes");

/** @param {Waiting} one */
function status(one) {
  const state = one.sealing?.state;
  if (stageOf(one) === "seal" && (state === "queued" || state === "running")) return h("span", {class: "tag tag-info"}, t(`case.sealing.${state}`));
  if (stageOf(one) === "seal" && state === "pending") return h("span", {class: "tag tag-warning"}, t("seal.run.pending"));
  const check = () => button(t("seal.check"), {kind: "quiet", class: "work-inline", click: opens(() => checkDialog(one))});
  if (stageOf(one) === "seal" && state === "failed") {
    return [h("span", {class: "tag tag-error"}, t("case.sealing.failed")),
            h("span", {class: "work-small"}, either(one.sealing?.problem?.message)),
            h("span", {class: "work-small"}, either(one.sealing?.problem?.action)), check()];
  }
  if (stageOf(one) === "release" && !one.delivery) return [t("seal.to_release"), h("span", {class: "work-small"}, t("seal.no_delivery"))];
  return [t(`seal.to_${stageOf(one)}`), stageOf(one) === "seal" ? check() : null];
}

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} _params
 * @param {AbortSignal} signal
 */
export function sealPage(main, _params, signal) {
  const filter = filters("seal");
  const run = {busy: false};
  guard(() => (run.busy ? t("seal.run.running") : ""), signal);
  /** @type {Waiting[]} */
  let all = [];
  let more = false;
  const summary = h("div", null);
  const keeper = sealState(signal);
  const actions = h("div", {class: "work-actions"});
  const empty = h("div", null);
  const results = h("div", null);
  /** @type {{enter: boolean, release: boolean}} */
  const wish = {enter: true, release: false, ...(wishes.restore() ?? {})};
  const list = workList({
    label: t("seal.title"), href: (one) => link("/cases/{id}", {id: one.id}), status,
    markable: canBeMarked, marked: () => chosen.all(),
    mark: (ids) => {
      chosen.set(ids);
      drawActions();
    },
  });

  /** @param {Waiting} one */
  function canBeMarked(one) {
    const state = one.sealing?.state;
    if (stageOf(one) === "seal") return state !== "queued" && state !== "running" && state !== "pending";
    return stageOf(one) !== "release" || one.delivery;
  }

  const options = h("div", {class: "seal-wishes"},
    field({id: "seal-enter", label: t("seal.enter_too"), type: "checkbox", checked: wish.enter, required: true, on: {change: keep}}),
    field({id: "seal-release", label: t("seal.release_too"), type: "checkbox", checked: wish.release, required: true, on: {change: keep}}));

  function keep() {
    const box = (/** @type {string} */ id) => {
      const found = options.querySelector(`#${id}`);
      return found instanceof HTMLInputElement && found.checked;
    };
    wish.enter = box("seal-enter");
    wish.release = box("seal-release");
    wishes.save(wish);
  }

  function drawActions() {
    const marked = all.filter((one) => chosen.all().has(one.id));
    const pending = all.filter((one) => one.sealing?.state === "pending" && stageOf(one) === "seal").length;
    replace(actions,
      button(marked.length ? t("seal.do", {n: marked.length}) : t("seal.do_none"), {
        kind: "primary", "aria-disabled": marked.length === 0 || run.busy ? "true" : undefined,
        click: () => { if (marked.length && !run.busy) return start(marked); return undefined; }}),
      marked.length ? button(t("work.unmark"), {kind: "quiet", click: () => { chosen.clear(); list.refresh(); drawActions(); }}) : null,
      h("p", {class: "work-hint"}, pending ? t("seal.pending_n", {n: pending}) : h("span", {class: "work-keys"}, t("work.keys"))));
  }

  /** @param {Waiting[]} marked */
  async function start(marked) {
    run.busy = true;
    drawActions();
    const lines = runList(marked);
    replace(results, lines.element);
    lines.element.scrollIntoView({block: "nearest"});
    try {
      const failed = await runSeal({cases: marked, wish, progress: lines.progress, signal, key: idempotencyKey()});
      chosen.set(failed.map((one) => one.id));
      lines.over(failed.length ? button(t("seal.run.retry", {n: failed.length}), {kind: "primary", click: () => again(failed.map((one) => one.id))}) : null);
    } finally {
      run.busy = false;
      await live.load();
    }
  }

  /** @param {string[]} ids */
  async function again(ids) {
    await live.load();
    const left = all.filter((one) => ids.includes(one.id));
    if (left.length) await start(left);
    else replace(results);
  }

  function draw() {
    const shown = filtered(all, filter.now);
    const there = new Set(all.map((one) => one.id));
    const marked = [...chosen.all()].filter((id) => there.has(id));
    if (!run.busy && marked.length !== chosen.all().size) chosen.set(marked);
    replace(summary, figures(all, more, ["seal", "enter", "release"].map((stage) =>
      ({label: t(`seal.to_${stage}`), value: all.filter((one) => stageOf(one) === stage).length}))));
    list.element.hidden = shown.length === 0;
    replace(empty, shown.length ? null : h("p", {class: "empty"}, all.length ? t("work.filter_hides", {n: all.length}) : t("seal.empty")));
    list.show(shown);
    drawActions();
    keeper.units([...new Set(all.map((one) => one.unit))]);
  }

  const live = follow({queue: "seal", room: main, signal, draw: (work) => {
    all = work.cases;
    more = work.more;
    draw();
  }});
  replace(main, h("div", {class: "work-head"}, pageTitle(t("seal.title")), live.state), flashed(), keeper.element, summary,
          filterBar({queue: "seal", whose: false, filter, change: draw}), options, actions, results, live.place, empty, list.element);
  list.element.hidden = true;
  return live.load();
}
