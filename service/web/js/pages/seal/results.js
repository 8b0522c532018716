// What becomes of each case that is sealed in one go.

import {h, icon, notice, replace} from "../../core/ui.js";
import {t} from "../../core/i18n.js";
import {link} from "../../core/router.js";
import {nameOf} from "../work/model.js";
import {wordsOf} from "./run.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {import("./run.js").Progress} Progress */

const kDone = ["sealed", "entered", "released"];
/** @type {Record<string, string>} */
const kIcons = {checking: "search", sealing: "file", pending: "unsure", entering: "file", releasing: "file", sealed: "ok",
                entered: "ok", released: "ok", failed: "wrong"};

/** @param {Waiting[]} cases */
export function runList(cases) {
  /** @type {Map<string, {row: HTMLElement, cell: HTMLElement, now: Progress | null}>} */
  const lines = new Map();
  const bar = h("progress", {max: cases.length, value: "0", "aria-label": t("seal.run.title")});
  const told = h("p", {role: "status"});
  const end = h("div", {class: "actions"});
  const list = h("ol", {class: "sign-items"}, cases.map((one) => {
    const cell = h("div", {class: "sign-state"});
    const row = h("li", {data: {id: one.id}}, h("div", {class: "sign-what"},
      h("a", {href: link("/cases/{id}", {id: one.id})}, `${nameOf(one)} – ${one.paper ?? ""}`),
      h("span", {class: "work-small"}, one.requester ?? "")), cell);
    lines.set(one.id, {row, cell, now: null});
    return row;
  }));

  function figures() {
    const all = [...lines.values()].map((one) => one.now?.state ?? "");
    return {done: all.filter((state) => kDone.includes(state)).length, failed: all.filter((state) => state === "failed").length,
            waiting: all.filter((state) => state === "pending").length, all: all.length};
  }

  return {
    element: h("section", {class: "card seal-run", "aria-label": t("seal.run.title")}, h("h2", null, t("seal.run.title")), bar, told, list, end),
    /**
     * @param {string} id
     * @param {Progress} now
     */
    progress(id, now) {
      const one = lines.get(id);
      if (!one) return;
      one.now = now;
      const good = kDone.includes(now.state);
      one.row.className = now.state === "failed" ? "sign-refused" : good ? "sign-done" : now.state === "pending" ? "sign-signed" : "";
      replace(one.cell, h("span", {class: "sign-word"}, icon(kIcons[now.state] ?? "info"), wordsOf(now.state)),
        now.problem ? h("div", {class: "sign-why"}, h("p", null, now.problem.sentence), now.problem.remedy ? h("p", null, now.problem.remedy) : null,
                        now.problem.code ? h("p", {class: "code"}, t("core.code", {code: now.problem.code})) : null) : null);
      const n = figures();
      bar.value = n.done + n.failed + n.waiting;
      const words = t("seal.run.count", n);
      if (told.textContent !== words) replace(told, words);
    },
    /** @param {HTMLElement | null} more */
    over(more) {
      const n = figures();
      replace(end, n.failed === 0 && n.done > 0 ? notice("ok", t("case.signed")) : null,
              n.failed ? notice("error", t("officer.result.failed", {n: n.failed}), h("p", null, t("officer.result.failed_what"))) : null, more);
    },
  };
}
