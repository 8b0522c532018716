// The result goes to whoever asked (C-17): where to is asked for when it is not known yet.

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {field, form} from "../../core/form.js";
import {button, h} from "../../core/ui.js";
import {draft} from "../../core/drafts.js";
import {t} from "../../core/i18n.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */

/**
 * @param {CaseFacts} one
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
export async function release(one, doing) {
  const known = typeof one.facts["delivery"] === "string" ? one.facts["delivery"] : "";
  const kept = draft(`case/${one.id}/release`);
  let to = "";
  const body = form({submit: (typed) => {
    to = typed["delivery"] ?? "";
    asked.close("done");
  }},
  h("p", null, t("case.release.what")),
  field({id: "release-to", name: "delivery", label: t("case.delivery"), hint: t("case.release.hint"), value: known, maxlength: "320", required: true}),
  h("div", {class: "actions"}, button(t("case.action.release"), {kind: "primary", type: "submit"}), button(t("case.back"), {click: () => asked.close("")})));
  const asked = dialog({title: t("case.release.title", {number: one.number ?? ""})}, body);
  kept.follow(body);
  if ((await asked.open()) !== "done") return;
  await doing(async () => {
    await api.post(`${one.self}/actions`, {action: "release", version: one.version, facts: to === known ? undefined : {delivery: to}},
                   {idempotencyKey: `release-${one.id}-${one.version}`});
    kept.clear();
  }, t("case.release.done"));
}
