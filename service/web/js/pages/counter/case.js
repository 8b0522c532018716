// One case on the counter: where it stands, the one thing that is to be done now, and what another
// clerk did meanwhile.

import {api} from "../../core/api.js";
import {date, either, t} from "../../core/i18n.js";
import {go, link} from "../../core/router.js";
import {session} from "../../core/session.js";
import {button, facts, h, notice, pageTitle, problemNotice, replace, skeleton, steps} from "../../core/ui.js";
import {attestPanel} from "./attest.js";
import {checkPanel} from "./check.js";
import {Conflict, Desk, dueWords, feeWords, kWithoutCopy, law, stateHeading} from "./desk.js";
import {useKeys} from "./keys.js";
import {endPanel, refusePanel, withdraw} from "./letters.js";
import {composePanel, originPanel} from "./origin.js";
import {editRequest} from "./edit.js";
import {linePanel} from "./line.js";
import {scanPanel} from "./scan.js";

/** @typedef {import("./desk.js").Case} Case */
/** @typedef {(desk: Desk) => Node | Promise<Node>} Panel */
/** @typedef {{name: string, state: string, panel: Panel}} Stage */

/** The stages of each product at the counter, each with the state in which it is due. */
/** @type {Record<string, Stage[]>} */
const kStages = {
  certified_copy: [{name: "check", state: "received", panel: checkPanel}, {name: "scan", state: "checked", panel: scanPanel},
                   {name: "attest", state: "captured", panel: attestPanel}],
  from_register_copy: [{name: "origin", state: "requested", panel: originPanel}, {name: "compose", state: "found", panel: composePanel}],
  office_copy: [{name: "scan", state: "received", panel: scanPanel}, {name: "line", state: "captured", panel: linePanel}],
};

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} params
 * @param {AbortSignal} signal
 */
export async function renderCase(main, params, signal) {
  replace(main, skeleton(6));
  const [one, rules] = await Promise.all([api.get(`/api/v1/cases/${encodeURIComponent(params.id ?? "")}`, {signal}), law()]);
  if (signal.aborted) return;
  const desk = new Desk(one, rules, signal);
  const told = h("div", {class: "stack counter-told"});
  const room = h("div");
  let turn = 0;
  desk.redraw = () => {
    turn += 1;
    if (title.textContent !== nameOf(desk.one)) entitle(desk, title);
    void draw(desk, room, told, turn, () => turn);
  };
  const help = useKeys(signal, [
    {keys: "Enter", does: t("counter.key.enter")},
    {keys: "Ctrl+Enter", does: t("counter.key.submit"), run: () => submit(room)},
    {keys: "C K", does: t("counter.key.answer")},
    {keys: "Alt+U", does: t("counter.key.upload"), run: () => press(room, "upload")},
    {keys: "Alt+C", does: t("counter.key.camera"), run: () => press(room, "camera")},
    {keys: "X", does: t("counter.key.turn")},
    {keys: "Alt+L", does: t("counter.key.back"), run: () => go("/counter")}]);
  window.addEventListener("antin:problem", (event) => {
    const problem = event instanceof CustomEvent ? event.detail : null;
    if (!(problem instanceof Conflict)) return;
    event.preventDefault();
    showConflict(desk, problem, told);
  }, {signal});
  const title = h("div");
  entitle(desk, title);
  replace(main, h("div", {class: "page-head"}, title,
                  h("div", {class: "row"}, button(t("counter.keys"), {kind: "quiet", click: help}),
                    h("a", {class: "button", href: "#/counter"}, t("counter.back")))), told, room);
  desk.redraw();
}

/** @param {Case} one */
const nameOf = (one) => one.paper || t(`counter.product.${one.product}`);

/**
 * A copy from the register is of a paper that is known only once the entry is found.
 * @param {Desk} desk
 * @param {Element} title
 */
function entitle(desk, title) {
  replace(title, pageTitle(nameOf(desk.one)));
}

/** @param {Element} room */
function submit(room) {
  const form = room.querySelector("form");
  if (form) form.requestSubmit();
}

/**
 * @param {Element} room
 * @param {string} what
 */
function press(room, what) {
  const found = room.querySelector(`[data-press="${what}"]`);
  if (found instanceof HTMLElement) found.click();
}

/**
 * @param {Desk} desk
 * @param {Conflict} conflict
 * @param {Element} told
 */
function showConflict(desk, conflict, told) {
  replace(told, notice("warning", t("counter.conflict"), conflict.words ? h("p", null, conflict.words) : null,
                       h("p", null, t("counter.conflict.kept"))));
  told.scrollIntoView({block: "nearest"});
  desk.take(conflict.now);
}

