// Fields of forms: each with its label, its hint and a place for what is wrong with it.

import {date, t} from "./i18n.js";
import {announce, append, busy, h, newId, problemNotice, replace} from "./ui.js";

/** @typedef {import("./ui.js").Child} Child */
/** @typedef {import("./ui.js").Props} Props */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

const kFilled = "antin:filled";

/**
 * @typedef {object} FieldProps
 * @property {string} [id] also the name, unless `name` is given
 * @property {string} [name]
 * @property {string} label
 * @property {string} [hint]
 * @property {string} [error]
 * @property {string} [type] of an input; or "select", "textarea", "checkbox"
 * @property {boolean} [required]
 * @property {unknown} [value]
 * @property {{value: string, label: string, disabled?: boolean}[]} [options] of a select
 * @property {string} [list] suggestions: id of a datalist
 * @property {Element} [control] an own control instead
 * @property {Record<string, (event: Event) => unknown>} [on]
 */

/**
 * @param {FieldProps & Props} props
 * @returns {HTMLDivElement}
 */
export function field(props) {
  const {id = newId("field"), name = id, label, hint, error, type = "text", options, control: own, required,
         class: extra, on, ...rest} = props;
  const described = [hint ? `${id}-hint` : "", `${id}-error`].filter(Boolean).join(" ");
  const common = {id, name, required, on, "aria-describedby": described,
                  "aria-invalid": error ? "true" : undefined, ...rest};
  const control = own ?? makeControl(type, common, options ?? []);
  if (own) {
    if (!own.id) own.id = id;
    own.setAttribute("aria-describedby", described);
  }
  const written = h("label", {for: control.id},
                    label, required ? null : h("span", {class: "optional"}, ` (${t("core.optional")})`));
  const inLine = type === "checkbox" || type === "radio";
  return h("div", {class: ["field", inLine ? "field-check" : "", extra].filter(Boolean).join(" "), data: {field: name}},
           inLine ? [control, h("label", {for: control.id}, label)] : [written],
           hint ? h("p", {class: "hint", id: `${id}-hint`}, hint) : null, inLine ? null : control,
           inLine ? null : [fullNote(control), dayNote(control)],
           h("p", {class: "field-error", id: `${id}-error`, hidden: !error}, error));
}

/**
 * A browser takes no further letter and says nothing; this does.
 * @param {Element} control
 */
function fullNote(control) {
  const most = control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control.maxLength : -1;
  if (most <= 0) return null;
  const note = h("p", {class: "field-full", role: "status"});
  control.addEventListener("input", () => {
    const full = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (control).value.length >= most;
    const words = full ? t("core.full", {n: most}) : "";
    if (note.textContent !== words) replace(note, words);
  });
  return note;
}

const kDayFirst = new Intl.DateTimeFormat(navigator.language).format(new Date(2026, 10, 24)).startsWith("24");

/**
 * A browser writes days in the order of its own language, whatever is read on the page: there the day is read back.
 * @param {Element} control
 */
function dayNote(control) {
  if (kDayFirst || !(control instanceof HTMLInputElement) || control.type !== "date") return null;
  const note = h("p", {class: "hint field-day"});
  const say = () => replace(note, control.value ? t("core.day_is", {day: date(control.value)}) : "");
  for (const kind of ["input", "change", kFilled]) control.addEventListener(kind, say);
  say();
  return note;
}

/**
 * @param {string} type
 * @param {Props} props
 * @param {{value: string, label: string, disabled?: boolean}[]} options
 * @returns {Control}
 */
function makeControl(type, props, options) {
  if (type === "textarea") return h("textarea", {rows: "3", ...props});
  if (type === "select") {
    return h("select", props, options.map((one) => h("option", {value: one.value, disabled: one.disabled}, one.label)));
  }
  return h("input", {type, autocomplete: "off", ...props});
}

/**
 * One of a few, all of them seen.
 * @param {{name: string, legend: string, options: {value: string, label: string, hint?: string}[], value?: string,
 *          hint?: string, class?: string, lang?: string, change?: (value: string) => void}} props
 */
