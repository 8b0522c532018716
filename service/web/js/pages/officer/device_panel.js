// What stands between the officer and the signature: the agent, the browser's question, the token,
// its certificate and its PIN; each with its sentence, and gone by itself once it is mended.

import {announce, button, h, newId, notice, replace} from "../../core/ui.js";
import {date, t} from "../../core/i18n.js";
import {device} from "./device.js";

/** @typedef {import("./device.js").Certificate} Certificate */
/** @typedef {import("./device.js").DeviceState} DeviceState */
/** @typedef {import("./device.js").Words} Words */

// The browser asks the person before a page reaches this computer; until then it looks away.
const kAsks = ["agent.not_running", "agent.permission"];

/**
 * @param {Words} said
 * @param {...import("../../core/ui.js").Child} more
 */
export function wordsNotice(said, ...more) {
  return notice("error", said.sentence, said.remedy ? h("p", null, said.remedy) : null,
                said.code ? h("p", {class: "code"}, t("core.code", {code: said.code})) : null, more);
}

/** @param {Certificate} one */
function pinWords(one) {
  if (one.pin === "locked") return h("span", {class: "device-problem"}, `${t("officer.device.pin_locked")} ${t("officer.device.pin_locked_what")}`);
  if (one.pin === "final") return h("span", {class: "device-problem"}, t("officer.device.pin_final"));
  return one.pin === "low" ? h("span", {class: "device-problem"}, t("officer.device.pin_low")) : null;
}

/** @param {Certificate} one */
function usable(one) {
  return one.problem === null && one.pin !== "locked";
}

/**
 * @param {{signal: AbortSignal, changed: () => void}} props
 */
export function devicePanel(props) {
  /** @type {DeviceState} */
  let state = {kind: "looking", problem: null, certificates: []};
  let chosen = "";
  // The sign-in over a page has a panel of its own.
  const group = newId("device-certificate"), title = newId("device-title");
  const place = h("div", {class: "device-state"});
  const element = h("section", {class: "card device", "aria-labelledby": title},
    h("h2", {id: title}, t("officer.device.title")), place);

  function certificate() {
    return state.kind === "ready" ? state.certificates.find((one) => one.sha256 === chosen && usable(one)) ?? null : null;
  }

  /** @param {Certificate} one */
  function choice(one) {
    const box = h("input", {type: "radio", name: group, value: one.sha256, checked: one.sha256 === chosen, disabled: !usable(one),
                            on: {change: () => { chosen = one.sha256; props.changed(); }}});
    return h("label", {class: "device-certificate"}, box, h("span", {class: "device-name"}, one.name),
      h("span", {class: "work-small"}, [t("officer.device.issuer", {name: one.issuer}), t("officer.device.until", {date: date(one.notAfter)}), one.token].filter(Boolean).join(" · ")),
      one.problem ? h("span", {class: "device-problem"}, `${one.problem.sentence} ${one.problem.remedy}`) : pinWords(one));
  }

  /** @param {DeviceState} now */
  function draw(now) {
    const before = state.kind;
    state = now;
    const can = now.certificates.filter(usable);
    if (!can.some((one) => one.sha256 === chosen)) chosen = (can.find((one) => one.sha256 === device.usual()) ?? can[0])?.sha256 ?? "";
    if (now.kind === "asking") replace(place, notice("info", t("agent.permission_ask"), h("p", null, t("officer.device.permission_what"))));
    else if (now.kind === "away") away(now.problem ?? {code: "", sentence: "", remedy: ""});
    else if (now.certificates.length === 0) replace(place, h("p", null, t("officer.device.no_token")), watching());
    else {
      replace(place, h("fieldset", {class: "device-certificates"}, h("legend", null, t("officer.device.certificate")), now.certificates.map(choice)), watching());
      if (before !== "ready" && can.length) announce(t("officer.device.ready"));
    }
    props.changed();
  }

  /** @param {Words} said */
  function away(said) {
    const code = h("div", null);
    const pair = said.code === "agent.not_paired" ? button(t("officer.device.pair"), {kind: "primary", click: async () => {
      try {
        await device.pair((digits) => replace(code, notice("info", t("officer.device.pair_code", {code: digits}), h("p", {class: "device-code"}, digits))));
        await watch.again();
      } catch (problem) {
        replace(code, wordsNotice(device.words(problem)));
      }
    }}) : null;
    replace(place, wordsNotice(said), pair, code,
      kAsks.includes(said.code) ? notice("info", t("officer.device.permission"), h("p", null, t("officer.device.permission_what"))) : null, watching());
  }

  function watching() {
    return h("p", {class: "device-watching"}, t("officer.device.watching"), " ", button(t("officer.device.again"), {kind: "quiet", click: () => watch.again()}));
  }

  replace(place, h("p", {role: "status"}, t("officer.device.looking")));
  const watch = device.watch(draw, props.signal);
  return {
    element,
    certificate,
    hold: watch.hold,
    /** @param {unknown} problem */
    tell(problem) {
      void watch.again();
      return wordsNotice(device.words(problem));
    },
  };
}
