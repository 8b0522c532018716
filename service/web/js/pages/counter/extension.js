// A longer time limit (C-15): its days, the reason that it needs, the agreement that many days need.

import {t} from "../../core/i18n.js";
import {field} from "../../core/ui.js";

/**
 * @param {import("./desk.js").Desk} desk
 * @param {Record<string, string>} said typed earlier
 */
export function extensionFields(desk, said) {
  return [
    field({id: "extension_days", label: t("counter.extension.days"), type: "number", min: 1, max: 250, value: said.extension_days ?? ""}),
    field({id: "extension_reason", label: t("counter.extension.reason"), maxlength: 300, value: said.extension_reason ?? ""}),
    field({id: "agreement", label: t("counter.extension.agreement"), maxlength: 200,
           hint: t("counter.extension.agreement.hint", {days: desk.rules.hours.extension_days}), value: said.agreement ?? ""})];
}

/**
 * Nothing without days.
 * @param {Record<string, string>} typed
 * @returns {Record<string, string | number>}
 */
export function extensionFacts(typed) {
  if (!typed.extension_days) return {};
  return {extension_days: Number(typed.extension_days), extension_reason: typed.extension_reason ?? "",
          ...(typed.agreement ? {agreement: typed.agreement} : {})};
}

/**
 * What stands at which field.
 * @param {Record<string, string>} typed
 * @returns {Record<string, string>}
 */
export function wrongExtension(typed) {
  return typed.extension_days && !typed.extension_reason ? {extension_reason: t("core.required")} : {};
}
