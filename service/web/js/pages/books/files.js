// Files that a page hands to the person, and names of units.

import {session} from "../../core/session.js";

/**
 * The unit's name as far as the session tells it.
 * @param {string} code
 */
export function unitName(code) {
  return session.units().find((one) => one.code === code)?.name ?? code;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function hand(blob, name) {
  const address = URL.createObjectURL(blob);
  const made = document.createElement("a");
  made.href = address;
  made.download = name;
  made.hidden = true;
  document.body.append(made);
  made.click();
  made.remove();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * What may stand in the name of a file.
 * @param {string} words
 */
export function fileName(words) {
  return words.replace(/[^\p{L}\p{N}.-]+/gu, "-").replace(/^-+|-+$/g, "") || "antin";
}

/**
 * RFC 4180, as the service writes it.
 * @param {string} csv
 * @returns {string[][]}
 */
export function readCsv(csv) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  for (const [, quoted, plain, end] of csv.replace(/^\ufeff/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain ?? "" : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
