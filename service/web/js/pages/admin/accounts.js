// Accounts of the people who sign in, and where they are signed in.

import {api, Problem} from "../../core/api.js";
import {dateTime, fold, has, t} from "../../core/i18n.js";
import {session} from "../../core/session.js";
import {button, confirm, dialog, field, form, h, notice, replace, skeleton, table} from "../../core/ui.js";
import {head} from "./frame.js";

/**
 * @typedef {{account: string, state: string, person?: {id: string, name: string}, rights: string[], roles: string[],
 *   units: {code: string, name: string}[], must_change_password: boolean, created: string, last_sign_in: string | null,
 *   password?: string}} Account
 * @typedef {{accounts: Account[], rights: string[], roles: Record<string, string[]>}} Accounts
 * @typedef {{id: string, account: string, method: string, address: string, begun: string, last_used: string, expires: string, this: boolean}} Session
 * @typedef {{code: string, name: string}} Unit
 */

/** @param {string} right */
const rightWords = (right) => has(`admin.right.${right}`) ? t(`admin.right.${right}`) : right;

/** @param {Account} one */
const pathOf = (one) => `/api/v1/accounts/${encodeURIComponent(one.account)}`;

/**
 * Boxes to choose from; the names of those that are on come with chosenIn().
 * @param {string} name
 * @param {string} legend
 * @param {{value: string, label: string, hint?: string}[]} options
 * @param {string[]} on
 */
function boxes(name, legend, options, on) {
  if (options.length === 0) return null;
  // What is wrong stands before the boxes, each of which has a place of its own for that.
  return h("fieldset", {class: "choices choices-wide", data: {field: name}}, h("legend", null, legend), h("p", {class: "field-error", hidden: true}),
    h("div", {class: "rights"}, options.map((one) => field({id: `${name}-${one.value}`, name: `${name}:${one.value}`, label: one.label,
                                                           hint: one.hint, type: "checkbox", checked: on.includes(one.value)}))));
}

/**
 * @param {Record<string, string>} typed
 * @param {string} name
 */
function chosenIn(typed, name) {
  return Object.keys(typed).filter((key) => key.startsWith(`${name}:`)).map((key) => key.slice(name.length + 1));
}

/**
 * @param {Accounts} all
 * @param {Unit[]} units
 * @param {Account | null} one
 */
function grantFields(all, units, one) {
  return [boxes("roles", t("admin.accounts.roles"), Object.entries(all.roles).map(([value, rights]) => ({value, label: value,
            hint: rights.map(rightWords).join(" · ")})), one?.roles ?? []),
    boxes("rights", t("admin.accounts.rights"), all.rights.map((value) => ({value, label: rightWords(value)})), one?.rights ?? []),
    boxes("units", t("admin.accounts.units_choose"), units.map((unit) => ({value: unit.code, label: unit.name})), one?.units.map((unit) => unit.code) ?? [])];
}

/** @param {Record<string, string>} typed */
const grantsOf = (typed) => ({rights: chosenIn(typed, "rights"), roles: chosenIn(typed, "roles"), units: chosenIn(typed, "units")});

/**
 * @param {Record<string, string>} typed
 * @returns {Record<string, string>}
 */
function someRight(typed) {
  const some = chosenIn(typed, "rights").length + chosenIn(typed, "roles").length > 0;
  return some ? {} : {rights: t("admin.accounts.no_right")};
}

/**
 * The one time that a one-time password is seen.
 * @param {Account} account
 */
async function showPassword(account) {
  if (!account.password) return;
  const shown = dialog({title: t("admin.accounts.password_of", {account: account.account}), closable: false});
  replace(shown.body, h("p", null, t("admin.accounts.password_give")), h("p", {class: "one-time"}, h("code", null, account.password)),
    h("p", {class: "hint"}, t("admin.accounts.password_hint")),
    h("div", {class: "actions"}, button(t("admin.accounts.password_close"), {kind: "primary", click: () => shown.close("")})));
  await shown.open();
}

/**
 * @param {Accounts} all
 * @param {Unit[]} units
 * @param {{id: string, name: string}[]} people
 * @returns {Promise<Account | null>}
 */
