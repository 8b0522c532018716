// One book: its numbers, its print, its export, the next volume, the end of its year.

import {api, isProblem} from "../../core/api.js";
import {date, number, t} from "../../core/i18n.js";
import {link} from "../../core/router.js";
import {session} from "../../core/session.js";
import {announce, button, confirm, facts, field, form, h, notice, pageTitle, replace, table} from "../../core/ui.js";
import {fileName, hand, unitName} from "./files.js";

/**
 * @typedef {{id: string, number: number, text: string, book: string, day: string, state: string, requester: string,
 *   paper: string, signer: string, copies: number, fee: number, note: string, case?: string,
 *   message?: {vi: string, en: string}}} Row
 * @typedef {{id: string, unit: string, product: string, series: string, year: number, name: string, last: number,
 *   state: string, closed_day?: string, totals?: Record<string, unknown>, rows?: Row[]}} Book
 */

const kPage = 50;

/**
 * The day as printed on the row's own line, and what it is called.
 * @param {Row} row
 */
function rowState(row) {
  const kind = {final: "ok", reserved: "warning", voided: "error"}[row.state] ?? "info";
  return h("span", {class: `tag tag-${kind}`}, t(`books.row.${row.state}`));
}

/**
 * @param {string} caption
 * @param {Row[]} rows
 */
export function rowTable(caption, rows) {
  return table({caption, rows, empty: t("books.rows_none"), rowId: (row) => row.id, columns: [
    {key: "number", label: t("books.number"), head: true, cell: (row) => row.case
      ? h("a", {class: "nowrap", href: link("/cases/{id}", {id: row.case})}, row.text) : h("span", {class: "nowrap"}, row.text)},
    {key: "day", label: t("books.day"), cell: (row) => date(row.day)},
    {key: "requester", label: t("books.requester"), cell: (row) => row.requester},
    {key: "paper", label: t("books.paper"), kind: "wide", cell: (row) => row.paper},
    {key: "signer", label: t("books.signer"), cell: (row) => row.signer},
    {key: "copies", label: t("books.copies"), kind: "number", cell: (row) => number(row.copies)},
    {key: "fee", label: t("books.fee"), kind: "number", cell: (row) => number(row.fee)},
    {key: "state", label: t("books.row_state"), cell: rowState},
    {key: "note", label: t("books.note"), cell: (row) => row.note}]});
}

/** @param {Book} book */
export const nameOf = (book) => `${t(`register.product.${book.product}`)} ${book.name}`;

/**
 * Months in which the book may have rows.
 * @param {Book} book
 */
function months(book) {
  return [{value: "", label: t("books.print_all")}, ...Array.from({length: 12}, (_, at) => {
    const month = String(at + 1).padStart(2, "0");
    return {value: `${book.year}-${month}`, label: `${month}/${book.year}`};
  })];
}

/**
 * @param {Book} book
 * @param {(words: string, kind?: "ok" | "warning") => Promise<void>} changed
 */
