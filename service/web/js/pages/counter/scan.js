// Pages of the scan: brought as they come, shown as they are judged, turned, moved, left out.

import {api, isProblem} from "../../core/api.js";
import {either, t, written} from "../../core/i18n.js";
import {guard} from "../../core/router.js";
import {announce, button, busy, h, icon, notice, problemNotice, raise, replace} from "../../core/ui.js";
import {fromCamera, hasCamera} from "./camera.js";
import {dropFiles, keepFiles, keptFiles} from "./waiting.js";
import {sheetCard} from "./sheet.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./desk.js").ScanPages} ScanPages */
/** @typedef {{keep?: {page: number, rotate?: number}[], at?: number, paper?: string, facts?: Record<string, unknown>}} Arrangement */

const kTypes = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,application/pdf,image/jpeg,image/png,image/tiff";
// What one form holds, and one request of the service.
const kAtOnce = 14;

/**
 * Numbers in names are read as numbers: page 2 before page 10.
 * @param {File[]} files
 */
function inOrder(files) {
  const order = new Intl.Collator("vi", {numeric: true});
  return files.filter((file) => /\.(pdf|jpe?g|png|tiff?)$/i.test(file.name))
    .sort((a, b) => order.compare(a.webkitRelativePath || a.name, b.webkitRelativePath || b.name));
}

