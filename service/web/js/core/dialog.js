// A question or form over the page: the browser's own <dialog>, which holds the focus and gives it back.

import {t} from "./i18n.js";
import {append, button, h, icon, newId} from "./ui.js";

/** @typedef {import("./ui.js").Child} Child */

/**
 * @param {{title: string, class?: string, closable?: boolean}} props closable false: only close() closes it
 * @param {...Child} children
 * @returns {{element: HTMLDialogElement, body: HTMLDivElement, open: () => Promise<string>, close: (value?: string) => void}}
 *   open() ends with the value that close() was given; "" when the person turned away
 */
export function dialog(props, ...children) {
  const {title, class: extra, closable = true} = props;
  const id = newId("dialog");
  const body = h("div", {class: "dialog-body"});
  append(body, ...children);
  const element = h("dialog", {class: ["dialog", extra].filter(Boolean).join(" "), "aria-labelledby": id},
    h("div", {class: "dialog-head"}, h("h2", {id}, title),
      closable ? h("button", {type: "button", class: "button button-quiet dialog-close", "aria-label": t("core.close"),
                              on: {click: () => element.close("")}}, icon("wrong")) : null), body);
  element.addEventListener("cancel", (event) => {
    if (!closable) event.preventDefault();
    else element.returnValue = "";
  });
  // Escape pressed twice closes without asking in some browsers.
  element.addEventListener("keydown", (event) => {
    if (!closable && event.key === "Escape") event.preventDefault();
  });
  return {
    element,
    body,
    open: () => new Promise((resolve) => {
      document.body.append(element);
      element.returnValue = "";
      // Whoever goes back has turned away: a question about one case never stands over another.
      const away = () => { if (closable) element.close(""); };
      window.addEventListener("hashchange", away);
      element.addEventListener("close", () => {
        window.removeEventListener("hashchange", away);
        resolve(element.returnValue);
        // What tells screen readers lives in the topmost dialog while it is open.
        for (const live of element.querySelectorAll("[aria-live].visually-hidden")) document.body.append(live);
        element.remove();
      }, {once: true});
      element.showModal();
      // What is to be filled in comes before the cross that turns it away.
      const first = body.querySelector("form :is(input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), select, textarea)");
      if (first instanceof HTMLElement) first.focus();
    }),
    close: (value = "") => element.close(value),
  };
}

/**
 * A question with two answers. Nothing happens unless the person says so.
 * @param {{title: string, words?: Child, yes: string, no?: string, danger?: boolean}} props
 * @returns {Promise<boolean>}
 */
export async function confirm(props) {
  const asked = dialog({title: props.title}, props.words ? h("div", null, props.words) : null,
    h("div", {class: "actions"},
      button(props.yes, {kind: props.danger ? "danger" : "primary", click: () => asked.close("yes")}),
      button(props.no ?? t("core.cancel"), {click: () => asked.close("")})));
  return (await asked.open()) === "yes";
}
