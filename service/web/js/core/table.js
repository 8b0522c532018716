// Tables of rows: a caption, heads with scope, a word for emptiness; on a phone each row is a card.

import {fold, t} from "./i18n.js";
import {h, newId, replace} from "./ui.js";

/** @typedef {import("./ui.js").Child} Child */

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} key
 * @property {Child} label
 * @property {(row: Row) => Child} cell
 * @property {"number" | "actions" | "wide"} [kind]
 * @property {boolean} [head] the cell that names the row
 * @property {(row: Row) => string | number} [sort] makes the column one to sort by
 */

/**
 * @template Row
 * @param {{caption: string, columns: Column<Row>[], rows: Row[], empty?: string, class?: string,
 *          showCaption?: boolean, rowClass?: (row: Row) => string, rowId?: (row: Row) => string}} props
 * @returns {HTMLDivElement}
 */
export function table(props) {
  const {caption, columns, rows, empty = t("core.nothing_here")} = props;
  const id = newId("table");
  const body = h("tbody");
  const order = {key: "", down: false};
  const fillBody = () => replace(body, sorted(rows, columns, order).map((row) => line(row, props)));
  const heads = columns.map((column) => h("th", {scope: "col", class: column.kind ? `cell-${column.kind}` : undefined,
                                                 data: {key: column.key}},
    column.sort ? h("button", {type: "button", class: "sort", on: {click: () => {
      order.down = order.key === column.key && !order.down;
      order.key = column.key;
      for (const head of heads) head.removeAttribute("aria-sort");
      heads[columns.indexOf(column)]?.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      fillBody();
    }}}, column.label) : column.label));
  fillBody();
  if (rows.length === 0) return h("div", {class: "empty"}, h("p", null, empty));
  return h("div", {class: ["table-box", props.class].filter(Boolean).join(" "), role: "region", tabindex: "0",
                   "aria-labelledby": id},
    h("table", null, h("caption", {id, class: props.showCaption ? undefined : "visually-hidden"}, caption),
      h("thead", null, h("tr", null, heads)), body));
}

/**
 * @template Row
 * @param {Row} row
 * @param {{columns: Column<Row>[], rowClass?: (row: Row) => string, rowId?: (row: Row) => string}} props
 */
function line(row, props) {
  return h("tr", {class: props.rowClass?.(row) || undefined, data: {row: props.rowId?.(row)}},
    props.columns.map((column) => h(column.head ? "th" : "td", {
      scope: column.head ? "row" : undefined, class: column.kind ? `cell-${column.kind}` : undefined,
      data: {label: typeof column.label === "string" ? column.label : undefined}}, column.cell(row))));
}

/**
 * @template Row
 * @param {Row[]} rows
 * @param {Column<Row>[]} columns
 * @param {{key: string, down: boolean}} order
 */
function sorted(rows, columns, order) {
  const by = columns.find((column) => column.key === order.key)?.sort;
  if (!by) return rows;
  const turned = order.down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const a = by(one);
    const b = by(other);
    if (typeof a === "number" && typeof b === "number") return (a - b) * turned;
    return fold(String(a)).localeCompare(fold(String(b)), "vi") * turned;
  });
}

/**
 * Facts in two columns; what is empty is left out.
 * @param {[Child, Child][]} rows
 */
export function facts(rows) {
  return h("dl", {class: "facts"}, rows.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false)
    .map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

/**
 * Where one stands in a row of steps.
 * @param {string} label
 * @param {{label: string, state: "done" | "now" | "next" | "wrong"}[]} list
 */
export function steps(label, list) {
  return h("ol", {class: "steps", "aria-label": label}, list.map((one) =>
    h("li", {class: `step step-${one.state}`, "aria-current": one.state === "now" ? "step" : undefined},
      h("span", null, one.label), h("span", {class: "visually-hidden"}, ` (${t(`core.step.${one.state}`)})`))));
}
