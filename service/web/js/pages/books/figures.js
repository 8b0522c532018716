// The monthly figures (C-22) as a table and as a chart; the chart says the same in words.

import {api} from "../../core/api.js";
import {number, t, today} from "../../core/i18n.js";
import {asked} from "../../core/router.js";
import {button, field, form, h, pageTitle, replace, svg, table} from "../../core/ui.js";
import {fileName, hand, readCsv} from "./files.js";

/** @typedef {{unit: string, requests: number, released: number, refused: number, cancelled: number, minutes: string}} Line */

/** @type {("requests" | "released" | "refused" | "cancelled")[]} */
const kBars = ["requests", "released", "refused", "cancelled"];
const kMostUnits = 20;
const narrow = window.matchMedia("(max-width: 43.75rem)");

/**
 * A month as people write it.
 * @param {string} month "2026-11"
 */
const written = (month) => month.split("-").reverse().join("/");

/**
 * @param {string} csv
 * @returns {Line[]}
 */
function read(csv) {
  return readCsv(csv).slice(1).map((cells) => ({
    unit: (cells[2] ?? "") || (cells[1] ?? ""), requests: Number(cells[3]), released: Number(cells[4]), refused: Number(cells[5]),
    cancelled: Number(cells[6]), minutes: cells[7] ?? ""}));
}

/**
 * @param {Line[]} lines
 * @param {string} month
 */
function chart(lines, month) {
  const shown = lines.slice(0, kMostUnits);
  const most = Math.max(1, ...shown.flatMap((line) => kBars.map((bar) => line[bar])));
  const high = 20;
  // Letters keep their size on a phone: bars become shorter there.
  const whole = narrow.matches ? 340 : 660;
  const group = kBars.length * high + 40;
  const said = shown.map((line) => t("figures.chart_text", {...line})).join(" ");
  const bars = shown.flatMap((line, at) => [
    svg("text", {x: 0, y: at * group + 18, class: "chart-unit"}, line.unit),
    ...kBars.map((bar, n) => {
      const y = at * group + 28 + n * high;
      const wide = Math.max(line[bar] > 0 ? 2 : 0, (line[bar] / most) * (whole - 240));
      return svg("g", null, svg("rect", {x: 170, y, width: wide, height: high - 6, class: `chart-bar chart-${bar}`}),
                 svg("text", {x: 162, y: y + 12, class: "chart-name"}, t(`figures.${bar}`)),
                 svg("text", {x: 176 + wide, y: y + 12, class: "chart-value"}, number(line[bar])));
    })]);
  return svg("svg", {class: "chart", role: "img", viewBox: `0 0 ${whole} ${shown.length * group}`, "aria-label":
    `${t("figures.chart", {month: written(month)})}. ${said}`}, ...bars);
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 */
export async function renderFigures(main, signal) {
  const wanted = asked().get("month") ?? "";
  const month = /^\d{4}-\d\d$/.test(wanted) ? wanted : today().slice(0, 7);
  const place = h("div");
  let drawn = () => {};
  narrow.addEventListener("change", () => drawn(), {signal});
  /** @param {string} chosen */
  const load = async (chosen) => {
    /** @type {Blob} */
    const blob = await api.get("/api/v1/reports/index", {query: {month: chosen}, signal});
    const lines = read(await blob.text());
    if (lines.length === 0) return replace(place, h("div", {class: "empty"}, h("p", null, t("figures.none"))));
    /** @type {import("../../core/table.js").Column<Line>[]} */
    const columns = [{key: "unit", label: t("figures.unit"), head: true, cell: (line) => line.unit},
      ...kBars.map((bar) => ({key: bar, label: t(`figures.${bar}`), kind: /** @type {"number"} */ ("number"),
                              /** @param {Line} line */ cell: (line) => number(line[bar])})),
      {key: "minutes", label: t("figures.minutes"), kind: "number", cell: (line) => line.minutes || "–"}];
    const shown = h("div", null, chart(lines, chosen));
    drawn = () => replace(shown, chart(lines, chosen));
    replace(place, table({caption: t("figures.title"), rows: lines, columns}),
      h("figure", {class: "card"}, h("figcaption", null, t("figures.chart", {month: written(chosen)})), shown),
      h("div", {class: "actions"}, button(t("figures.download"), {icon: "download",
        click: () => hand(blob, `${fileName(`so-lieu-${chosen}`)}.csv`)})));
  };
  replace(main, pageTitle(t("figures.title")), h("p", {class: "lead"}, t("figures.lead")),
    form({class: "row no-print", submit: async (typed) => {
      window.history.replaceState(null, "", `#/figures?month=${typed.month}`);
      await load(typed.month ?? "");
    }, check: (typed) => /^\d{4}-\d\d$/.test(typed.month ?? "") ? /** @type {Record<string, string>} */ ({}) : {month: t("figures.wrong")}},
    field({id: "month", label: t("figures.month"), type: "month", required: true, value: month, max: today().slice(0, 7)}),
    button(t("figures.show"), {type: "submit", kind: "primary"})), place);
  await load(month);
}
