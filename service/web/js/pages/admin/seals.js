// Who keeps each unit's seal, every hand-over on record, and how to record one (R-11, NĐ 30/2020 Đ32).

import {api} from "../../core/api.js";
import {dateTime, t, today} from "../../core/i18n.js";
import {button, dialog, facts, field, form, h, notice, replace, skeleton, table} from "../../core/ui.js";
import {fileNote, head, healthTag, lineOf, toldNotice} from "./frame.js";

/**
 * @typedef {{person: string, name: string}} Someone
 * @typedef {{unit: string, name: string, keeper: Someone | null, problem: import("./frame.js").Told | null,
 *   hand_overs: {from: Someone | null, to: Someone | null, at: string, permission: string, line: number | null}[]}} Seal
 * @typedef {{id: string, name: string}} Person
 */

/** @param {Someone | null} one */
const nameOf = (one) => one ? one.name : t("admin.seals.agency");

/**
 * @param {Seal} seal
 * @param {Person[]} people
 */
async function prepare(seal, people) {
  const shown = dialog({title: t("admin.seals.record"), class: "dialog-wide"});
  const result = h("div", {class: "answer"});
  replace(shown.body, h("p", null, t("admin.seals.record_words", {unit: seal.name, keeper: nameOf(seal.keeper)})),
    form({submit: async (typed) => {
      /** @type {{file: import("./frame.js").TableFile, toml: string}} */
      const told = await api.get("/api/v1/admin/seals/hand-over", {query: {unit: seal.unit, to: typed.to, permission: typed.permission,
                                                                      at: `${typed.day}T${typed.time}:00+07:00`}});
      replace(result, notice("ok", t("admin.seals.good")),
        h("ol", null, h("li", null, t("admin.seals.step_add"), " ", h("code", null, told.file.path), h("pre", {class: "card"}, h("code", null, told.toml.trim()))),
          h("li", null, t("admin.seals.step_check"), " ", h("code", null, "antin config check")),
          h("li", null, t("admin.seals.step_reload"), " ", h("code", null, "systemctl reload antind")),
          h("li", null, t("admin.seals.step_look"))));
    }}, h("div", {class: "fields"},
      field({id: "to", label: t("admin.seals.to"), type: "select", required: true, value: "",
             options: [{value: "", label: t("admin.choose")}, ...people.map((one) => ({value: one.id, label: one.name}))]}),
      field({id: "day", label: t("admin.seals.day"), type: "date", required: true, value: today()}),
      field({id: "time", label: t("admin.seals.time"), type: "time", required: true, value: "08:00"}),
      field({id: "permission", label: t("admin.seals.permission"), required: true, maxlength: 200, hint: t("admin.seals.permission_hint")})),
    h("div", {class: "actions"}, button(t("admin.seals.show"), {type: "submit", kind: "primary"}),
      button(t("core.close"), {click: () => shown.close("")}))), result);
  await shown.open();
}

/**
 * @param {Seal} seal
 * @param {Person[]} people
 */
function card(seal, people) {
  return h("section", {class: "card stack"}, h("h2", null, seal.name),
    facts([[t("admin.seals.keeper"), seal.keeper ? h("span", {class: "row"}, seal.keeper.name, healthTag(!seal.problem, t(seal.problem ? "admin.seals.not_assigned" : "admin.seals.assigned")))
      : h("span", {class: "tag tag-warning"}, t("admin.seals.nobody"))], [t("admin.units.code"), h("code", null, seal.unit)]]),
    seal.problem ? toldNotice(seal.problem) : null,
    table({caption: t("admin.seals.history"), rows: [...seal.hand_overs].reverse(), empty: t("admin.seals.none"), columns: [
      {key: "at", label: t("admin.seals.at"), head: true, cell: (one) => dateTime(one.at)},
      {key: "from", label: t("admin.seals.from"), cell: (one) => nameOf(one.from)},
      {key: "to", label: t("admin.seals.to"), cell: (one) => nameOf(one.to)},
      {key: "permission", label: t("admin.seals.permission"), cell: (one) => [one.permission, " ", lineOf(one.line)]}]}),
    h("div", {class: "actions"}, button(t("admin.seals.record"), {click: () => { void prepare(seal, people); },
                                                                    "aria-label": t("admin.seals.record_of", {unit: seal.name})})));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderSeals(main, signal) {
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, head("seals"), place);
  /** @type {[{file: import("./frame.js").TableFile, seals: Seal[]}, {people: Person[]}]} */
  const [told, office] = await Promise.all([api.get("/api/v1/admin/seals", {signal}), api.get("/api/v1/admin/people", {signal})]);
  replace(place, fileNote(told.file), told.seals.length ? told.seals.map((one) => card(one, office.people))
    : h("div", {class: "empty"}, h("p", null, t("admin.units.none"))));
}
