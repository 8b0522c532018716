// Keeps what a page shows current while somebody looks at it.

// Whoever has gone away is not kept signed in by a page that asks by itself.
const kAway = 180_000;

/**
 * Does this again and again while the page is seen and worked with, and at once when somebody comes back.
 * @param {() => unknown} again
 * @param {number} every so many milliseconds
 * @param {AbortSignal} signal
 */
export function keepCurrent(again, every, signal) {
  let touched = Date.now();
  let asked = Date.now();
  const seen = () => {
    if (document.visibilityState !== "visible" || Date.now() - touched > kAway) return;
    asked = Date.now();
    void again();
  };
  const touch = () => {
    touched = Date.now();
    if (touched - asked > every) seen();
  };
  const timer = window.setInterval(seen, every);
  for (const event of ["keydown", "pointerdown"]) window.addEventListener(event, touch, {passive: true, signal});
  document.addEventListener("visibilitychange", touch, {signal});
  signal.addEventListener("abort", () => window.clearInterval(timer));
}