class Scan {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** @type {ScanPages | null} */
    this.pages = null;
    this.sending = false;
    this.sheets = h("ol", {class: "counter-sheets"});
    this.told = h("div", {class: "stack"});
    this.foot = h("div", {class: "stack"});
    /** Where files that are chosen next go; null: behind all. @type {{at: number, instead: boolean} | null} */
    this.place = null;
    /** @type {HTMLInputElement | null} */
    this.choose = null;
  }

  async load() {
    this.pages = (await api.get(`${this.desk.one.self}/scan`, {signal: this.desk.signal})).scan;
  }

  /** Files that did not arrive last time. */
  async takeUp() {
    const waiting = await keptFiles(this.desk.one.id);
    if (waiting.length === 0) return;
    const offer = notice("warning", t("counter.scan.waiting", {count: waiting.length}),
      h("div", {class: "row"},
        button(t("counter.scan.waiting.send"), {kind: "primary", click: async () => { offer.remove(); await this.bring(waiting); }}),
        button(t("counter.scan.waiting.drop"), {kind: "quiet", click: async () => { await dropFiles(this.desk.one.id); offer.remove(); }})));
    this.told.append(offer);
  }

  /**
   * @param {Arrangement} wanted
   * @param {File[]} [files]
   */
  async arrange(wanted, files = []) {
    const {desk} = this;
    const body = new FormData();
    body.set("request", new Blob([JSON.stringify({version: desk.one.version, ...wanted})], {type: "application/json"}));
    files.forEach((file, at) => body.set(at === 0 ? "file" : `file${at + 1}`, file, file.name));
    const after = await desk.guarded(() => api.post(`${desk.one.self}/scan`, body));
    desk.one = after;
    this.pages = after.scan;
  }

  /**
   * What was chosen or dropped; a file that is no scan is named, and not passed over in silence.
   * @param {File[]} chosen
   */
  async given(chosen) {
    const files = inOrder(chosen);
    if (files.length === 0) replace(this.told);
    await this.bring(files);
    // A scanner's folder holds other things as well.
    const others = chosen.filter((file) => !files.includes(file) && !(file.webkitRelativePath && files.length > 0));
    if (others.length === 0) return;
    this.told.append(notice("warning", t("counter.scan.no_scan", {names: others.slice(0, 3).map((file) => file.name).join(", ")}),
                            h("p", null, t("counter.scan.formats"))));
  }

  /**
   * @param {File[]} files
   * @param {Arrangement} [how]
   */
  async bring(files, how = {}) {
    if (files.length === 0 || this.sending) return;
    this.sending = true;
    const {id} = this.desk.one;
    await keepFiles(id, files);
    replace(this.told, h("p", {class: "counter-sending", role: "status"}, t("counter.scan.sending", {count: files.length})));
    const place = this.place;
    this.place = null;
    try {
      let rest = files;
      let at = place?.at;
      const before = this.pages?.pages.length ?? 0;
      while (rest.length > 0) {
        const here = this.pages?.pages.length ?? 0;
        /** @type {Arrangement} */
        const wanted = {...how, at};
        if (place?.instead && here === before) wanted.keep = all(here).filter((one) => one.page !== place.at + 1);
        await this.arrange(wanted, rest.slice(0, kAtOnce));
        if (at !== undefined) at += (this.pages?.pages.length ?? 0) - here;
        rest = rest.slice(kAtOnce);
        await (rest.length > 0 ? keepFiles(id, rest) : dropFiles(id));
      }
      replace(this.told);
      announce(t("counter.scan.brought", {count: files.length}));
    } catch (problem) {
      await this.explain(problem, files);
    } finally {
      this.sending = false;
    }
    this.draw();
  }

  /**
   * @param {unknown} problem
   * @param {File[]} files
   */
  async explain(problem, files) {
    if (!isProblem(problem)) throw problem;
    const codes = (problem.more.complaints ?? []).map((/** @type {{code: string}} */ one) => one.code);
    if (codes.includes("capture.no_resolution")) {
      replace(this.told, notice("warning", t("counter.scan.no_resolution"), h("div", {class: "row"},
        ["A4", "A5", "A3", "86x54"].map((paper) => button(t(`counter.paper_size.${paper}`), {
          kind: paper === "A4" ? "primary" : "plain", click: () => this.bring(files, {paper})})))));
      return;
    }
    if (problem.code === "office.original_signed") {
      replace(this.told, notice("warning", problem.sentence, h("p", null, t("counter.scan.signed")),
        button(t("counter.scan.signed.confirm"), {click: () => this.bring(files, {facts: {scan_confirmed: written("counter.scan.signed.confirm")}})})));
      return;
    }
    const complaints = (problem.more.complaints ?? []).map((/** @type {import("./desk.js").Complaint} */ one) => h("p", null, either(one.message)));
    replace(this.told, problemNotice(problem, complaints,
      problem.status === 0 ? button(t("core.again"), {click: () => this.bring(files)}) : null));
    if (problem.status !== 0) await dropFiles(this.desk.one.id);
  }

  /**
   * @param {{page: number, rotate?: number}[]} keep
   * @param {string} said
   */
  async keep(keep, said) {
    if (this.sending) return;
    this.sending = true;
    try {
      await busy(this.sheets, this.arrange({keep}));
      announce(said);
    } finally {
      this.sending = false;
      this.draw();
    }
  }

  draw() {
    const {desk, pages} = this;
    const count = pages?.pages.length ?? 0;
    replace(this.sheets, Array.from({length: count}, (_, at) => sheetCard(desk.one, /** @type {ScanPages} */ (pages), at, {
      turn: () => this.keep(all(count).map((one) => (one.page === at + 1 ? {...one, rotate: 90} : one)), t("counter.scan.turned", {page: at + 1})).then(() => this.focus(at)),
      move: (by) => this.keep(moved(all(count), at, by), t("counter.scan.moved", {page: at + 1, to: at + 1 + by})).then(() => this.focus(at + by)),
      remove: () => this.keep(all(count).filter((one) => one.page !== at + 1), t("counter.scan.removed", {page: at + 1})).then(() => this.focus(Math.min(at, count - 2))),
      instead: () => { this.place = {at, instead: true}; this.choose?.click(); },
    })));
    this.drawFoot(count);
  }

  /** @param {number} at */
  focus(at) {
    const card = this.sheets.children[at];
    if (card instanceof HTMLElement) card.focus();
  }

  /** @param {number} count */
  drawFoot(count) {
    const {desk, pages} = this;
    const certified = desk.one.product === "certified_copy";
    const wanted = Number(desk.typed().pages ?? desk.one.facts.pages ?? 0);
    const differs = certified && count > 0 && count !== wanted;
    const bad = (pages?.complaints ?? []).filter((one) => one.severity === "error");
    const general = (pages?.complaints ?? []).filter((one) => one.page === 0);
    replace(this.foot,
      general.map((one) => h("p", {class: "counter-complaint"}, icon("unsure"), either(one.message))),
      differs ? notice("warning", t("counter.scan.differs", {scanned: count, original: wanted}),
        h("p", null, t("counter.scan.differs.do")),
        button(t("counter.scan.differs.fix", {count}), {click: () => {
          desk.draft("request").save({...desk.typed(), pages: count});
          desk.redraw();
        }})) : null,
      bad.length ? notice("error", t("counter.scan.bad", {pages: [...new Set(bad.map((one) => one.page).filter(Boolean))].join(", ")})) : null,
      h("div", {class: "actions"},
        button(certified ? t("counter.scan.done") : t("counter.scan.done.office"), {kind: "primary", type: "submit",
          data: {go: "scan"}, "aria-disabled": count === 0 || differs || bad.length > 0 ? "true" : undefined,
          click: () => desk.act("capture")})),
      count === 0 ? h("p", {class: "hint"}, t("counter.scan.none")) : null);
  }
}

