// What the service found out about a document: the verdict, who signed when (V-02), and why. Nothing
// is judged here: verdicts and sentences are the report's own.

import {facts, h, icon, notice} from "../../core/ui.js";
import {date, dateTime, either, t} from "../../core/i18n.js";

/** @typedef {import("../work/model.js").Both} Both */
/** @typedef {{code: string, severity: "error" | "warning" | "info", message: Both, advice?: Both}} Finding */
/**
 * @typedef {object} Signature
 * @property {string} field
 * @property {string} kind
 * @property {string} indication
 * @property {string} integrity
 * @property {{name: string, organization: string, issuer: string, serial: string, sha256: string, not_before: string, not_after: string} | null} signer
 * @property {{claimed: string | null, proven: string | null}} signing_time
 * @property {{digest: string, signature: string, key_bits: number}} algorithm
 * @property {Finding[]} findings
 */
/** @typedef {{verdict: string, message: Both, signatures: Signature[], findings: Finding[]}} Report */

/** @type {Record<string, "ok" | "error" | "warning">} */
const kKinds = {VALID: "ok", INVALID: "error"};
/** @type {Record<string, {said: string, drawn: string}>} */
const kIndications = {"TOTAL-PASSED": {said: "passed", drawn: "ok"}, "TOTAL-FAILED": {said: "failed", drawn: "wrong"}};

/** @param {Report} report */
export function reportView(report) {
  return h("div", {data: {verdict: report.verdict}}, notice(kKinds[report.verdict] ?? "warning", either(report.message)),
    reasons(report.findings), h("ol", {class: "check-list"}, report.signatures.map((one) => signature(one))));
}

/**
 * What stands against it, and what to do; mere notes are for the full report.
 * @param {Finding[]} findings
 */
function reasons(findings) {
  const told = findings.filter((one) => one.severity !== "info");
  return told.length === 0 ? null : h("ul", {class: "check-reasons"}, told.map((one) => h("li", null, either(one.message),
    one.advice ? ` ${either(one.advice)}` : "", h("span", {class: "work-small"}, one.code))));
}

/** @param {Signature} one */
function signature(one) {
  const {said, drawn} = kIndications[one.indication] ?? {said: "undecided", drawn: "unsure"};
  const {signer} = one;
  const {claimed, proven} = one.signing_time;
  const name = one.kind === "document_timestamp" ? t("case.verify.timestamp") : signer?.name || one.field;
  return h("li", {class: `check-${said}`},
    h("p", null, icon(drawn), " ", h("strong", null, t("case.verify.signature", {name, result: t(`case.verify.${said}`)}))),
    reasons(one.findings),
    facts([
      [t("case.verify.organization"), signer?.organization ?? ""], [t("case.verify.issuer"), signer?.issuer ?? ""],
      [t("case.verify.time"), proven ? t("case.verify.proven", {at: dateTime(proven)}) : claimed ? t("case.verify.claimed", {at: dateTime(claimed)}) : ""],
      [t("case.verify.integrity"), t(`case.verify.${one.integrity}`)],
      [t("case.verify.period"), signer ? t("case.verify.from_to", {from: date(signer.not_before), to: date(signer.not_after)}) : ""],
      [t("case.verify.serial"), signer?.serial ?? ""], [t("case.sha256"), signer ? h("span", {class: "code"}, signer.sha256) : ""],
      [t("case.verify.algorithm"), `${one.algorithm.digest}, ${one.algorithm.signature} ${one.algorithm.key_bits}`]]));
}
