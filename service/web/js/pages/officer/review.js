// One case before it is signed: the document as it will be, beside what it was made of.

import {api} from "../../core/api.js";
import {go, link} from "../../core/router.js";
import {announce, button, h, notice, pageTitle, problemNotice, replace, skeleton} from "../../core/ui.js";
import {either, t} from "../../core/i18n.js";
import {filtered, filters} from "../work/frame.js";
import {dueWords, isSeen, markSeen, nameOf, productOf, urgency} from "../work/model.js";
import {flashed} from "../work/flash.js";
import {pagesView} from "../work/pages.js";
import {failures} from "./failed.js";
import {opens} from "../work/opens.js";
import {chosen} from "./queue.js";
import {refuse} from "./refuse.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {import("../work/model.js").Work} Work */

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} params
 * @param {AbortSignal} signal
 */
export async function reviewPage(main, params, signal) {
  replace(main, skeleton(6));
  /** @type {Work} */
  const work = await api.get("/api/v1/work", {query: {queue: "sign"}, signal});
  const list = filtered(work.cases, filters("officer").now);
  const one = work.cases.find((each) => each.id === params["id"]);
  if (!one) {
    replace(main, pageTitle(t("officer.review.title")), notice("info", t("officer.review.gone")),
            h("p", null, h("a", {href: link("/cases/{id}", {id: params["id"] ?? ""})}, t("officer.review.case"))),
            h("p", null, h("a", {href: "#/queue"}, t("officer.back"))));
    return;
  }
  const at = list.findIndex((each) => each.id === one.id);
  draw(main, one, {before: list[at - 1], after: list[at + 1], at, all: list.length});
}

/**
 * @param {HTMLElement} main
 * @param {Waiting} one
 * @param {{before?: Waiting, after?: Waiting, at: number, all: number}} place
 */
function draw(main, one, place) {
  const href = (/** @type {Waiting} */ each) => link("/queue/{id}", {id: each.id});
  const seen = h("span", {class: "tag"});
  const telling = () => {
    replace(seen, isSeen(one) ? t("officer.seen") : t("officer.unseen"));
    seen.className = isSeen(one) ? "tag tag-ok" : "tag tag-info";
  };
  const actions = h("div", {class: "review-actions"});
  const onward = () => go(place.after ? href(place.after) : "/queue");
  const drawActions = () => {
    const marked = chosen.all().has(one.id);
    replace(actions,
      one.turn === "other" ? h("p", {class: "work-hint"}, t("officer.others_turn_long", {name: one.signer?.name ?? ""})) : [
        button(marked ? t("officer.review.marked") : t("officer.review.mark"), {kind: "primary", icon: marked ? "ok" : undefined, "aria-pressed": String(marked),
               click: () => { mark(); }}),
        button(t("officer.review.sign"), {click: () => { chosen.set([one.id]); go("/queue/sign"); }}),
        button(t("officer.refuse"), {kind: "danger", click: opens(async () => { if (await refuse(one)) onward(); })})],
      h("a", {href: link("/cases/{id}", {id: one.id}), class: "button button-quiet"}, t("officer.review.case")));
  };
  const mark = () => {
    const marked = chosen.toggle(one.id);
    announce(t(marked ? "officer.review.is_marked" : "officer.review.is_unmarked", {n: chosen.all().size}));
    drawActions();
    if (marked && place.after) go(href(place.after));
  };
  telling();
  drawActions();
  const failed = failures.of(one.id);
  const how = urgency(one);
  replace(main, flashed(),
    h("div", {class: "review-head"},
      h("div", null, pageTitle(`${nameOf(one)} – ${one.paper ?? ""}`),
        h("p", {class: "review-facts"}, one.requester ? h("span", null, `${t("case.requester")}: `, h("strong", null, one.requester)) : null,
          h("span", null, productOf(one)), one.copies ? h("span", null, `${t("case.copies")}: ${one.copies}`) : null,
          one.signer ? h("span", null, `${t("case.signer")}: ${[one.signer.capacity, one.signer.name].filter(Boolean).join(" ")}`) : null,
          how === "none" ? null : h("span", {class: `due due-${how}`}, `${t("case.deadline")}: ${how === "late" || how === "soon" ? t(`work.${how}`) + " " : ""}${dueWords(one)}`), seen))),
    failed ? notice("error", failed.sentence, failed.remedy ? h("p", null, failed.remedy) : null, failed.code ? h("p", {class: "code"}, t("core.code", {code: failed.code})) : null) : null,
    h("div", {class: "review-bar"}, actions, h("nav", {class: "review-nav", "aria-label": t("officer.review.nav")}, h("a", {href: "#/queue"}, t("officer.back")),
        place.before ? h("a", {href: href(place.before), rel: "prev", class: "button"}, t("officer.review.before")) : null,
        h("span", null, t("officer.review.at", {n: Math.max(1, place.at + 1), all: Math.max(1, place.all)})),
        place.after ? h("a", {href: href(place.after), rel: "next", class: "button"}, t("officer.review.after")) : null)),
    sheets(one, telling));
  // Only while the focus is on this page: single letters are nobody else's keys (WCAG 2.1.4).
  main.addEventListener("keydown", (event) => {
    const from = event.target;
    if (event.altKey || event.ctrlKey || event.metaKey || !(from instanceof Element)) return;
    if (from.closest("dialog, input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]")) return;
    if (event.key === "j" && place.after) go(href(place.after));
    else if (event.key === "k" && place.before) go(href(place.before));
    else if (event.key === "m" && one.turn !== "other") mark();
    else return;
    event.preventDefault();
  });
}

/**
 * @param {Waiting} one
 * @param {() => void} telling
 */
function sheets(one, telling) {
  const file = one.document;
  if (!file) return making(one);
  const shown = () => {
    if (isSeen(one)) return;
    markSeen(one.id, file.sha256);
    telling();
    announce(t("officer.seen"));
  };
  const right = pagesView({id: one.id, document: file, title: t("officer.review.will_be"), shown});
  const left = one.compare ? pagesView({id: one.id, document: one.compare}) : null;
  return h("div", {class: left ? "review-sheets two" : "review-sheets"}, left, right);
}

/** @param {Waiting} one */
function making(one) {
  const place = h("div", null, notice("warning", t("officer.review.no_document")));
  place.append(button(t("case.reload"), {click: () => api.get(one.self).then(() => go(`/queue/${one.id}`),
    (problem) => replace(place, problemNotice(problem)))}), h("p", null, either(one.state_text)));
  return place;
}
