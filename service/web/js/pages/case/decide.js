// Cancelling, recalling, voiding: by decision, with what will happen said before, never undone.

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {field, form} from "../../core/form.js";
import {button, h, notice} from "../../core/ui.js";
import {t, today} from "../../core/i18n.js";
import {draft} from "../../core/drafts.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */

export const kDecisions = ["cancel", "recall", "void"];

/**
 * @param {CaseFacts} one
 * @param {string} action
 * @param {(work: () => Promise<unknown>, done?: string) => Promise<void>} doing
 */
export async function decide(one, action, doing) {
  const formal = action !== "void";
  const kept = draft(`case/${one.id}/${action}`);
  /** @type {Record<string, string>} */
  let facts = {};
  const body = form({
    check: (typed) => {
      /** @type {Record<string, string>} */
      const wrong = {};
      if (formal && (typed["decision_date"] ?? "") > today()) wrong["decision_date"] = t("case.decision.future");
      if (!typed["confirmed"]) wrong["confirmed"] = t("case.confirm.needed");
      return wrong;
    },
    submit: (typed) => {
      const names = formal ? ["decision", "decision_date", "decided_by", "reason"] : ["reason"];
      facts = Object.fromEntries(names.filter((name) => typed[name]).map((name) => [name, typed[name] ?? ""]));
      asked.close("done");
    },
  },
  notice("warning", t(`case.${action}.what`)),
  formal ? [field({id: "decide-number", name: "decision", label: t("case.decision.number"), required: true, maxlength: "128", placeholder: "15/QĐ-UBND"}),
            field({id: "decide-date", name: "decision_date", label: t("case.decision.date"), type: "date", required: true, max: today(), value: today()}),
            field({id: "decide-by", name: "decided_by", label: t("case.decision.by"), maxlength: "200"})] : null,
  field({id: "decide-reason", name: "reason", label: t("case.decision.reason"), type: "textarea", required: true, maxlength: "500"}),
  field({id: "decide-confirmed", name: "confirmed", label: t("case.confirm"), type: "checkbox"}),
  h("div", {class: "actions"}, button(t(`case.${action}`), {kind: "danger", type: "submit"}), button(t("case.back"), {click: () => asked.close("")})));
  const asked = dialog({title: t(`case.${action}.title`, {number: one.number ?? ""}), class: "dialog-wide"}, body);
  kept.follow(body);
  // Words that were typed come back; that they were read is said anew each time.
  const confirmed = body.querySelector("#decide-confirmed");
  if (confirmed instanceof HTMLInputElement) confirmed.checked = false;
  if ((await asked.open()) !== "done") return;
  const done = {cancel: "case.cancelled", recall: "case.recalled", void: "case.voided"}[action] ?? "case.voided";
  await doing(async () => {
    await api.post(`${one.self}/actions`, {action, version: one.version, facts}, {idempotencyKey: `${action}-${one.id}-${one.version}`});
    kept.clear();
  }, t(done));
}