function work(book, changed) {
  const clerk = session.has("clerk") && book.state === "open";
  return h("section", {class: "card no-print work", "aria-labelledby": "book-work"}, h("h2", {id: "book-work"}, t("books.work")),
    h("div", {class: "grid"},
      form({submit: async (typed) => hand(await api.blob(`/api/v1/books/print?${new URLSearchParams({book: book.id,
          ...(typed.month ? {month: typed.month} : {})})}`), `${fileName(`${book.name} ${typed.month ?? ""}`)}.pdf`)},
        h("h3", null, t("books.print")), field({id: "print-month", name: "month", label: t("books.print_month"), type: "select",
               options: months(book), hint: t("books.print_hint")}),
        button(t("books.print_do"), {type: "submit", icon: "print", kind: "primary"})),
      h("div", null, h("h3", null, t("books.export_title")), h("p", {class: "hint"}, t("books.export_words")), button(t("books.export"), {icon: "download", click: async () =>
          hand(await api.blob(`/api/v1/books/export?${new URLSearchParams({book: book.id})}`), `${fileName(book.name)}.jsonl`)})),
      clerk ? h("div", null, h("h3", null, t("books.turn")), h("p", {class: "hint"}, t("books.turn_words")),
        h("div", {class: "row"}, button(t("books.volume"), {icon: "plus", click: async () => {
          if (!await confirm({title: t("books.volume_title"), words: t("books.volume_words"), yes: t("books.volume"), no: t("books.keep")})) return;
          try {
            /** @type {Book} */
            const made = await api.post("/api/v1/books/volume", {book: book.id, after: book.name});
            await changed(t("books.volume_done", {name: made.name}));
          } catch (problem) {
            // Others have opened volumes since this page was drawn: it shows the one in use now.
            if (!isProblem(problem) || problem.code !== "http.parameter") throw problem;
            await changed(t("books.volume_other"), "warning");
          }
        }}), button(t("books.close"), {kind: "danger", icon: "lock", click: async () => {
          if (!await confirm({title: t("books.close_title"), words: t("books.close_words"), yes: t("books.close"), no: t("books.keep"), danger: true})) return;
          await api.post("/api/v1/books/close", {book: book.id});
          await changed(t("books.close_done"));
        }}))) : null));
}

/**
 * @param {HTMLElement} main
 * @param {string} id
 * @param {AbortSignal} signal
 */
export async function renderBook(main, id, signal) {
  const said = h("div");
  const head = h("div");
  const place = h("section", {"aria-labelledby": "book-rows"});
  /** @param {number} from */
  const load = async (from) => {
    /** @type {Book} */
    const book = await api.get("/api/v1/books/rows", {query: {book: id, from, limit: kPage}, signal});
    const rows = book.rows ?? [];
    const end = Math.min(book.last, from + kPage - 1);
    replace(head, facts([[t("books.year"), String(book.year)], [t("books.unit"), unitName(book.unit)],
      [t("books.last"), number(book.last)],
      [t("books.state"), book.state === "open" ? t("books.open") : t("books.closed_on", {day: date(book.closed_day)})]]));
    replace(place, h("div", {class: "page-head"}, h("h2", {id: "book-rows"}, t("books.rows")),
        form({class: "row no-print go-to", submit: (typed) => load(Number(typed.go)), check: (typed) =>
            /^\d+$/.test(typed.go ?? "") && Number(typed.go) >= 1 && Number(typed.go) <= Math.max(1, book.last)
              ? /** @type {Record<string, string>} */ ({}) : {go: t("books.go_wrong", {last: book.last})}},
          field({id: "go", label: t("books.go"), required: true, inputmode: "numeric", maxlength: 9}), button(t("books.go_do"), {type: "submit"}))),
      rowTable(t("books.rows"), rows),
      h("div", {class: "row no-print pages"}, button(t("books.before"), {icon: "left", disabled: from <= 1, click: () => load(Math.max(1, from - kPage))}),
        book.last > 0 ? h("span", null, t("books.rows_range", {from, to: end, last: book.last})) : null,
        button(t("books.after"), {icon: "right", disabled: end >= book.last, click: () => load(from + kPage)})));
    return book;
  };
  const title = h("div");
  replace(main, h("p", {class: "no-print"}, h("a", {href: "#/books"}, `← ${t("books.all")}`)), title, said, head, place);
  const book = await load(1);
  const worked = h("div");
  /** @param {string} words @param {"ok" | "warning"} [kind] */
  const redraw = async (words, kind = "ok") => {
    const fresh = await load(1);
    replace(title, pageTitle(nameOf(fresh)));
    replace(worked, work(fresh, redraw));
    replace(said, notice(kind, words));
    announce(words);
  };
  replace(title, pageTitle(nameOf(book)));
  replace(worked, work(book, redraw));
  place.before(worked);
}
