// Words in Vietnamese and English, and how dates and numbers are written. Instants are shown at
// UTC+07:00 whatever the computer's own zone (S-19).

/** @typedef {"vi" | "en"} Language */
/** @typedef {{[key: string]: string}} Words */
/** @typedef {{vi: Words, en: Words}} AreaText */

/** @type {AreaText} */
const words = {vi: {}, en: {}};
const kKept = "antin.lang";
/** @type {Language} */
let current = remembered();

/** @returns {Language} */
function remembered() {
  try {
    return window.localStorage.getItem(kKept) === "en" ? "en" : "vi";
  } catch {
    return "vi"; // storage is switched off
  }
}

/**
 * An area makes its words known. Keys begin with the area's name: "counter.send".
 * @param {AreaText} text
 */
export function use(text) {
  Object.assign(words.vi, text.vi);
  Object.assign(words.en, text.en);
}

/** @returns {Language} */
export function lang() {
  return current;
}

/**
 * Everybody who shows words listens for "antin:lang" on the window.
 * @param {Language} wanted
 */
export function setLang(wanted) {
  current = wanted;
  document.documentElement.lang = wanted;
  try {
    window.localStorage.setItem(kKept, wanted);
  } catch {
    // It is asked again next time.
  }
  window.dispatchEvent(new CustomEvent("antin:lang"));
}

/**
 * The words of `key`; "{name}" in them is replaced by values.name, "{name|case|cases}" by the first word
 * when that value is one and by the second otherwise. Values are text, never markup.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values) {
  const found = words[current][key] ?? words.vi[key] ?? key;
  if (!values) return found;
  return found.replace(/\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g, (all, name, one, many) => {
    const value = values[name];
    if (value === undefined) return all;
    if (one !== undefined) return Number(value) === 1 ? one : many;
    return typeof value === "number" ? number(value) : value;
  });
}

/**
 * The same in Vietnamese whatever is read now: for what goes into a case's history, a book or a letter.
 * @param {string} key
 */
export function written(key) {
  return words.vi[key] ?? key;
}

/**
 * Whether there are words for this key.
 * @param {string} key
 */
export function has(key) {
  return key in words.vi;
}

/**
 * The one of the two that is read now, of what the service says in both.
 * @param {{vi?: string, en?: string} | null | undefined} both
 */
export function either(both) {
  return both?.[current] ?? both?.vi ?? "";
}

const kHanoi = 7 * 3_600_000;
/** @param {number} part */
const two = (part) => String(part).padStart(2, "0");

/**
 * An instant, or a day as it stands, as dd/mm/yyyy; "" for anything else.
 * @param {string | null | undefined} iso
 */
export function date(iso) {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso ?? "");
  if (day) return `${day[3]}/${day[2]}/${day[1]}`;
  const at = local(iso);
  return at ? `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}` : "";
}

/**
 * hh:mm dd/mm/yyyy.
 * @param {string | null | undefined} iso
 */
export function dateTime(iso) {
  const at = local(iso);
  return at ? `${two(at.getUTCHours())}:${two(at.getUTCMinutes())} ${date(iso)}` : date(iso);
}

/**
 * @param {string | null | undefined} iso
 */
function local(iso) {
  const at = Date.parse(iso ?? "");
  return Number.isNaN(at) ? null : new Date(at + kHanoi);
}

/** Today in Viet Nam, as yyyy-mm-dd. */
export function today() {
  return new Date(Date.now() + kHanoi).toISOString().slice(0, 10);
}

/**
 * @param {number} n
 */
export function number(n) {
  return new Intl.NumberFormat(current === "vi" ? "vi-VN" : "en-GB").format(n);
}

/**
 * @param {number} octets
 */
export function size(octets) {
  if (octets < 1_000_000) return `${number(Math.max(1, Math.round(octets / 1000)))} kB`;
  return `${number(Math.round(octets / 100_000) / 10)} MB`;
}

/**
 * For searching: without accents and case, so that "giay khai sinh" finds "Giấy khai sinh".
 * @param {string} s
 */
export function fold(s) {
  return s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/đ/g, "d");
}

document.documentElement.lang = current;
