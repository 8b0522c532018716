// What the public check page can do more where there are scripts: dropping a file, a hash that is
// computed here so that the file stays here, and saying that something goes on. The answer itself
// is the service's page in either case.

const kLanguage = "antin.lang"; // the staff's pages keep it there too

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
function place(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no #${id}`);
  return found;
}

const form = place("check", HTMLFormElement);
const lookUp = place("look-up", HTMLFormElement);
const file = place("file", HTMLInputElement);
const drop = place("drop", HTMLLabelElement);
const busy = place("busy", HTMLDivElement);
const refused = place("refused", HTMLDivElement);
const hashOnly = place("hash-only", HTMLButtonElement);
const choices = [place("lang-vi", HTMLInputElement), place("lang-en", HTMLInputElement)];

/** @param {string} lang */
function show(lang) {
  for (const one of choices) one.checked = one.value === lang;
  document.documentElement.lang = lang;
}

/** Which language is shown now. */
function shown() {
  return choices[1]?.checked ? "en" : "vi";
}

/** Whoever chose a language finds it again; what the address or the service says goes first. */
function beginLanguage() {
  const asked = new URLSearchParams(window.location.search).get("lang");
  try {
    const kept = window.localStorage.getItem(kLanguage);
    if (!asked && kept === "en" && shown() === "vi") show("en");
  } catch {
    // Storage is switched off: it is asked again next time.
  }
  document.documentElement.lang = shown();
  for (const one of choices) {
    one.addEventListener("change", () => {
      document.documentElement.lang = shown();
      try {
        window.localStorage.setItem(kLanguage, shown());
      } catch {
        // Likewise.
      }
    });
  }
}

/** @param {boolean} on */
function setBusy(on) {
  busy.hidden = !on;
  document.body.setAttribute("aria-busy", String(on));
  for (const button of document.querySelectorAll("#ask button")) button.toggleAttribute("disabled", on);
  if (on) busy.scrollIntoView({block: "nearest"});
}

/** @param {File} chosen */
function isPdf(chosen) {
  return chosen.type === "application/pdf" || /\.pdf$/i.test(chosen.name);
}

/** The browser's own words beside its button are of the browser's language, and not of the page's. */
const chosenName = place("chosen", HTMLSpanElement);
file.classList.add("visually-hidden");

function chosenChanged() {
  const chosen = file.files?.[0];
  chosenName.textContent = chosen?.name ?? "";
  chosenName.hidden = !chosen;
  refused.hidden = !chosen || isPdf(chosen);
}

/** @param {ArrayBuffer} octets */
async function sha256(octets) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

async function askByHash() {
  const chosen = file.files?.[0];
  if (!chosen) {
    file.reportValidity();
    return;
  }
  setBusy(true);
  const query = new URLSearchParams({ma: await sha256(await chosen.arrayBuffer()), lang: shown()});
  window.location.assign(`/kiem-tra?${query}`);
}

function beginDropping() {
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files;
    if (!dropped?.length) return;
    file.files = dropped;
    chosenChanged();
    if (dropped[0] && isPdf(dropped[0])) form.requestSubmit();
  });
}

form.addEventListener("submit", (event) => {
  const chosen = file.files?.[0];
  if (chosen && !isPdf(chosen)) {
    event.preventDefault();
    refused.hidden = false;
    refused.scrollIntoView({block: "nearest"});
    return;
  }
  // After the browser has taken the form's content.
  window.setTimeout(() => setBusy(true), 0);
});
lookUp.addEventListener("submit", () => {
  const lang = document.createElement("input");
  lang.type = "hidden";
  lang.name = "lang";
  lang.value = shown();
  lookUp.append(lang);
});
file.addEventListener("change", chosenChanged);
if (window.crypto?.subtle) {
  hashOnly.hidden = false;
  place("hash-hint", HTMLParagraphElement).hidden = false;
  hashOnly.addEventListener("click", () => void askByHash());
}
const printer = document.getElementById("in");
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => {
    for (const one of document.querySelectorAll("details.more")) one.toggleAttribute("open", true);
    window.print();
  });
}
const answer = document.getElementById("ket-qua");
if (answer) answer.focus();
// A page that the browser brings back (Back) is not busy any more.
window.addEventListener("pageshow", () => {
  setBusy(false);
  chosenChanged();
});
beginLanguage();
beginDropping();
