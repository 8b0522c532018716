// One page of a scan: its picture, what is known of it, what is wrong with it, what can be done.

import {either, t} from "../../core/i18n.js";
import {button, confirm, dialog, h, icon} from "../../core/ui.js";
import {pagePicture} from "./picture.js";

/** @typedef {import("./desk.js").Case} Case */
/** @typedef {import("./desk.js").ScanPages} ScanPages */
/** @typedef {{turn: () => Promise<unknown>, move: (by: number) => Promise<unknown>, remove: () => Promise<unknown>, instead: () => void}} Doing */

/**
 * @param {Case} one
 * @param {ScanPages} pages
 * @param {number} at from 0
 * @param {Doing} doing
 */
export function sheetCard(one, pages, at, doing) {
  const page = pages.pages[at];
  const number = at + 1;
  const last = pages.pages.length - 1;
  const complaints = pages.complaints.filter((each) => each.page === number && each.severity !== "info");
  const wrong = complaints.some((each) => each.severity === "error");
  const name = t("counter.sheet", {page: number});
  const remove = async () => {
    if (await confirm({title: t("counter.sheet.remove.ask", {page: number}), words: t("counter.sheet.remove.words"),
                       yes: t("counter.sheet.remove"), danger: true})) await doing.remove();
  };
  const card = h("li", {class: ["counter-sheet", wrong ? "counter-sheet-wrong" : ""].filter(Boolean).join(" "), tabindex: "-1",
                        "aria-label": name, data: {page: number}},
    h("button", {type: "button", class: "counter-look", "aria-label": t("counter.sheet.look", {page: number}),
                 on: {click: () => look(one, pages, number)}},
      pagePicture(one, {of: pages.of, page: number, width: 240, label: name})),
    h("div", {class: "counter-sheet-head"}, h("strong", null, name),
      h("span", {class: complaints.length ? wrong ? "tag tag-error" : "tag tag-warning" : "tag tag-ok"},
        icon(complaints.length ? wrong ? "wrong" : "unsure" : "ok"),
        complaints.length ? wrong ? t("counter.sheet.wrong") : t("counter.sheet.look_at") : t("counter.sheet.good"))),
    h("p", {class: "soft small"}, page ? t("counter.sheet.facts", {
      dpi: page.dpi, width: page.width_mm, height: page.height_mm, colour: t(`counter.colour.${page.colour}`)}) : ""),
    complaints.map((each) => h("div", {class: "counter-complaint"}, icon(each.severity === "error" ? "wrong" : "unsure"),
      h("div", null, h("p", null, either(each.message)), h("p", {class: "small"}, either(each.action))))),
    h("div", {class: "counter-sheet-ways"},
      way("turn", t("counter.sheet.turn", {page: number}), doing.turn),
      way("left", t("counter.sheet.before", {page: number}), () => doing.move(-1), at === 0),
      way("right", t("counter.sheet.after", {page: number}), () => doing.move(1), at === last),
      way("file", t("counter.sheet.instead", {page: number}), async () => doing.instead()),
      way("remove", t("counter.sheet.remove.one", {page: number}), remove, last === 0)));
  card.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "ArrowLeft" && at > 0) { event.preventDefault(); void doing.move(-1); }
    else if (event.altKey && event.key === "ArrowRight" && at < last) { event.preventDefault(); void doing.move(1); }
    else if (event.key.toLowerCase() === "x" && !event.altKey && !event.ctrlKey) { event.preventDefault(); void doing.turn(); }
    else if (event.key === "Delete" && last > 0) { event.preventDefault(); void remove(); }
  });
  return card;
}

/**
 * @param {string} drawn
 * @param {string} label
 * @param {() => Promise<unknown>} run
 * @param {boolean} [off]
 */
function way(drawn, label, run, off = false) {
  return button("", {kind: "quiet", icon: drawn, "aria-label": label, title: label, class: "counter-way", disabled: off, click: run});
}

/**
 * @param {Case} one
 * @param {ScanPages} pages
 * @param {number} page
 */
function look(one, pages, page) {
  void dialog({title: t("counter.sheet", {page}), class: "dialog-wide"},
    h("div", {class: "counter-large"}, pagePicture(one, {of: pages.of, page, width: 1400, label: t("counter.sheet", {page})}))).open();
}
