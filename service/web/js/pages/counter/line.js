// The agency's own copy: the line is made with the seal; here it is passed on to whoever keeps that.

import {t} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {button, form, h, notice} from "../../core/ui.js";
import {pagePicture} from "./picture.js";

/** @param {import("./desk.js").Desk} desk */
export function linePanel(desk) {
  const mine = session.has("clerk");
  const {one} = desk;
  return h("div", {class: "counter-attest"},
    form({class: "counter-form", submit: async () => desk.handle(() => desk.act("line"))}, h("h2", null, t("counter.step.line")),
      h("p", null, t("counter.line.words", {form: String(one.facts.form ?? "")})),
      mine ? null : notice("info", t("counter.line.clerk")),
      h("div", {class: "actions"},
        mine ? button(t("counter.line.do"), {kind: "primary", type: "submit", data: {first: ""}}) : null,
        button(t("counter.attest.back"), {click: () => { desk.view = "scan"; desk.redraw(); }}))),
    h("figure", {class: "counter-preview"}, pagePicture(one, {of: "capture", page: 1, width: 900, label: t("counter.sheet", {page: 1})}),
      h("figcaption", {class: "hint"}, t("counter.sheet", {page: 1}))));
}
