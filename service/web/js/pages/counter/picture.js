// Pages as pictures. They are drawn on a canvas: no address of a picture outlives the page.

import {api} from "../../core/api.js";
import {t} from "../../core/i18n.js";
import {h} from "../../core/ui.js";

/**
 * @param {string} label
 * @param {() => Promise<Blob>} fetch
 * @param {number} [wide] how wide it will stand on the screen: small letters stay legible when it is
 *   made smaller well, once, and not by the browser in haste
 * @returns {HTMLCanvasElement & {shown: Promise<boolean>}}
 */
export function picture(label, fetch, wide = 0) {
  const canvas = h("canvas", {class: "counter-picture", role: "img", "aria-label": label, width: 210, height: 297, "aria-busy": "true"});
  const shown = (async () => {
    try {
      const blob = await fetch();
      let drawn = await createImageBitmap(blob);
      const wanted = Math.round(wide * window.devicePixelRatio);
      if (wanted > 0 && drawn.width > wanted) {
        drawn.close();
        drawn = await createImageBitmap(blob, {resizeWidth: wanted, resizeQuality: "high"});
      }
      canvas.width = drawn.width;
      canvas.height = drawn.height;
      canvas.getContext("2d")?.drawImage(drawn, 0, 0);
      drawn.close();
      canvas.dataset.shown = "yes";
      return true;
    } catch {
      canvas.dataset.shown = "no";
      canvas.setAttribute("aria-label", `${label}: ${t("counter.picture.none")}`);
      sayNone(canvas);
      return false;
    } finally {
      canvas.removeAttribute("aria-busy");
    }
  })();
  return Object.assign(canvas, {shown});
}

/**
 * An empty page would look like a page that is empty.
 * @param {HTMLCanvasElement} canvas
 */
function sayNone(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#444";
  pen.font = "15px sans-serif";
  pen.textAlign = "center";
  pen.fillText(t("counter.picture.none"), canvas.width / 2, canvas.height / 2, canvas.width - 16);
}

/**
 * A page of a document of a case.
 * @param {{self: string}} one
 * @param {{of: string, page: number, width: number, label: string, sign?: AbortSignal}} what
 */
export function pagePicture(one, what) {
  return picture(what.label, () => api.blob(`${one.self}/page`, {query: {of: what.of, page: what.page, width: what.width}, signal: what.sign}));
}
