// Mending what was typed at the reception, until there is a number: it goes with the next step.

import {t} from "../../core/i18n.js";
import {button, dialog, form, h, values} from "../../core/ui.js";
import {factsOf, requestFields, wrongIn} from "./request.js";

/** @param {import("./desk.js").Desk} desk */
export async function editRequest(desk) {
  const {one} = desk;
  const now = {...one.facts, ...desk.typed()};
  /** @type {Record<string, string>} */
  const typed = {};
  for (const [name, value] of Object.entries(now)) if (typeof value !== "object") typed[name] = String(value);
  if (now.answers?.holder_is_dead) typed.holder_is_dead = now.answers.holder_is_dead;
  if (now.answers?.is_sao_y) typed.is_sao_y = now.answers.is_sao_y;
  // What was typed about an older version says nothing about this one.
  const kept = desk.draft("edit");
  const before = /** @type {{version?: number, typed?: Record<string, string>} | null} */ (kept.restore());
  if (before?.version === one.version) Object.assign(typed, before.typed);
  const body = form({submit: async (all) => {
    const facts = factsOf(all, one.product);
    if (one.product === "certified_copy") delete facts.answers;
    desk.draft("request").save(facts);
    kept.clear();
    asked.close("done");
    desk.redraw();
  }, check: (all) => wrongIn(all, one.product)},
  h("p", {class: "hint"}, t("counter.edit.words")),
  requestFields({product: one.product, rules: desk.rules, typed, units: [{code: one.unit, name: ""}], mayAsk: false}),
  h("div", {class: "actions"}, button(t("core.save"), {kind: "primary", type: "submit"})));
  const keep = () => { kept.save({version: one.version, typed: values(body)}); };
  for (const event of ["input", "change"]) body.addEventListener(event, keep);
  const asked = dialog({title: t("counter.edit"), class: "dialog-wide"}, body);
  await asked.open();
}