async function addAccount(all, units, people) {
  const shown = dialog({title: t("admin.accounts.add"), class: "dialog-wide"});
  /** @type {Account | null} */
  let made = null;
  replace(shown.body, form({check: someRight, submit: async (typed) => {
    made = await api.post("/api/v1/accounts", {account: typed.account, ...(typed.person ? {person: typed.person} : {}), ...grantsOf(typed)});
    shown.close("done");
  }}, h("div", {class: "fields"},
    field({id: "account", label: t("core.account"), required: true, maxlength: 64, hint: t("admin.accounts.name_hint")}),
    field({id: "person", label: t("admin.accounts.person"), type: "select", value: "", hint: t("admin.accounts.person_hint"),
           options: [{value: "", label: t("admin.accounts.nobody")}, ...people.map((one) => ({value: one.id, label: one.name}))]})),
  grantFields(all, units, null), h("div", {class: "actions"}, button(t("admin.accounts.add"), {type: "submit", kind: "primary"}),
                                  button(t("core.cancel"), {click: () => shown.close("")}))));
  await shown.open();
  return made;
}

/**
 * @param {Accounts} all
 * @param {Unit[]} units
 * @param {Account} one
 */
async function changeRights(all, units, one) {
  const shown = dialog({title: t("admin.accounts.rights_of", {account: one.account}), class: "dialog-wide"});
  replace(shown.body, form({check: someRight, submit: async (typed) => {
    await api.post(`${pathOf(one)}/actions`, {action: "rights", ...grantsOf(typed)});
    shown.close("done");
  }}, h("p", null, t("admin.accounts.rights_words")), grantFields(all, units, one),
  h("div", {class: "actions"}, button(t("core.save"), {type: "submit", kind: "primary"}), button(t("core.cancel"), {click: () => shown.close("")}))));
  return (await shown.open()) === "done";
}

/**
 * @param {Account} one
 * @param {"lock" | "unlock" | "end" | "password"} action
 * @returns {Promise<Account | null>}
 */
async function act(one, action) {
  const sure = await confirm({title: t(`admin.accounts.${action}_title`, {account: one.account}), words: t(`admin.accounts.${action}_words`),
                              yes: t(action === "password" ? "admin.accounts.password_yes" : `admin.accounts.${action}`), danger: action === "end" || action === "lock"});
  return sure ? api.post(`${pathOf(one)}/actions`, {action}) : null;
}

/** @param {Account} one */
function stateTag(one) {
  const kind = {active: "ok", locked: "warning", ended: "error"}[one.state] ?? "info";
  return [h("span", {class: `tag tag-${kind}`}, t(`admin.accounts.state.${one.state}`)),
          one.must_change_password && one.state === "active" ? h("p", {class: "small"}, t("admin.accounts.one_time")) : null];
}

/**
 * Where there is no office with tables, accounts name nobody. Anything else is told: nobody should take a list that did not
 * come for an empty one.
 * @param {unknown} problem
 * @returns {{people: [], units: []}}
 */