/**
 * @param {number} count
 * @returns {{page: number, rotate?: number}[]}
 */
function all(count) {
  return Array.from({length: count}, (_, at) => ({page: at + 1}));
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} from
 * @param {number} by
 */
function moved(list, from, by) {
  const out = [...list];
  const [one] = out.splice(from, 1);
  if (one !== undefined) out.splice(from + by, 0, one);
  return out;
}

/**
 * @param {Scan} scan
 * @param {string} id
 * @param {import("../../core/ui.js").Props} more
 */
function chooser(scan, id, more) {
  return h("input", {type: "file", id, class: "visually-hidden", tabindex: "-1", "aria-hidden": "true", ...more,
    on: {change: (/** @type {Event} */ event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      const files = [...(input.files ?? [])];
      input.value = "";
      void scan.given(files).catch(raise);
    }}});
}

/**
 * @param {Desk} desk
 * @returns {Promise<Node>}
 */
export async function scanPanel(desk) {
  const scan = new Scan(desk);
  await scan.load();
  guard(() => (scan.sending ? t("counter.scan.leaving") : ""), desk.signal);
  const files = chooser(scan, "counter-files", {accept: kTypes, multiple: true});
  const folder = chooser(scan, "counter-folder", {multiple: true, webkitdirectory: true});
  scan.choose = files;
  const ways = h("div", {class: "drop counter-drop", on: {
    dragover: (/** @type {DragEvent} */ event) => { event.preventDefault(); ways.classList.add("over"); },
    dragleave: () => ways.classList.remove("over"),
    drop: (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      ways.classList.remove("over");
      void scan.given([...(event.dataTransfer?.files ?? [])]).catch(raise);
    }}},
    h("p", null, t("counter.scan.how")),
    h("div", {class: "row"},
      button(t("counter.scan.files"), {icon: "file", kind: "primary", data: {press: "upload", first: ""}, "aria-keyshortcuts": "Alt+U",
                                       click: () => { scan.place = null; files.click(); }}),
      hasCamera() ? button(t("counter.scan.camera"), {icon: "camera", data: {press: "camera"}, "aria-keyshortcuts": "Alt+C",
                                                      click: async () => scan.bring(await fromCamera())}) : null,
      button(t("counter.scan.folder"), {click: () => { scan.place = null; folder.click(); }})),
    h("p", {class: "hint"}, t("counter.scan.formats")), files, folder);
  scan.draw();
  await scan.takeUp();
  return h("div", {class: "stack"}, h("h2", null, t("counter.step.scan")), ways, scan.told, scan.sheets, scan.foot);
}

