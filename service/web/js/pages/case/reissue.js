// A new case in place of a cancelled or voided one, after saying what it takes over.

import {confirm} from "../../core/dialog.js";
import {go, link} from "../../core/router.js";
import {t} from "../../core/i18n.js";
import {flash} from "../work/flash.js";
import {reopen} from "./reopen.js";

/** @typedef {import("./page.js").CaseFacts} CaseFacts */

/** @param {CaseFacts} one */
export async function askToReopen(one) {
  if (!(await confirm({title: t("case.reissue.title"), words: t("case.reissue.what"), yes: t("case.reissue.do"), no: t("case.back")}))) return;
  const fresh = await reopen(one);
  flash("ok", t("case.reissued"));
  go(link("/cases/{id}", {id: fresh.id}));
}