export function choices(props) {
  const id = newId(props.name);
  return h("fieldset", {class: ["choices", props.class].filter(Boolean).join(" "), data: {field: props.name},
                        "aria-describedby": `${id}-error`},
           h("legend", {lang: props.lang}, props.legend), props.hint ? h("p", {class: "hint"}, props.hint) : null,
           props.options.map((one, at) => h("div", {class: "field-check"},
             h("input", {type: "radio", id: `${id}-${at}`, name: props.name, value: one.value,
                         checked: one.value === props.value,
                         "aria-describedby": one.hint ? `${id}-${at}-hint` : undefined,
                         on: {change: () => props.change?.(one.value)}}),
             h("label", {for: `${id}-${at}`}, one.label),
             one.hint ? h("p", {class: "hint", id: `${id}-${at}-hint`}, one.hint) : null)),
           h("p", {class: "field-error", id: `${id}-error`, hidden: true}));
}

/**
 * Says beside a field what is wrong with it; "" when nothing is any more.
 * @param {Element} root form or page
 * @param {string} name
 * @param {string} words
 * @returns {boolean} whether there is such a field
 */
export function setError(root, name, words) {
  const box = root.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const place = box?.querySelector(".field-error");
  if (!box || !(place instanceof HTMLElement)) return false;
  replace(place, words);
  place.hidden = words === "";
  for (const control of box.querySelectorAll("input, select, textarea")) {
    if (words === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
  }
  return true;
}

/**
 * What is typed, trimmed and in NFC; files are left out.
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
export function values(form) {
  /** @type {Record<string, string>} */
  const all = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") all[name] = value.normalize("NFC").trim();
  }
  return all;
}

/**
 * Puts values into the fields that have these names.
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} all
 */
export function fill(form, all) {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) {
      if (control.type === "radio") control.checked = all[control.name] === control.value;
      else control.checked = control.name in all;
    } else if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement ||
               control instanceof HTMLTextAreaElement) {
      const kept = all[control.name];
      if (kept !== undefined && control.type !== "file" && control.type !== "password") {
        control.value = kept;
        control.dispatchEvent(new Event(kFilled));
      }
    }
  }
}

/**
 * A form that tells beside each field what it lacks and moves to the first of them; what the
 * service says of a parameter (Problem.parameter) goes beside its field as well.
 * @param {{submit: (values: Record<string, string>, form: HTMLFormElement) => unknown,
 *          check?: (values: Record<string, string>) => Record<string, string>} & Props} props
 *   check: what is wrong, by the name of the field
 * @param {...Child} children
 */
export function form(props, ...children) {
  const {submit, check, ...rest} = props;
  const problems = h("div", {class: "form-problems"});
  const made = h("form", {novalidate: true, ...rest}, problems);
  append(made, ...children);
  made.addEventListener("input", (event) => {
    const box = event.target instanceof Element ? event.target.closest("[data-field]") : null;
    const name = box?.getAttribute("data-field");
    if (name) setError(made, name, "");
  });
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (made.getAttribute("aria-busy") === "true") return;
    replace(problems);
    const typed = values(made);
    const wrong = {...missing(made), ...(check ? check(typed) : {})};
    if (showErrors(made, wrong)) return;
    try {
      await busy(made, Promise.resolve(submit(typed, made)));
    } catch (problem) {
      const parameter = /** @type {{parameter?: string, sentence?: string}} */ (problem ?? {}).parameter;
      const sentence = /** @type {{sentence?: string}} */ (problem ?? {}).sentence;
      if (parameter && showErrors(made, {[parameter]: sentence ?? ""})) return;
      replace(problems, problemNotice(problem));
      problems.scrollIntoView({block: "nearest"});
    }
  });
  return made;
}

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
function missing(form) {
  /** @type {Record<string, string>} */
  const wrong = {};
  for (const control of form.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement ||
          control instanceof HTMLTextAreaElement)) continue;
    if (control.name in wrong || control.validity.valid) continue;
    wrong[control.name] = control.validity.valueMissing ? t("core.required") : control.validationMessage;
  }
  return wrong;
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} wrong
 * @returns {boolean} whether anything was shown
 */
export function showErrors(form, wrong) {
  /** @type {HTMLElement | null} */
  let first = null;
  for (const box of form.querySelectorAll("[data-field]")) {
    const name = box.getAttribute("data-field") ?? "";
    setError(form, name, wrong[name] ?? "");
    if (wrong[name] && !first) first = box.querySelector("input, select, textarea, button");
  }
  if (!first) return false;
  first.focus();
  announce(Object.values(wrong).filter(Boolean).join(" "), "assertive");
  return true;
}
