// What was sent of a case, to whom, and how that went; sent again, or stopped.

import {api} from "../../core/api.js";
import {confirm, dialog} from "../../core/dialog.js";
import {field, form} from "../../core/form.js";
import {button, h, notice, problemNotice, replace, skeleton} from "../../core/ui.js";
import {dateTime, either, t} from "../../core/i18n.js";
import {opens} from "../work/opens.js";
import {session} from "../../core/session.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */
/** @typedef {import("../work/model.js").Both} Both */
/** @typedef {{id: string, type: string, target: string, address: string | null, state: string, state_words: Both, under_way: boolean, tries: number, updated: string, next_try: string | null, reason?: {code: string, message: Both, action: Both}}} Delivery */

/**
 * @param {CaseFacts} one
 * @param {AbortSignal} signal
 */
export function deliveriesOf(one, signal) {
  const place = h("div", null, skeleton(2));
  const section = h("section", {class: "card"}, h("h2", null, t("case.deliveries")), place);
  const load = async () => {
    try {
      const told = await api.get(`${one.self}/deliveries`, {signal});
      draw(place, told.deliveries, load);
    } catch (problem) {
      if (!signal.aborted) replace(place, problemNotice(problem));
    }
  };
  void load();
  return section;
}

/**
 * @param {HTMLElement} place
 * @param {Delivery[]} all
 * @param {() => Promise<void>} load
 */
function draw(place, all, load) {
  if (all.length === 0) {
    replace(place, h("p", {class: "soft"}, t("case.deliveries.none")));
    return;
  }
  const kinds = {waiting: "tag-info", sent: "tag-ok", dead: "tag-error", cancelled: "tag-warning"};
  replace(place, h("ul", {class: "case-deliveries"}, all.map((one) => h("li", null,
    h("p", null, h("strong", null, one.address ?? one.target), " ",
      h("span", {class: `tag ${kinds[/** @type {keyof typeof kinds} */ (one.state)] ?? ""}`}, either(one.state_words)),
      h("span", {class: "work-small"}, [dateTime(one.updated), one.tries ? t("case.deliveries.tries", {n: one.tries}) : "",
                                        one.next_try ? t("case.deliveries.next_try", {at: dateTime(one.next_try)}) : ""].filter(Boolean).join(" · "))),
    one.reason ? h("p", {class: "sign-why"}, either(one.reason.message), " ", either(one.reason.action), " ", h("span", {class: "code"}, one.reason.code)) : null,
    h("div", {class: "actions"},
      session.has("reception") || session.has("clerk") ? button(t("case.deliveries.resend"), {kind: "quiet", click: opens(() => resend(one, load))}) : null,
      one.state === "waiting" && session.has("clerk") ? button(t("case.deliveries.cancel"), {kind: "quiet", click: opens(() => stop(one, load))}) : null)))));
}

/**
 * @param {Delivery} one
 * @param {() => Promise<void>} load
 */
async function resend(one, load) {
  const body = form({submit: async (typed) => {
    await api.post(`/api/v1/deliveries/${encodeURIComponent(one.id)}/retry`, typed["to"] ? {to: typed["to"]} : {});
    asked.close("done");
  }}, one.address ? field({id: "resend-to", name: "to", label: t("case.deliveries.address"), type: "email", maxlength: "254"}) : null,
  h("div", {class: "actions"}, button(t("case.deliveries.resend"), {kind: "primary", type: "submit"}), button(t("case.back"), {click: () => asked.close("")})));
  const asked = dialog({title: t("case.deliveries.resend_to", {target: one.address ?? one.target})}, body);
  if ((await asked.open()) !== "done") return;
  await load();
  document.querySelector(".case-said")?.replaceChildren(notice("ok", t("case.deliveries.again")));
}

/**
 * @param {Delivery} one
 * @param {() => Promise<void>} load
 */
async function stop(one, load) {
  const yes = await confirm({title: t("case.deliveries.cancel_ask", {target: one.address ?? one.target}), words: t("case.deliveries.cancel_what"),
                             yes: t("case.deliveries.cancel"), no: t("case.back"), danger: true});
  if (!yes) return;
  await api.post(`/api/v1/deliveries/${encodeURIComponent(one.id)}/cancel`, {});
  await load();
}
