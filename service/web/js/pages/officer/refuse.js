// The officer does not sign: back to the counter, or for good. The number stays in the book, voided.

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {choices, field, form, setError} from "../../core/form.js";
import {link} from "../../core/router.js";
import {button, h} from "../../core/ui.js";
import {draft} from "../../core/drafts.js";
import {t, written} from "../../core/i18n.js";
import {chosen} from "./queue.js";
import {reopen} from "../case/reopen.js";
import {flash} from "../work/flash.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */

const kReasons = ["unclear", "incomplete", "wrong_words", "wrong_paper", "not_ours", "other"];

/**
 * @param {Waiting} one
 * @returns {Promise<boolean>} whether it is done
 */
export async function refuse(one) {
  const again = one.product !== "result";
  const kept = draft(`officer/refuse/${one.id}`);
  const reason = choices({name: "reason", legend: t("officer.refuse.why"),
                          options: kReasons.map((value) => ({value, label: t(`officer.refuse.${value}`)}))});
  const then = choices({name: "then", legend: t("officer.refuse.then"), value: again ? "counter" : "end", options: [
    ...(again ? [{value: "counter", label: t("officer.refuse.counter"), hint: t("officer.refuse.counter_hint")}] : []),
    {value: "end", label: t("officer.refuse.end"), hint: t(again ? "officer.refuse.end_hint" : "officer.refuse.end_result_hint")}]});
  const body = form({
    class: "refuse",
    check: (typed) => {
      /** @type {Record<string, string>} */
      const wrong = {};
      if (!typed["reason"]) wrong["reason"] = t("officer.refuse.choose");
      else if (typed["reason"] === "other" && !typed["words"]) wrong["words"] = t("officer.refuse.say");
      return wrong;
    },
    submit: async (typed) => {
      const said = [typed["reason"] === "other" ? "" : written(`officer.refuse.${typed["reason"]}`), typed["words"] ?? ""].filter(Boolean).join(": ");
      await send(one, said, typed["then"] === "counter");
      kept.clear();
      asked.close("done");
    },
  },
  h("p", null, one.number ? t("officer.refuse.number", {number: one.number}) : ""), reason,
  field({id: "refuse-words", name: "words", label: t("officer.refuse.own"), type: "textarea", maxlength: "400", hint: t("officer.refuse.own_hint")}),
  then, h("div", {class: "actions"}, button(t("officer.refuse.do"), {kind: "danger", type: "submit"}),
          button(t("case.back"), {click: () => asked.close("")})));
  const asked = dialog({title: t("officer.refuse.title", {number: one.number ?? ""})}, body);
  reason.addEventListener("change", () => setError(body, "words", ""));
  kept.follow(body);
  const done = (await asked.open()) === "done";
  if (done) {
    const left = chosen.all();
    left.delete(one.id);
    chosen.set(left);
  }
  return done;
}

/**
 * @param {Waiting} one
 * @param {string} reason
 * @param {boolean} counter
 */
async function send(one, reason, counter) {
  const said = (counter ? `${written("officer.refuse.returned")}: ${reason}` : reason).slice(0, 500);
  // Sent again after a lost answer it changes nothing.
  await api.post(`${one.self}/actions`, {action: "void", version: one.version, facts: {reason: said}},
                 {idempotencyKey: `refuse-${one.id}-${one.version}`});
  flash("ok", t("officer.refuse.done", {number: one.number ?? ""}));
  if (!counter) return;
  const before = await api.get(one.self);
  const fresh = await reopen(before);
  flash("ok", t("officer.refuse.reopened"), {href: link("/cases/{id}", {id: fresh.id}), label: t("officer.refuse.fresh")});
}
