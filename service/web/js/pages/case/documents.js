// The documents of a case: to look at, to download, and checked like anybody's.

import {api} from "../../core/api.js";
import {dialog} from "../../core/dialog.js";
import {button, h, problemNotice, replace, skeleton} from "../../core/ui.js";
import {dateTime, size, t} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {opens} from "../work/opens.js";
import {pagesView} from "../work/pages.js";
import {fileName} from "./page.js";
import {reportView} from "./report.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */
/** @typedef {import("../work/model.js").CaseDocument} CaseDocument */
/** @typedef {import("./report.js").Report} Report */

const kBest = ["sealed", "officer_signed", "document", "submitted", "capture", "refusal", "no_entry", "appointment", "printout", "scan"];
const kSigned = ["sealed", "officer_signed"];

/**
 * @param {CaseFacts} one
 * @param {AbortSignal} signal
 */
export function documentsOf(one, signal) {
  const view = h("div", {class: "case-view"});
  const sorted = [...one.documents].sort((a, b) => kBest.indexOf(a.of) - kBest.indexOf(b.of));
  const first = sorted[0];
  if (!first) return h("section", {class: "card"}, h("h2", null, t("case.documents")), h("p", {class: "empty"}, t("case.documents.none")));
  /** @param {CaseDocument} file */
  const show = (file) => replace(view, pagesView({id: one.id, document: file}));
  show(first);
  return h("section", {class: "card"}, h("h2", null, t("case.documents")),
    h("ul", {class: "case-files"}, sorted.map((file) => h("li", null,
      h("div", null, h("strong", null, t(`case.document.${file.of}`)),
        h("span", {class: "work-small"}, `${t("case.pages", {n: file.pages})} · ${size(file.size)} · ${dateTime(file.created)}`),
        h("span", {class: "work-small"}, h("abbr", {title: file.sha256}, `SHA-256 ${file.sha256.slice(0, 16)}…`))),
      h("div", {class: "case-file-actions"},
        button(t("case.view"), {kind: "quiet", click: () => { show(file); view.scrollIntoView({block: "nearest"}); }}),
        h("a", {class: "button button-quiet", href: file.address, download: fileName(one, file)}, t("case.download")),
        kSigned.includes(file.of) && session.has("verify") ? button(t("case.verify"), {kind: "quiet", click: opens(() => verify(one, file, signal))}) : null)))),
    view);
}

/**
 * @param {CaseFacts} one
 * @param {CaseDocument} file
 * @param {AbortSignal} signal
 */
async function verify(one, file, signal) {
  const place = h("div", null, skeleton(3));
  const asked = dialog({title: `${t("case.verify.title")} – ${t(`case.document.${file.of}`)}`, class: "dialog-wide"}, place,
                       h("div", {class: "actions"}, button(t("case.close"), {click: () => asked.close("")})));
  const closed = asked.open();
  try {
    const blob = await api.blob(file.address, {signal});
    // An officer's signature alone is not yet a certified copy.
    const profile = file.of === "sealed" && one.product === "certified_copy" ? "certified_copy" : "document";
    /** @type {Report} */
    const report = await api.post("/api/v1/verify", new Blob([blob], {type: "application/pdf"}), {query: {profile}, signal});
    replace(place, reportView(report));
  } catch (problem) {
    replace(place, problemNotice(problem));
  }
  await closed;
}
