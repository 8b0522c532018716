// Books by year, numbers that were left unfinished, and the monthly figures.

import {api} from "../core/api.js";
import {date, number, t, today, use} from "../core/i18n.js";
import {asked, go, link, route} from "../core/router.js";
import {field, h, notice, pageTitle, replace, table} from "../core/ui.js";
import {text} from "../text/books.js";
import {text as registerText} from "../text/register.js";
import {renderFigures} from "./books/figures.js";
import {unitName} from "./books/files.js";
import {nameOf, renderBook, rowTable} from "./books/one.js";

use(text);
use(registerText);

/**
 * @typedef {import("./books/one.js").Book} Book
 * @typedef {import("./books/one.js").Row} Row
 */

/**
 * @param {AbortSignal} signal
 */
async function late(signal) {
  /** @type {{before: string, rows: Row[]}} */
  const told = await api.get("/api/v1/books/late", {signal});
  if (told.rows.length === 0) return h("p", {class: "good"}, t("books.late_none"));
  return h("section", {class: "stack"}, h("h2", null, t("books.late")),
    notice("warning", t("books.late_words", {n: told.rows.length, day: date(told.before)})), rowTable(t("books.late"), told.rows));
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
async function render(main, signal) {
  const now = Number(today().slice(0, 4));
  const wanted = Number(asked().get("year"));
  const year = wanted >= 2000 && wanted <= now ? wanted : now;
  const list = h("div");
  const unfinished = h("div");
  const years = Array.from({length: 12}, (_, at) => String(now - at));
  replace(main, pageTitle(t("books.title")), h("p", {class: "lead"}, t("books.lead")), unfinished,
    field({id: "year", label: t("books.year"), type: "select", required: true, value: String(year), class: "short",
           options: years.map((value) => ({value, label: value})), on: {change: (event) => {
             if (event.target instanceof HTMLSelectElement) go(`#/books?year=${event.target.value}`);
           }}}), list);
  /** @type {{books: Book[]}} */
  const told = await api.get("/api/v1/books", {query: {year}, signal});
  replace(list, table({caption: t("books.title"), rows: told.books, empty: t("books.none", {year: String(year)}), rowId: (book) => book.id, columns: [
    {key: "series", label: t("books.series"), head: true, cell: (book) => h("a", {href: link("/books/{id}", {id: book.id})}, nameOf(book))},
    {key: "unit", label: t("books.unit"), cell: (book) => unitName(book.unit)},
    {key: "last", label: t("books.last"), kind: "number", cell: (book) => number(book.last)},
    {key: "state", label: t("books.state"), cell: (book) => book.state === "open" ? h("span", {class: "tag tag-ok"}, t("books.open"))
      : h("span", {class: "tag"}, t("books.closed_on", {day: date(book.closed_day)}))}]}));
  replace(unfinished, await late(signal));
}

route("#/books", {title: "books.title", rights: ["cases"], nav: "main", order: 52, css: "/web/css/admin.css",
                  render: (main, _, signal) => render(main, signal)});
route("#/books/{id}", {title: "books.title", rights: ["cases"], css: "/web/css/admin.css",
                       render: (main, params, signal) => renderBook(main, params.id ?? "", signal)});
route("#/figures", {title: "figures.title", rights: ["cases"], nav: "main", order: 54, css: "/web/css/admin.css",
                    render: (main, _, signal) => renderFigures(main, signal)});
