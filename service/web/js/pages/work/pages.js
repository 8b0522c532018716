// A document page by page, as pictures that the service draws: what is shown is what will be signed,
// and nothing in it runs in the browser.

import {button, h, replace} from "../../core/ui.js";
import {t} from "../../core/i18n.js";

/** @typedef {import("./model.js").CaseDocument} CaseDocument */

const kWidths = [600, 900, 1300, 1800];

/**
 * @param {string} id of the case
 * @param {string} of
 * @param {number} page
 * @param {number} width
 */
function pageAddress(id, of, page, width) {
  return `/api/v1/cases/${encodeURIComponent(id)}/page?of=${encodeURIComponent(of)}&page=${page}&width=${width}`;
}

/**
 * @param {{id: string, document: CaseDocument, title?: string, shown?: () => void, last?: boolean}} props
 *   shown: told once every page that was looked for stands there; last: begins at the last page
 */
export function pagesView(props) {
  const {id, document: file} = props;
  const title = props.title ?? t(`case.document.${file.of}`);
  let width = 1;
  const scroller = h("div", {class: "pages-scroll", tabindex: "0", role: "group", "aria-label": title});
  const where = h("span", {class: "pages-where"}, t("case.pages", {n: file.pages}));
  const count = Math.max(1, file.pages);

  /** @param {number} page */
  function picture(page) {
    const made = h("img", {class: "pages-picture", alt: t("case.page.of", {document: title, n: page}),
                           loading: page > 2 && page < count ? "lazy" : "eager", decoding: "async"});
    const box = h("figure", {class: "pages-page", data: {page}}, made, h("figcaption", null, t("case.page", {n: page, all: count})));
    made.addEventListener("load", () => {
      box.classList.add("there");
      if (page === 1) props.shown?.();
    });
    made.addEventListener("error", () => {
      replace(box, h("p", {class: "pages-failed"}, t("case.page.failed"), " ",
                     h("a", {href: file.address, target: "_blank", rel: "noopener"}, t("case.page.open_pdf")), " ",
                     button(t("case.reload"), {kind: "quiet", click: () => box.replaceWith(picture(page))})));
    });
    made.src = pageAddress(id, file.of, page, kWidths[width] ?? 900);
    return box;
  }

  function draw() {
    const at = current();
    replace(scroller, Array.from({length: count}, (_, n) => picture(n + 1)));
    scroller.dataset["zoom"] = String(width);
    go(at, "auto");
  }

  function current() {
    let best = 1;
    for (const box of scroller.children) {
      if (box instanceof HTMLElement && box.offsetTop <= scroller.scrollTop + scroller.clientHeight / 2) best = Number(box.dataset["page"]);
    }
    return best;
  }

  /**
   * @param {number} page
   * @param {ScrollBehavior} [how]
   */
  function go(page, how = "auto") {
    const box = scroller.children[Math.min(Math.max(page, 1), count) - 1];
    if (box instanceof HTMLElement) scroller.scrollTo({top: box.offsetTop - scroller.offsetTop, behavior: how});
  }

  /** @param {number} by */
  const zoom = (by) => () => {
    width = Math.min(Math.max(width + by, 0), kWidths.length - 1);
    draw();
  };
  scroller.addEventListener("scroll", () => replace(where, t("case.page", {n: current(), all: count})), {passive: true});
  draw();
  const bar = h("div", {class: "pages-bar"}, h("h2", {class: "pages-title"}, title), where,
    count > 1 ? button("", {kind: "quiet", icon: "up", "aria-label": t("case.page.prev"), click: () => go(current() - 1)}) : null,
    count > 1 ? button("", {kind: "quiet", icon: "down", "aria-label": t("case.page.next"), click: () => go(current() + 1)}) : null,
    button("", {kind: "quiet", icon: "none", "aria-label": t("case.page.narrow"), click: zoom(-1)}),
    button("", {kind: "quiet", icon: "plus", "aria-label": t("case.page.wide"), click: zoom(1)}),
    h("a", {class: "button button-quiet", href: file.address, target: "_blank", rel: "noopener"}, t("case.page.open_pdf")));
  return h("section", {class: "pages-view", "aria-label": title, data: {of: file.of}}, bar, scroller);
}
