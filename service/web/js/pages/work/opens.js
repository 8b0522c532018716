// A button that opens a dialog is not busy while the dialog is open.

import {raise} from "../../core/ui.js";

/**
 * @param {() => Promise<unknown>} work
 * @returns {() => void}
 */
export function opens(work) {
  return () => { work().catch(raise); };
}
