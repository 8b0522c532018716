// What is in force here, since when, and where it is changed: units, people, seals, keys, trust,
// rules, templates, the audit log, the service, accounts.

import {route} from "../core/router.js";
import {has, use} from "../core/i18n.js";
import {text} from "../text/admin.js";
import {renderAccounts, renderSessions} from "./admin/accounts.js";
import {renderAudit, renderRecord} from "./admin/audit.js";
import {kTabs} from "./admin/frame.js";
import {renderKeys} from "./admin/keys.js";
import {renderLayouts, renderLegal} from "./admin/law.js";
import {renderPeople, renderUnits} from "./admin/office.js";
import {renderSeals} from "./admin/seals.js";
import {renderState} from "./admin/state.js";
import {renderTrust} from "./admin/trust.js";

use(text);

/** @type {Record<string, (main: HTMLElement, signal: AbortSignal) => Promise<void>>} */
const pages = {state: renderState, people: renderPeople, units: renderUnits, seals: renderSeals, keys: renderKeys,
               trust: renderTrust, legal: renderLegal, layouts: renderLayouts, audit: renderAudit,
               accounts: renderAccounts, sessions: renderSessions};

for (const name of kTabs) {
  const render = pages[name];
  if (!render) continue;
  const first = name === "state";
  route(first ? "#/admin" : `#/admin/${name}`, {
    title: first ? "admin.title" : has(`admin.head.${name}`) ? `admin.head.${name}` : `admin.tab.${name}`, rights: ["admin"], css: "/web/css/admin.css",
    nav: first ? "main" : undefined, order: 90, render: (main, _, signal) => render(main, signal)});
}
route("#/admin/audit/{number}", {title: "admin.record", rights: ["admin"], css: "/web/css/admin.css",
                                 render: (main, params, signal) => renderRecord(main, params.number ?? "", signal)});
