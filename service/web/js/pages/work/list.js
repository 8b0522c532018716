// The table of a queue: marks, keys, and cases that come and go while somebody works in it.

import {announce, h, replace} from "../../core/ui.js";
import {date, either, t} from "../../core/i18n.js";
import {dueWords, nameOf, productOf, urgency} from "./model.js";

/** @typedef {import("./model.js").Waiting} Waiting */
/** @typedef {import("../../core/ui.js").Child} Child */

/**
 * @typedef {object} ListProps
 * @property {string} label of the table
 * @property {(one: Waiting) => string} href where a case is opened
 * @property {(one: Waiting) => Child} status last column
 * @property {(one: Waiting) => boolean} [markable]
 * @property {() => Set<string>} marked
 * @property {(ids: Set<string>) => void} mark
 */

/** @param {Waiting} one */
function dueCell(one) {
  const how = urgency(one);
  if (how === "none") return h("td", {class: "work-due", data: {label: t("case.deadline")}}, "–");
  return h("td", {class: "work-due", data: {label: t("case.deadline")}},
           h("span", {class: `due due-${how}`},
             how === "late" || how === "soon" ? h("strong", null, `${t(`work.${how}`)} `) : null, dueWords(one)));
}

/**
 * @param {ListProps} props
 */
export function workList(props) {
  /** @type {Waiting[]} */
  let shown = [];
  const body = h("tbody", null);
  const all = h("input", {type: "checkbox", class: "work-all", "aria-label": t("work.mark_all"), on: {change: () => {
    const can = shown.filter(isMarkable).map((one) => one.id);
    const marked = props.marked();
    for (const id of can) {
      if (all.checked) marked.add(id);
      else marked.delete(id);
    }
    props.mark(marked);
    refresh();
    announce(t("work.marked_now", {n: props.marked().size}));
  }}});
  const table = h("table", {class: "work-list", "aria-label": props.label},
    h("thead", null, h("tr", null, h("th", {scope: "col", class: "work-check", data: {label: t("work.mark_all")}}, all),
      h("th", {scope: "col"}, t("work.case")), h("th", {scope: "col"}, t("case.requester")),
      h("th", {scope: "col"}, t("case.deadline")), h("th", {scope: "col"}, t("case.signer")),
      h("th", {scope: "col"}, t("work.state")))), body);
  table.addEventListener("keydown", keys);

  /** @param {Waiting} one */
  function isMarkable(one) {
    return props.markable ? props.markable(one) : true;
  }

  /**
   * @param {Waiting} one
   * @param {boolean} marked
   */
  function line(one, marked) {
    const box = h("input", {type: "checkbox", checked: marked, disabled: !isMarkable(one), tabindex: "-1",
                            "aria-label": t("work.mark", {name: `${nameOf(one)}, ${one.paper ?? ""}`}),
                            on: {change: () => toggle(one.id)}});
    return h("tr", {data: {id: one.id}, class: marked ? "marked" : ""},
      h("td", {class: "work-check"}, h("label", {class: "work-box"}, box)),
      h("td", {class: "work-what"}, h("a", {href: props.href(one), class: "work-open"}, nameOf(one)),
        h("span", {class: "work-paper"}, one.paper ?? ""),
        h("span", {class: "work-small"}, [productOf(one), one.document ? t("case.pages", {n: one.document.pages}) : "",
                                          one.dossier ?? ""].filter(Boolean).join(" · "))),
      h("td", {data: {label: t("case.requester")}}, one.requester ?? "–",
        h("span", {class: "work-small"}, `${t("case.received")} ${date(one.day)}`)),
      dueCell(one),
      h("td", {data: {label: t("case.signer")}}, one.signer?.name ?? "–",
        one.signer?.capacity ? h("span", {class: "work-small"}, one.signer.capacity) : null),
      h("td", {class: "work-state", data: {label: t("work.state")}}, props.status(one) || either(one.state_text)));
  }

  /** @param {string} id */
  function toggle(id) {
    const marked = props.marked();
    if (!marked.delete(id)) marked.add(id);
    props.mark(marked);
    refresh();
    announce(t("work.marked_now", {n: props.marked().size}));
  }

  /** @param {KeyboardEvent} event */
  function keys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element)) return;
    const links = /** @type {HTMLElement[]} */ ([...body.querySelectorAll("a.work-open")]);
    const row = event.target.closest("tr");
    const at = links.findIndex((link) => row?.contains(link));
    const step = {j: 1, ArrowDown: 1, k: -1, ArrowUp: -1}[event.key];
    if (step !== undefined) {
      event.preventDefault();
      links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
    } else if (event.key === " " && event.target.matches("a.work-open")) {
      event.preventDefault();
      const id = row?.getAttribute("data-id") ?? "";
      const one = shown.find((each) => each.id === id);
      if (one && isMarkable(one)) toggle(id);
    }
  }

  /** Draws what is known now; whoever had the focus keeps it. */
  function refresh() {
    const held = document.activeElement instanceof Element && body.contains(document.activeElement)
      ? document.activeElement.closest("tr")?.getAttribute("data-id") : null;
    const wasBox = document.activeElement instanceof HTMLInputElement;
    const marked = props.marked();
    replace(body, shown.map((one) => line(one, marked.has(one.id))));
    const can = shown.filter(isMarkable);
    const chosen = can.filter((one) => marked.has(one.id)).length;
    all.checked = can.length > 0 && chosen === can.length;
    all.indeterminate = chosen > 0 && chosen < can.length;
    all.disabled = can.length === 0;
    if (!held) return;
    const again = body.querySelector(`tr[data-id="${CSS.escape(held)}"] ${wasBox ? "input" : "a.work-open"}`) ??
      body.querySelector("a.work-open");
    if (again instanceof HTMLElement) again.focus();
  }

  return {
    element: table,
    /** @param {Waiting[]} cases */
    show(cases) {
      shown = cases;
      refresh();
    },
    refresh,
    focus() {
      const first = body.querySelector("a.work-open");
      if (first instanceof HTMLElement) first.focus();
    },
  };
}
