// Legal data and templates by their days, templates with a picture of what they make.

import {api} from "../../core/api.js";
import {date, t} from "../../core/i18n.js";
import {asked} from "../../core/router.js";
import {button, dialog, h, problemNotice, replace, skeleton, table} from "../../core/ui.js";
import {dayForm, forceTag, head, span, toldNotice} from "./frame.js";

/**
 * @typedef {{topic: string, id: string, basis: string, from: string, to: string | null, state: string}} Version
 * @typedef {{id: string, version: number, kind: string, title: string, legal: string, file: string, from: string,
 *   to: string | null, state: string}} Layout
 */

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderLegal(main, signal) {
  const day = asked().get("day") ?? "";
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, head("legal"), dayForm("#/admin/legal", day), place);
  /** @type {{day: string, folder: string, version: string | null, problem: import("./frame.js").Told | null, versions: Version[]}} */
  const told = await api.get("/api/v1/admin/legal", {query: {day}, signal});
  replace(place, told.problem ? toldNotice(told.problem) : null,
    table({caption: t("admin.legal.on", {day: date(told.day)}), showCaption: true, rows: told.versions, empty: t("admin.legal.none"), columns: [
      {key: "topic", label: t("admin.legal.topic"), head: true, sort: (one) => t(`admin.topic.${one.topic}`), cell: (one) => [t(`admin.topic.${one.topic}`),
        h("div", {class: "small"}, h("code", null, one.id))]},
      {key: "basis", label: t("admin.legal.basis"), kind: "wide", cell: (one) => one.basis},
      {key: "span", label: t("admin.legal.span"), sort: (one) => one.from, cell: (one) => span(one.from, one.to)},
      {key: "state", label: t("admin.state"), cell: (one) => forceTag(one.state)}]}),
    h("p", {class: "where"}, t("admin.legal.folder"), " ", h("code", null, told.folder), ". ", t("admin.legal.how")));
}

/**
 * @param {Layout} one
 */
async function preview(one) {
  const shown = dialog({title: one.title, class: "dialog-wide"});
  const place = h("div", {class: "stack"}, skeleton());
  const state = {address: ""};
  replace(shown.body, h("p", null, t("admin.layouts.sample")), place,
          h("div", {class: "actions"}, button(t("core.close"), {click: () => shown.close("")})));
  const done = shown.open();
  try {
    const picture = await api.blob(`/api/v1/admin/layouts/${encodeURIComponent(one.id)}/preview`, {query: {version: one.version, width: 1000}});
    state.address = URL.createObjectURL(picture);
    replace(place, h("div", {class: "sample", role: "region", tabindex: "0", "aria-label": one.title}, h("img", {src: state.address, alt: t("admin.layouts.alt", {title: one.title})}),
                     h("p", {class: "sample-mark", "aria-hidden": "true"}, t("admin.layouts.mark"))));
  } catch (problem) {
    replace(place, problemNotice(problem));
  }
  await done;
  if (state.address) URL.revokeObjectURL(state.address);
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderLayouts(main, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, head("layouts"), place);
  /** @type {{folder: string, layouts: Layout[]}} */
  const told = await api.get("/api/v1/admin/layouts", {signal});
  replace(place, table({caption: t("admin.tab.layouts"), rows: told.layouts, empty: t("admin.layouts.none"), rowId: (one) => `${one.id}/${one.version}`, columns: [
    {key: "title", label: t("admin.layouts.title"), head: true, cell: (one) => [one.title,
      h("div", {class: "small"}, h("code", null, `${one.id}/${one.version}`), " ", one.file)]},
    {key: "legal", label: t("admin.legal.basis"), kind: "wide", cell: (one) => one.legal},
    {key: "span", label: t("admin.legal.span"), cell: (one) => [span(one.from, one.to), h("p", {class: "small"}, forceTag(one.state))]},
    {key: "actions", label: h("span", {class: "visually-hidden"}, t("admin.layouts.preview")), kind: "actions",
     cell: (one) => button(t("admin.layouts.preview"), {click: () => { void preview(one); }, "aria-label": t("admin.layouts.preview_of", {title: one.title, id: `${one.id}/${one.version}`})})}]}),
    told.folder ? h("p", {class: "where"}, t("admin.legal.folder"), " ", h("code", null, told.folder), ". ", t("admin.layouts.how")) : null);
}
