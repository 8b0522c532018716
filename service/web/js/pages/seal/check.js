// What the seal would go on, judged by the service without touching the key (C-02, R-10).

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {button, h, icon, notice, problemNotice, replace, skeleton} from "../../core/ui.js";
import {either, t} from "../../core/i18n.js";
import {nameOf} from "../work/model.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */
/** @typedef {import("../work/model.js").ToldProblem} ToldProblem */
/** @typedef {{by: "person" | "agency", name: string, verdict: "passed" | "revocation_unknown" | "failed", same_unit: boolean, authorised: boolean, after: string}} CheckedSignature */
/** @typedef {{case: string, version: number, signatures: CheckedSignature[], allowed: boolean, problem?: ToldProblem}} SealCheck */

/**
 * @param {boolean} good
 * @param {string} words
 */
function line(good, words) {
  return h("li", {class: good ? "check-ok" : "check-bad"}, icon(good ? "ok" : "wrong"), words);
}

/** @param {CheckedSignature} one */
function signature(one) {
  const who = one.by === "agency" ? t("seal.check.agency") : t("seal.check.person", {name: one.name || "?"});
  return h("li", null, h("strong", null, who), h("ul", {class: "checks"},
    line(one.verdict === "passed", t(`seal.check.${one.verdict}`)),
    line(one.same_unit, t(one.same_unit ? "seal.check.unit" : "seal.check.not_unit")),
    one.by === "person" ? line(one.authorised, t(one.authorised ? "seal.check.authority" : "seal.check.no_authority")) : null));
}

/** @param {SealCheck} check */
function checkView(check) {
  return h("div", {class: "seal-check"},
    check.allowed ? notice("ok", t("seal.check.allowed"))
      : notice("error", either(check.problem?.message) || (check.problem?.title ?? ""), h("p", null, either(check.problem?.action)),
               check.problem?.code ? h("p", {class: "code"}, t("core.code", {code: check.problem.code})) : null),
    check.signatures.length ? h("ol", {class: "check-list"}, check.signatures.map(signature)) : h("p", null, t("seal.check.none")));
}

/** @param {Waiting} one */
export async function checkDialog(one) {
  const place = h("div", null, skeleton(3));
  const asked = dialog({title: `${t("seal.check")} – ${nameOf(one)}`}, place,
                       h("div", {class: "actions"}, button(t("case.close"), {click: () => asked.close("")})));
  const closed = asked.open();
  try {
    replace(place, checkView(await api.get(`${one.self}/seal-check`)));
  } catch (problem) {
    replace(place, problemNotice(problem));
  }
  await closed;
}
