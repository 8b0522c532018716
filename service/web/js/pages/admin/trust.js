// Whom verification trusts: anchors and intermediates with their days and purposes.

import {api} from "../../core/api.js";
import {date, fold, t} from "../../core/i18n.js";
import {facts, h, notice, replace, skeleton, table} from "../../core/ui.js";
import {digest, head, toldNotice, validity} from "./frame.js";

/**
 * @typedef {import("./keys.js").Certificate & {kind: string, purposes: string[], trusted_from: string | null,
 *   trusted_until: string | null, test: boolean}} Trusted
 */

/** @param {Trusted} one */
function narrowed(one) {
  return [one.trusted_from ? t("admin.since", {day: date(one.trusted_from)}) : "",
          one.trusted_until ? t("admin.until", {day: date(one.trusted_until)}) : ""].filter(Boolean).join(" ");
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderTrust(main, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, head("trust"), place);
  /** @type {{folder: string, policy: string, crls: string, online: boolean, allow_test_pki: boolean,
   *   problem: import("./frame.js").Told | null, trusted: Trusted[]}} */
  const told = await api.get("/api/v1/admin/trust", {signal});
  replace(place,
    told.problem ? toldNotice(told.problem) : null,
    told.allow_test_pki ? notice("warning", t("admin.trust.test")) : null,
    table({caption: t("admin.trust.list"), rows: told.trusted, empty: t("admin.trust.none"), columns: [
      {key: "subject", label: t("admin.cert.subject"), head: true, sort: (one) => fold(one.subject), cell: (one) => [one.subject,
        one.test ? h("p", {class: "small"}, h("span", {class: "tag tag-warning"}, t("admin.trust.test_tag"))) : null]},
      {key: "kind", label: t("admin.trust.kind"), sort: (one) => one.kind, cell: (one) => [t(`admin.trust.${one.kind}`),
        one.kind === "anchor" ? h("p", {class: "small"}, one.purposes.map((what) => t(`admin.purpose.${what}`)).join(", ")) : null]},
      {key: "valid", label: t("admin.cert.valid"), sort: (one) => one.not_after, cell: (one) => [validity(one),
        h("p", {class: "small"}, narrowed(one))]},
      {key: "sha256", label: t("admin.cert.sha256"), cell: (one) => digest(one.sha256)}]}),
    h("section", {class: "card"}, h("h2", null, t("admin.trust.change")), h("p", null, t("admin.trust.how"), " ", h("code", null, "antin trust add")),
      facts([[t("admin.trust.folder"), told.folder ? h("code", null, told.folder) : ""], [t("admin.trust.policy"), told.policy ? h("code", null, told.policy) : t("admin.trust.policy_own")],
        [t("admin.trust.crls"), told.crls ? h("code", null, told.crls) : ""], [t("admin.trust.online"), t(told.online ? "admin.yes" : "admin.no")]])));
}
