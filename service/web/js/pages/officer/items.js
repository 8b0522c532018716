// The files of one signing: name, pages and SHA-256 before the PIN (S-13), and what becomes of each.

import {announce, h, icon, replace} from "../../core/ui.js";
import {t} from "../../core/i18n.js";
import {isSeen, nameOf} from "../work/model.js";
import {link} from "../../core/router.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/**
 * @typedef {object} Progress
 * @property {"queued" | "prepared" | "signing" | "given" | "signed" | "done" | "refused" | "unsigned"} state
 * @property {{code: string, sentence: string, remedy: string}} [problem]
 * @property {string} [sha256] of the file that was made
 */

const kIcons = {queued: "none", prepared: "file", signing: "file", given: "file", signed: "unsure", done: "ok", refused: "wrong", unsigned: "wrong"};

/** @param {Waiting[]} cases */
export function itemList(cases) {
  /** @type {Map<string, {now: Progress | null, cell: HTMLElement, row: HTMLElement}>} */
  const rows = new Map();
  const bar = h("progress", {max: cases.length, value: "0", "aria-label": t("officer.sign.progress")});
  const told = h("p", {class: "sign-told", role: "status"});
  const head = h("div", {class: "sign-progress", hidden: true}, bar, told);
  const list = h("ol", {class: "sign-items"}, cases.map((one) => {
    const cell = h("div", {class: "sign-state"}, isSeen(one) ? h("span", {class: "tag tag-ok"}, t("officer.seen"))
      : h("span", {class: "tag tag-info"}, t("officer.unseen")));
    const row = h("li", {data: {id: one.id}},
      h("div", {class: "sign-what"}, h("a", {href: link("/queue/{id}", {id: one.id})}, `${nameOf(one)} – ${one.paper ?? ""}`),
        h("span", {class: "work-small"}, [one.requester ?? "", one.document ? t("case.pages", {n: one.document.pages}) : ""].filter(Boolean).join(" · ")),
        one.document ? h("span", {class: "sign-digest"}, h("abbr", {title: one.document.sha256}, `SHA-256 ${one.document.sha256.slice(0, 16)}…`)) : null),
      cell);
    rows.set(one.id, {now: null, cell, row});
    return row;
  }));

  function count() {
    const all = [...rows.values()].map((one) => one.now?.state);
    const done = all.filter((state) => state === "done" || state === "signed").length;
    const failed = all.filter((state) => state === "refused" || state === "unsigned").length;
    head.hidden = false;
    bar.value = done + failed;
    const words = t("officer.sign.count", {done, failed, all: all.length});
    if (told.textContent !== words) replace(told, words);
  }

  return {
    element: h("section", {class: "sign-list", "aria-label": t("officer.sign.files")}, h("h2", null, t("officer.sign.files")), head, list),
    cases: () => cases,
    /**
     * @param {string} id
     * @param {Progress} now
     */
    progress(id, now) {
      const one = rows.get(id);
      if (!one || (one.now?.state === now.state && one.now.problem?.code === now.problem?.code)) return;
      one.now = now;
      one.row.className = `sign-${now.state}`;
      replace(one.cell, h("span", {class: "sign-word"}, icon(kIcons[now.state]), t(`officer.item.${now.state}`)),
        now.problem ? h("div", {class: "sign-why"}, h("p", null, now.problem.sentence), now.problem.remedy ? h("p", null, now.problem.remedy) : null,
                        now.problem.code ? h("p", {class: "code"}, t("core.code", {code: now.problem.code})) : null) : null,
        now.state === "done" ? h("a", {href: link("/cases/{id}", {id})}, t("officer.item.open")) : null);
      count();
    },
    /** The whole thing broke off: what was on its way is not signed. */
    stopped() {
      for (const [id, one] of rows) {
        const state = one.now?.state;
        if (state === "queued" || state === "prepared" || state === "signing" || state === "given") this.progress(id, {state: "unsigned"});
      }
      if (!head.hidden) announce(told.textContent ?? "");
    },
  };
}
