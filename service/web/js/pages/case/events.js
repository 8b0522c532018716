// How far a case is, and everything that happened in it.

import {h, icon} from "../../core/ui.js";
import {date, dateTime, either, has, t} from "../../core/i18n.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */
/** @typedef {import("./page.js").CaseEvent} CaseEvent */

/** @type {Record<string, string[]>} */
const kWays = {
  certified_copy: ["received", "checked", "captured", "attested", "officer_signed", "seal_signed", "registered", "released"],
  from_register_copy: ["requested", "found", "composed", "officer_signed", "seal_signed", "registered", "released"],
  office_copy: ["received", "captured", "lined", "seal_signed", "registered", "released"],
  result: ["submitted", "numbered", "officer_signed", "seal_signed", "registered", "released"],
};

/**
 * @param {CaseFacts} one
 * @param {CaseEvent[]} events
 */
export function stepsOf(one, events) {
  const way = kWays[one.product] ?? [];
  /** @type {Map<string, string>} */
  const reached = new Map();
  for (const event of events) if (event.to !== event.from || reached.size === 0) reached.set(event.to, event.at);
  reached.set(one.state, reached.get(one.state) ?? one.updated);
  const at = way.indexOf(one.state);
  // A case that ended otherwise stops where it was.
  const ended = at < 0;
  const last = ended ? Math.max(...way.map((state, n) => (reached.has(state) ? n : -1))) : at;
  const shown = ended ? [...way.slice(0, last + 1), one.state] : way;
  return h("nav", {class: "case-steps", "aria-label": t("case.progress")}, h("ol", {class: "steps"}, shown.map((state, n) => {
    const now = state === one.state;
    const kind = now ? "now" : reached.has(state) || n < last ? "done" : "open";
    // A register's copy may go without a person.
    if (kind === "done" && !reached.has(state)) return null;
    const when = reached.get(state);
    return h("li", {class: `step step-${kind}${now && ended ? " step-ended" : ""}`, "aria-current": now ? "step" : undefined},
      kind === "done" ? icon("ok") : now && ended ? icon("wrong") : null,
      h("span", {class: "step-words"}, t(`case.state.${state}`), h("span", {class: "visually-hidden"}, `, ${t(`case.step.${kind}`)}`)),
      when ? h("span", {class: "step-when"}, dateTime(when)) : null);
  })));
}

/**
 * @param {CaseFacts} one
 * @param {CaseEvent[]} events
 */
export function eventsOf(one, events) {
  return h("ol", {class: "case-events"}, [...events].reverse().map((event) => {
    const who = event.name ?? (event.actor ? t("case.event.by_key", {id: event.actor.slice(0, 8)}) : t("case.event.by_service"));
    const what = has(`case.event.${event.action}`) ? t(`case.event.${event.action}`)
      : has(`case.action.${event.action}`) ? t(`case.action.${event.action}`) : t("case.event.other", {action: event.action});
    const more = ["reason", "decision", "decision_date", "delivery"].map((name) => event.facts[name]).filter((value) => typeof value === "string")
      .map((value) => date(String(value)) || String(value));
    return h("li", null, h("span", {class: "event-when"}, dateTime(event.at)),
      h("span", {class: "event-what"}, h("strong", null, what), event.to !== event.from && event.to ? ` → ${t(`case.state.${event.to}`)}` : "",
        h("span", {class: "work-small"}, [who, ...more].join(" · "))));
  }), events.length === 0 ? h("li", null, either(one.state_text)) : null);
}
