// What waits for the officer's signature.

import {go, link} from "../../core/router.js";
import {button, h, pageTitle, replace} from "../../core/ui.js";
import {either, t} from "../../core/i18n.js";
import {figures, filterBar, filtered, filters, follow} from "../work/frame.js";
import {flashed} from "../work/flash.js";
import {isSeen, kMostMarked, marks} from "../work/model.js";
import {workList} from "../work/list.js";
import {failures} from "./failed.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */

export const chosen = marks("officer");

/** @param {Waiting} one */
function status(one) {
  const failed = failures.of(one.id);
  if (failed) {
    return [h("span", {class: "tag tag-error"}, t("officer.failed_before")), h("span", {class: "work-small"}, failed.sentence),
            h("span", {class: "work-small"}, failed.remedy)];
  }
  if (one.turn === "other") return h("span", {class: "tag"}, t("officer.others_turn"));
  return isSeen(one) ? h("span", {class: "tag tag-ok"}, t("officer.seen"))
    : h("span", {class: "tag tag-info"}, t("officer.unseen"), h("span", {class: "visually-hidden"}, ` ${either(one.state_text)}`));
}

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} _params
 * @param {AbortSignal} signal
 */
export function queuePage(main, _params, signal) {
  const filter = filters("officer");
  /** @type {Waiting[]} */
  let all = [];
  let more = false;
  const summary = h("div", null);
  const actions = h("div", {class: "work-actions"});
  const empty = h("div", null);
  const list = workList({
    label: t("officer.title"), href: (one) => link("/queue/{id}", {id: one.id}), status,
    markable: (one) => one.turn !== "other", marked: () => chosen.all(),
    mark: (ids) => {
      chosen.set(ids);
      drawActions();
    },
  });
  const bar = filterBar({queue: "officer", whose: true, filter, change: draw});

  function drawActions() {
    const marked = chosen.all();
    const unseen = all.filter((one) => marked.has(one.id) && !isSeen(one)).length;
    replace(actions,
      button(marked.size ? t("officer.sign_n", {n: marked.size}) : t("officer.sign_none"),
             {kind: "primary", "aria-disabled": marked.size === 0 ? "true" : undefined, click: () => { if (marked.size) go("/queue/sign"); }}),
      marked.size ? button(t("work.unmark"), {kind: "quiet", click: () => { chosen.clear(); list.refresh(); drawActions(); }}) : null,
      firstToSee() ? button(t("officer.see_first"), {click: () => go(link("/queue/{id}", {id: firstToSee()?.id ?? ""}))}) : null,
      h("p", {class: "work-hint"}, marked.size > kMostMarked ? t("officer.too_many", {most: kMostMarked})
        : unseen ? t("officer.unseen_n", {n: unseen}) : h("span", {class: "work-keys"}, t("work.keys"))));
  }

  function firstToSee() {
    return filtered(all, filter.now).find((one) => one.turn !== "other" && !isSeen(one));
  }

  function draw() {
    const shown = filtered(all, filter.now);
    // A case that somebody else has finished is not signed by surprise.
    const there = new Set(all.map((one) => one.id));
    const marked = [...chosen.all()].filter((id) => there.has(id));
    if (marked.length !== chosen.all().size) chosen.set(marked);
    replace(summary, figures(all.filter((one) => filter.now.whose === "all" || one.turn !== "other"), more,
                             [{label: t("officer.seen"), value: all.filter(isSeen).length}]));
    list.element.hidden = shown.length === 0;
    replace(empty, shown.length ? null : h("p", {class: "empty"}, all.length ? t("work.filter_hides", {n: all.length}) : t("officer.empty")));
    list.show(shown);
    drawActions();
  }

  const live = follow({queue: "sign", room: main, signal, draw: (work) => {
    all = work.cases;
    more = work.more;
    failures.forget(all);
    draw();
  }});
  replace(main, h("div", {class: "work-head"}, pageTitle(t("officer.title")), live.state), flashed(), summary, bar, actions,
          live.place, empty, list.element);
  list.element.hidden = true;
  return live.load();
}
