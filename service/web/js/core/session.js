// Who is signed in. The session ends by itself when nobody works with it; the page is then covered
// and keeps everything that stands on it, for the same person to go on after signing in again.

import {api, onSignInNeeded, setToken} from "./api.js";
import {setDraftAccount, wipeDrafts} from "./drafts.js";
import {signIn} from "./signin.js";

/**
 * @typedef {object} Me the answer of GET /api/v1/session
 * @property {string} account
 * @property {{id: string, name: string}} [person]
 * @property {string[]} rights
 * @property {{code: string, name: string}[]} units empty: all
 * @property {{code: string, name: string}[]} [office_units] those that there are, for whom all are open
 * @property {string} csrf
 * @property {string} expires
 * @property {string} idle_until
 * @property {boolean} [must_change_password]
 */

// A person who types asks the service for nothing: this often it is told that somebody is there.
const kKeepAlive = 120_000;
const kLook = 5_000;
/** Whoever did something on the page since the service was last asked. */
const activity = {since: false, asked: Date.now()};

export const session = {
  /** @type {Me | null} */
  me: null,

  /**
   * @param {string} right
   */
  has(right) {
    return session.me?.rights.includes(right) ?? false;
  },

  /** The units that this person works for, by name; empty: all, and they are too many to choose from. */
  units() {
    const me = session.me;
    return me?.units.length ? me.units : me?.office_units ?? [];
  },

  /** The person's name, or the account's. */
  name() {
    return session.me?.person?.name ?? session.me?.account ?? "";
  },

  /**
   * Takes over what the service says of a session that has begun or goes on.
   * @param {Me} me
   */
  take(me) {
    const other = session.me !== null && session.me.account !== me.account;
    // Nothing that one person has on the page is for the next.
    if (other) {
      window.location.reload();
      return;
    }
    session.me = me;
    setToken(me.csrf);
    setDraftAccount(me.account);
    activity.asked = Date.now();
    window.dispatchEvent(new CustomEvent("antin:session"));
  },

  /** Begins: the session that the browser still has, or the sign-in. */
  async begin() {
    onSignInNeeded(async () => session.take(await signIn(session.me?.account ?? "")));
    session.take(await api.get("/api/v1/session"));
    watch();
  },

  async signOut() {
    wipeDrafts();
    await api.delete("/api/v1/session", undefined, {signIn: false}).catch(() => null);
    window.location.assign("/app/");
    window.location.reload();
  },

  /** Covers the page until the same person signs in again. */
  async lock() {
    await api.delete("/api/v1/session", undefined, {signIn: false}).catch(() => null);
    await api.get("/api/v1/session").then(session.take);
  },
};

function watch() {
  for (const event of ["keydown", "pointerdown", "input"]) {
    window.addEventListener(event, () => { activity.since = true; }, {passive: true, capture: true});
  }
  window.setInterval(() => void look(), kLook);
}

/** Asks for the session when somebody works, and when it should be over. */
async function look() {
  const me = session.me;
  if (!me || document.querySelector("dialog.sign-in[open]")) return;
  const over = Date.now() > Date.parse(me.idle_until);
  const tell = activity.since && Date.now() - activity.asked > kKeepAlive;
  if (!over && !tell) return;
  activity.since = false;
  activity.asked = Date.now();
  // Other requests, here and in other windows, may have kept it; the service knows. The sign-in
  // comes over the page when it is over.
  await api.get("/api/v1/session").then(session.take, () => null);
}
