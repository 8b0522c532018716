// What is typed and not yet sent, kept on this computer against reload, time-out and power cut; of
// the signed-in account only, and wiped when it signs out. A shared counter PC keeps nothing of
// anybody beyond that, and a draft that nobody came back to ends after a week.

import {fill, values} from "./form.js";

const kPrefix = "antin.draft.";
const kWeek = 7 * 24 * 3_600_000;
const kMostOctets = 256 * 1024;
let account = "";

/**
 * Whose drafts these are (core/session.js).
 * @param {string} name
 */
export function setDraftAccount(name) {
  account = name;
  forgetOld();
}

/** @returns {Storage | null} */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function keys() {
  const kept = storage();
  if (!kept) return [];
  return Array.from({length: kept.length}, (_, at) => kept.key(at) ?? "").filter((key) => key.startsWith(kPrefix));
}

function forgetOld() {
  for (const key of keys()) {
    const written = read(key);
    if (!written || Date.now() - written.at > kWeek) storage()?.removeItem(key);
  }
}

/**
 * @param {string} key
 * @returns {{at: number, content: unknown} | null}
 */
function read(key) {
  try {
    const found = JSON.parse(storage()?.getItem(key) ?? "null");
    return found && typeof found.at === "number" ? found : null;
  } catch {
    return null;
  }
}

/** At sign-out: all drafts of this account. */
export function wipeDrafts() {
  for (const key of keys()) {
    if (key.startsWith(`${kPrefix}${account}/`)) storage()?.removeItem(key);
  }
}

/**
 * The draft of one thing that is being written: draft("counter/new").
 * @param {string} name
 */
export function draft(name) {
  const key = () => `${kPrefix}${account}/${name}`;
  const it = {
    /**
     * @param {unknown} content what JSON can hold
     * @returns {boolean} false: it is not kept (storage off or full)
     */
    save(content) {
      if (!account) return false;
      const written = JSON.stringify({at: Date.now(), content});
      if (written.length > kMostOctets) return false;
      try {
        storage()?.setItem(key(), written);
        return storage() !== null;
      } catch {
        return false;
      }
    },
    /**
     * @returns {any} null: there is none
     */
    restore() {
      return read(key())?.content ?? null;
    },
    /** When it was last written. */
    at() {
      const found = read(key());
      return found ? new Date(found.at).toISOString() : "";
    },
    clear() {
      storage()?.removeItem(key());
    },
    /**
     * Fills a form with what was kept and keeps what is typed from now on.
     * @param {HTMLFormElement} form
     * @returns {boolean} whether something was restored
     */
    follow(form) {
      const found = it.restore();
      if (found) fill(form, found);
      const keep = () => { it.save(values(form)); };
      form.addEventListener("input", keep);
      form.addEventListener("change", keep);
      return found !== null;
    },
  };
  return it;
}
