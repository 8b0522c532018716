// A still picture of the camera, as a file.

import {t} from "../../core/i18n.js";
import {button, dialog, h, notice, replace} from "../../core/ui.js";

/** @returns {boolean} */
export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/** @param {HTMLVideoElement} video */
function still(video) {
  const canvas = h("canvas", {width: video.videoWidth, height: video.videoHeight});
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

/**
 * @returns {Promise<File[]>} none when the person turned away
 */
export async function fromCamera() {
  /** @type {File[]} */
  const taken = [];
  const video = h("video", {class: "counter-video", autoplay: true, playsinline: true, "aria-label": t("counter.camera.view")});
  video.muted = true;
  const state = h("p", {"aria-live": "polite"}, t("counter.camera.hint"));
  const take = button(t("counter.camera.take"), {kind: "primary", icon: "camera", click: async () => {
    const blob = await still(video);
    if (!blob) return;
    taken.push(new File([blob], `camera-${taken.length + 1}.jpg`, {type: "image/jpeg"}));
    state.textContent = t("counter.camera.taken", {count: taken.length});
    done.hidden = false;
  }});
  const done = button(t("counter.camera.done"), {click: () => asked.close("done")});
  done.hidden = true;
  const asked = dialog({title: t("counter.camera"), class: "dialog-wide"}, video, state, h("div", {class: "actions"}, take, done));
  /** @type {MediaStream | null} */
  let stream = null;
  const opened = asked.open();
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment", width: {ideal: 4096}, height: {ideal: 3072}}});
    video.srcObject = stream;
    await video.play();
    take.focus();
  } catch {
    replace(asked.body, notice("error", t("counter.camera.none"), h("p", null, t("counter.camera.none.do"))));
  }
  const answer = await opened;
  for (const track of stream?.getTracks() ?? []) track.stop();
  return answer === "done" ? taken : [];
}
