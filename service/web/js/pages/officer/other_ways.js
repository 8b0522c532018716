// Without the agent: the signing tool that offices have (S-15), one file at a time, or the command line.

import {link} from "../../core/router.js";
import {button, h, notice, problemNotice, replace} from "../../core/ui.js";
import {t} from "../../core/i18n.js";
import {nameOf} from "../work/model.js";
import {bridge} from "./bridge.js";

/** @typedef {import("../work/model.js").Waiting} Waiting */

/**
 * @param {{cases: () => Waiting[], signal: AbortSignal, done: (id: string) => void}} props
 */
export function otherWays(props) {
  const place = h("div", null);
  const made = h("details", {class: "other-ways", on: {toggle: () => { if (made.open && !place.hasChildNodes()) draw(); }}},
    h("summary", null, t("officer.other.title")), place);

  function draw() {
    const cases = props.cases();
    const command = ["antin sign-cases", `--service ${window.location.origin}`, `--api-key-file ${t("officer.other.key_file")}`, "--key 'pkcs11:token=…;object=…'",
                     ...cases.map((one) => one.id)].join(" \\\n  ");
    const written = h("pre", {class: "command", tabindex: "0"}, command);
    replace(place,
      h("h3", null, t("officer.other.tool")), h("p", null, t("officer.other.tool_what")),
      h("ul", {class: "tool-list"}, cases.map((one) => toolLine(one, props))),
      h("h3", null, t("officer.other.command")), h("p", null, t("officer.other.command_what")), written,
      button(t("officer.other.copy"), {kind: "quiet", click: async () => { await navigator.clipboard.writeText(command.replaceAll(" \\\n ", "")); }}));
  }
  return made;
}

/**
 * @param {Waiting} one
 * @param {{signal: AbortSignal, done: (id: string) => void}} props
 */
function toolLine(one, props) {
  const state = h("div", {class: "tool-state"});
  const begin = button(t("officer.other.start"), {click: async () => {
    try {
      replace(state, notice("info", t("officer.bridge.opening")));
      await bridge({one, signal: props.signal, say: (child) => replace(state, child)});
      props.done(one.id);
      begin.hidden = true;
      replace(state, notice("ok", t("case.signed"), h("p", null, h("a", {href: link("/cases/{id}", {id: one.id})}, t("officer.item.open")))));
    } catch (problem) {
      if (props.signal.aborted) return;
      replace(state, problemNotice(problem));
    }
  }});
  return h("li", null, h("span", null, `${nameOf(one)} – ${one.paper ?? ""}`), begin, state);
}
