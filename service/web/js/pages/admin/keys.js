// Keys and tokens with their health, as the key holder tells it.

import {api} from "../../core/api.js";
import {dateTime, either, number, t} from "../../core/i18n.js";
import {button, facts, h, notice, replace, skeleton, table} from "../../core/ui.js";
import {digest, head, healthTag, toldNotice, validity} from "./frame.js";

/**
 * @typedef {import("./frame.js").Told} Told
 * @typedef {{subject: string, issuer: string, serial: string, sha256: string, not_before: string, not_after: string}} Certificate
 * @typedef {{uri: string, pin: string, present: boolean, token: null | {label: string, serial: string, manufacturer: string,
 *   model: string, pin_count_low: boolean, pin_final_try: boolean, pin_locked: boolean}}} Token
 * @typedef {{label: string, token: string, rule: string, purpose: string, state: string, signatures: number, failures: number,
 *   under_way: number, until: string | null, error: Told | null}} Key
 * @typedef {{configured: boolean, uri: string, level: string, tsa: string[], certificate: Certificate | null,
 *   certificate_problem: Told | null, holder: null | {started: string | null, modules: {path: string, failure: Told | null}[],
 *   tokens: Token[], keys: Key[], journal?: {last: number, octets: number}}, holder_problem: Told | null}} Keys
 */

/** @param {Token} one */
function pinOf(one) {
  const token = one.token;
  if (token?.pin_locked) return healthTag(false, t("admin.pin.locked"));
  if (token?.pin_final_try) return healthTag(false, t("admin.pin.final"));
  if (token?.pin_count_low) return healthTag(false, t("admin.pin.low"), "warning");
  return one.pin === "held" ? healthTag(true, t("admin.pin.held")) : healthTag(false, t(`admin.pin.${one.pin}`), "warning");
}

/** @param {Key} one */
function healthOf(one) {
  const words = one.state === "ready" ? t("admin.key.ready") : t("admin.key.resting", {at: dateTime(one.until)});
  return [healthTag(one.state === "ready", words, "warning"),
          one.error ? h("p", {class: "small"}, either(one.error.message), " ", either(one.error.action)) : null];
}

/** @param {Keys["holder"]} holder */
function holderParts(holder) {
  if (!holder) return null;
  return [h("section", null, h("h2", null, t("admin.keys.keys")), table({caption: t("admin.keys.keys"), rows: holder.keys, empty: t("admin.keys.none"), columns: [
    {key: "label", label: t("admin.key.label"), head: true, cell: (one) => [one.label, h("div", {class: "small"}, one.token)]},
    {key: "purpose", label: t("admin.key.purpose"), cell: (one) => t(`admin.key.purpose.${one.purpose}`)},
    {key: "health", label: t("admin.key.health"), kind: "wide", cell: healthOf},
    {key: "signatures", label: t("admin.key.signatures"), kind: "number", cell: (one) => number(one.signatures)},
    {key: "failures", label: t("admin.key.failures"), kind: "number", cell: (one) => number(one.failures)}]})),
  h("section", null, h("h2", null, t("admin.keys.tokens")), table({caption: t("admin.keys.tokens"), rows: holder.tokens, empty: t("admin.keys.no_tokens"), columns: [
    {key: "name", label: t("admin.token.name"), head: true, cell: (one) => [one.token ? one.token.label : one.uri,
      one.token ? h("div", {class: "small"}, [one.token.manufacturer, one.token.model, one.token.serial].filter(Boolean).join(" · ")) : null]},
    {key: "present", label: t("admin.token.present"), cell: (one) => healthTag(one.present, t(one.present ? "admin.token.there" : "admin.token.away"))},
    {key: "pin", label: t("admin.token.pin"), cell: pinOf}]}),
  h("p", {class: "hint"}, t("admin.keys.unlock"), " ", h("code", null, "antin unlock"))),
  h("section", null, h("h2", null, t("admin.keys.modules")), table({caption: t("admin.keys.modules"), rows: holder.modules, columns: [
    {key: "path", label: t("admin.module.path"), head: true, cell: (one) => h("code", null, one.path)},
    {key: "health", label: t("admin.key.health"), kind: "wide", cell: (one) => [healthTag(!one.failure, t(one.failure ? "admin.module.failed" : "admin.module.good")),
      one.failure ? h("p", {class: "small"}, either(one.failure.message), " ", either(one.failure.action)) : null]}]})),
  facts([[t("admin.keys.since"), dateTime(holder.started)], [t("admin.keys.journal"), holder.journal ? number(holder.journal.last) : ""]])];
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderKeys(main, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  const load = async () => {
    /** @type {Keys} */
    const told = await api.get("/api/v1/admin/keys", {signal});
    const own = told.certificate;
    replace(place,
      told.configured ? null : notice("info", t("admin.keys.off")),
      told.holder_problem ? toldNotice(told.holder_problem) : null,
      // Without the holder its certificates are away too: that is one thing to mend, and said once.
      told.certificate_problem && told.certificate_problem.code !== told.holder_problem?.code ? toldNotice(told.certificate_problem) : null,
      own ? h("section", {class: "card"}, h("h2", null, t("admin.keys.agency")), facts([[t("admin.cert.subject"), own.subject],
        [t("admin.cert.issuer"), own.issuer], [t("admin.cert.valid"), validity(own)], [t("admin.cert.serial"), h("code", null, own.serial)],
        [t("admin.cert.sha256"), digest(own.sha256)], [t("admin.keys.uri"), h("code", null, told.uri)],
        [t("admin.keys.level"), told.level], [t("admin.keys.tsa"), told.tsa.join(", ")]])) : null,
      holderParts(told.holder));
  };
  replace(main, head("keys", button(t("admin.refresh"), {icon: "turn", click: load})), place);
  await load();
}