/**
 * @param {Desk} desk
 * @param {Element} room
 * @param {Element} told
 * @param {number} turn
 * @param {() => number} now
 */
async function draw(desk, room, told, turn, now) {
  const {one} = desk;
  const stages = kStages[one.product] ?? [];
  const due = stages.findIndex((stage) => stage.state === one.state);
  const at = desk.view && desk.view !== "refuse" ? stages.findIndex((stage) => stage.name === desk.view) : due;
  const place = h("section", {class: "card counter-panel", "aria-labelledby": "counter-step"}, skeleton(4));
  const stopped = isStopped(one);
  const passed = stages.map((stage, index) => ({label: t(`counter.step.${stage.name}`), state: stateOf(index, at, due, one.state)}));
  replace(room,
    steps(t("counter.steps"), [{label: t("counter.step.request"), state: "done"},
      // What has stopped goes nowhere: no step stands there as if it were still to come.
      ...passed.filter((step) => !stopped || step.state === "done"),
      stopped ? {label: stateHeading(one), state: "done"} : {label: t("counter.step.sent"), state: due < 0 ? "now" : "next"}]),
    h("div", {class: "counter-work"}, place, aside(desk, due >= 0)));
  try {
    const stage = stages[at];
    const panel = desk.view === "refuse" ? await refusePanel(desk) : stage ? await stage.panel(desk) : endPanel(desk);
    if (turn !== now() || desk.signal.aborted) return;
    replace(place, panel);
    const heading = place.querySelector("h2");
    if (heading) {
      heading.id = "counter-step";
      heading.tabIndex = -1;
      if (told.childElementCount === 0 || !told.contains(document.activeElement)) heading.focus({preventScroll: true});
    }
    const first = place.querySelector("[data-first]");
    if (first instanceof HTMLElement) first.focus({preventScroll: true});
  } catch (problem) {
    if (turn !== now()) return;
    replace(place, problemNotice(problem, button(t("core.again"), {click: () => desk.redraw()})));
  }
}

/** @param {Case} one */
function isStopped(one) {
  return [...kWithoutCopy, "voided", "cancelled"].includes(one.state);
}

/**
 * @param {number} index
 * @param {number} at
 * @param {number} due
 * @param {string} state
 * @returns {"done" | "now" | "next" | "wrong"}
 */
function stateOf(index, at, due, state) {
  if (due < 0) return kWithoutCopy.includes(state) ? "next" : "done";
  if (index === at) return "now";
  return index < due ? "done" : "next";
}

/**
 * What the case is about, what it costs, when it is due, and the ways out.
 * @param {Desk} desk
 * @param {boolean} open
 */
function aside(desk, open) {
  const {one} = desk;
  const said = {...one.facts, ...desk.typed()};
  const can = (/** @type {string} */ action) => one.next.some((step) => step.action === action &&
    step.by.some((role) => session.has(role)));
  return h("aside", {class: "card counter-aside", "aria-label": t("counter.about")},
    facts([
      [t("counter.requester"), String(said.requester ?? "")],
      [t("counter.paper"), String(said.paper ?? said.source ?? "")],
      [t("counter.pages"), said.pages ? String(said.pages) : ""],
      [t("counter.copies"), said.copies ? String(said.copies) : ""],
      [t("counter.number"), one.number ?? ""],
      [t("counter.state"), either(one.state_text)],
      [t("counter.fee"), feeWords(one)],
      [t("counter.deadline"), isStopped(one) ? "" : dueWords(one.deadline)],
      [t("counter.delivery"), String(said.delivery ?? "")],
      [t("counter.received"), date(one.day)],
    ]),
    one.notices.map((told) => h("p", {class: "counter-hint"}, either(told.message))),
    (one.already_held?.results ?? []).map((held) => h("p", {class: "counter-hint"},
      [held.number, date(held.date), held.issuer, held.code ?? ""].filter((text) => text !== "").join(" · "))),
    h("div", {class: "actions counter-ways"},
      open ? button(t("counter.edit"), {kind: "quiet", click: () => editRequest(desk)}) : null,
      can("refuse") && one.product === "certified_copy" && desk.view !== "refuse"
        ? button(t("counter.refuse"), {kind: "quiet", click: () => { desk.view = "refuse"; desk.redraw(); }}) : null,
      can("withdraw") ? button(t("counter.withdraw"), {kind: "quiet", click: () => withdraw(desk)}) : null,
      one.visit && one.requester && one.product === "certified_copy"
        ? h("a", {class: "button button-quiet", href: `${link("/counter/new", {})}?visit=${encodeURIComponent(one.visit)}&requester=${encodeURIComponent(one.requester)}`},
            t("counter.another_paper")) : null));
}
