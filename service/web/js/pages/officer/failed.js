// What could not be signed and why, until it is signed: the officer finds it in the queue again.

import {draft} from "../../core/drafts.js";

/** @typedef {{code: string, sentence: string, remedy: string, version: number}} Failure */

const kept = draft("officer/failed");

/** @returns {Record<string, Failure>} */
function all() {
  const found = kept.restore();
  return found && typeof found === "object" ? found : {};
}

export const failures = {
  /**
   * @param {string} id
   * @returns {Failure | undefined}
   */
  of: (id) => all()[id],
  /**
   * @param {string} id
   * @param {Failure} why
   */
  add(id, why) {
    kept.save({...all(), [id]: why});
  },
  /** @param {string} id */
  drop(id) {
    const now = all();
    delete now[id];
    kept.save(now);
  },
  /**
   * Those that no longer wait, or that were changed since.
   * @param {{id: string, version: number}[]} waiting
   */
  forget(waiting) {
    const now = all();
    const left = waiting.filter((one) => now[one.id]?.version === one.version).map((one) => [one.id, now[one.id]]);
    if (left.length !== Object.keys(now).length) kept.save(Object.fromEntries(left));
  },
};
