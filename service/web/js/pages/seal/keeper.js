// Who keeps the seal today, and whether its key can be reached: told before anybody tries.

import {api} from "../../core/api.js";
import {h, notice, replace} from "../../core/ui.js";
import {t} from "../../core/i18n.js";
import {session} from "../../core/session.js";

/** @typedef {{unit: string, name: string, seal_keeper: {person: string, name: string} | null}} Signers */

const kEvery = 15_000;
const kMostUnits = 10;

/**
 * @param {Signers} unit
 */
function keeperOf(unit) {
  const mine = session.me?.person?.id;
  const keeper = unit.seal_keeper;
  if (!keeper) return notice("error", t("seal.keeper_none", {unit: unit.name}), h("p", null, t("seal.keeper_none_what")));
  if (mine && keeper.person === mine) return h("p", {class: "seal-keeper"}, t("seal.keeper_you", {unit: unit.name}));
  if (!mine) return h("p", {class: "seal-keeper"}, t("seal.keeper", {name: keeper.name}));
  return notice("warning", t("seal.keeper_other", {unit: unit.name, name: keeper.name}), h("p", null, t("seal.keeper_other_what")));
}

/** @param {AbortSignal} signal */
export function sealState(signal) {
  const keepers = h("div", null);
  const key = h("div", null);
  let said = "";
  let asked = "";

  async function lookAtKey() {
    /** @type {string} */
    const now = await api.get("/readyz", {signal, signIn: false}).then((told) => told.signing ?? "unknown", () => "unknown");
    if (now === said || signal.aborted) return;
    said = now;
    replace(key, now === "ready" ? h("p", {class: "seal-key"}, t("seal.key.ready"))
      : notice(now === "unknown" ? "warning" : "error", t(`seal.key.${now}`), h("p", null, t(`seal.key.${now}_what`))));
  }

  /** @param {string[]} units of the cases, or the person's own */
  async function lookAtKeepers(units) {
    const wanted = [...new Set([...(session.me?.units ?? []).map((one) => one.code), ...units])].slice(0, kMostUnits);
    if (wanted.join() === asked) return;
    asked = wanted.join();
    const told = await Promise.allSettled(wanted.map((unit) => api.get("/api/v1/signers", {query: {unit}, signal})));
    if (signal.aborted) return;
    replace(keepers, told.map((one) => (one.status === "fulfilled" ? keeperOf(one.value) : null)));
  }

  void lookAtKey();
  void lookAtKeepers([]);
  const timer = window.setInterval(() => { if (document.visibilityState === "visible") void lookAtKey(); }, kEvery);
  signal.addEventListener("abort", () => window.clearInterval(timer));
  return {element: h("div", {class: "seal-state"}, keepers, key), units: lookAtKeepers};
}