function noTable(problem) {
  if (problem instanceof Problem && problem.code === "office.unit_unknown") return {people: [], units: []};
  throw problem;
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderAccounts(main, signal) {
  const said = h("div");
  const place = h("div", {class: "stack"}, skeleton());
  replace(main, head("accounts"), said, place);
  /** @type {[{people: {id: string, name: string}[]}, {units: Unit[]}]} */
  const [office, table_] = await Promise.all([api.get("/api/v1/admin/people", {signal}).catch(noTable),
                                              api.get("/api/v1/admin/units", {signal}).catch(noTable)]);
  const load = async () => {
    /** @type {Accounts} */
    const all = await api.get("/api/v1/accounts", {signal});
    /** @param {Account | null | undefined} after @param {string} words */
    const done = async (after, words) => {
      if (!after) return;
      await showPassword(after);
      await load();
      replace(said, notice("ok", words));
    };
    /** @param {Account} one @param {"lock" | "unlock" | "end" | "password"} action @param {"plain" | "quiet" | "danger"} [kind] */
    const doing = (one, action, kind = "quiet") => button(t(`admin.accounts.${action}`), {kind,
      "aria-label": t(`admin.accounts.${action}_of`, {account: one.account}),
      click: async () => done(await act(one, action), t(`admin.accounts.${action}_done`, {account: one.account}))});
    replace(place, h("div", {class: "actions"}, button(t("admin.accounts.add"), {kind: "primary", icon: "plus", click: async () => {
      const made = await addAccount(all, table_.units, office.people);
      await done(made, t("admin.accounts.added", {account: made?.account ?? ""}));
    }})), table({caption: t("admin.tab.accounts"), rows: all.accounts, empty: t("admin.accounts.none"), rowId: (one) => one.account, columns: [
      {key: "account", label: t("core.account"), head: true, sort: (one) => fold(one.account), cell: (one) => [h("code", {class: "nowrap"}, one.account),
        h("div", {class: "small"}, one.person ? one.person.name : t("admin.accounts.nobody"))]},
      {key: "state", label: t("admin.state"), sort: (one) => one.state, cell: stateTag},
      {key: "rights", label: t("admin.accounts.rights"), kind: "wide", cell: (one) => [
        one.roles.length ? h("div", null, t("admin.accounts.roles_are", {roles: one.roles.join(", ")})) : null,
        h("div", null, one.rights.map(rightWords).join(" · ")),
        h("p", {class: "small"}, one.units.length ? one.units.map((unit) => unit.name).join(", ") : t("admin.accounts.all_units"))]},
      {key: "last", label: t("admin.accounts.last"), sort: (one) => one.last_sign_in ?? "", cell: (one) => one.last_sign_in ? dateTime(one.last_sign_in)
        : t("admin.accounts.never")},
      {key: "actions", label: h("span", {class: "visually-hidden"}, t("admin.accounts.change")), kind: "actions", cell: (one) => one.state === "ended" ? null
        : h("div", {class: "row tight"}, button(t("admin.accounts.change"), {kind: "quiet", "aria-label": t("admin.accounts.change_of", {account: one.account}), click: async () => {
          if (await changeRights(all, table_.units, one)) await done(one, t("admin.accounts.changed", {account: one.account}));
        }}), doing(one, "password"), doing(one, one.state === "locked" ? "unlock" : "lock"), doing(one, "end"))}]}));
  };
  await load();
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderSessions(main, signal) {
  const said = h("div");
  const place = h("div", {class: "stack"}, skeleton());
  const load = async () => {
    /** @type {{sessions: Session[]}} */
    const told = await api.get("/api/v1/sessions", {signal});
    replace(place, table({caption: t("admin.tab.sessions"), rows: told.sessions, empty: t("admin.sessions.none"), rowId: (one) => one.id, columns: [
      {key: "account", label: t("core.account"), head: true, sort: (one) => fold(one.account), cell: (one) => [h("code", null, one.account),
        one.this ? h("p", {class: "small"}, h("span", {class: "tag tag-info"}, t("admin.sessions.this"))) : null]},
      {key: "method", label: t("admin.sessions.method"), cell: (one) => t(`admin.sessions.${one.method}`)},
      {key: "address", label: t("admin.sessions.address"), cell: (one) => h("code", null, one.address)},
      {key: "begun", label: t("admin.sessions.begun"), sort: (one) => one.begun, cell: (one) => dateTime(one.begun)},
      {key: "used", label: t("admin.sessions.used"), sort: (one) => one.last_used, cell: (one) => dateTime(one.last_used)},
      {key: "actions", label: h("span", {class: "visually-hidden"}, t("admin.sessions.end")), kind: "actions", cell: (one) => one.this
        ? button(t("core.sign_out"), {kind: "quiet", click: () => session.signOut()})
        : button(t("admin.sessions.end"), {kind: "quiet", "aria-label": t("admin.sessions.end_of", {account: one.account}), click: async () => {
          await api.delete(`/api/v1/sessions/${encodeURIComponent(one.id)}`);
          await load();
          replace(said, notice("ok", t("admin.sessions.ended", {account: one.account})));
        }})}]}));
  };
  replace(main, head("sessions", button(t("admin.refresh"), {icon: "turn", click: load})), said, place);
  await load();
}
