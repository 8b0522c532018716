// The original on the counter: the questions of the law, each answered, before anything is scanned.

import {t} from "../../core/i18n.js";
import {button, choices, form, h, notice, replace, setError, values} from "../../core/ui.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{name: string, legend: string, hint?: string, yes: string, no: string, good: "yes" | "no", ground?: number, lang?: string}} Question */

/** @param {Desk} desk */
function questions(desk) {
  /** @type {Question[]} */
  const all = [
    {name: "on_paper", legend: t("counter.q.on_paper"), yes: t("counter.q.on_paper.yes"), no: t("counter.q.on_paper.no"), good: "yes"},
    {name: "secret", legend: t("counter.q.secret"), yes: t("counter.yes"), no: t("counter.no"), good: "no", ground: desk.rules.secret_ground},
  ];
  for (const ground of desk.rules.grounds) {
    all.push({name: ground.answer, legend: `${ground.number}. ${ground.text}`, yes: t("counter.q.applies"),
              no: t("counter.q.applies_not"), good: "no", ground: ground.number, lang: "vi"});
  }
  all.push({name: "foreign", legend: t("counter.q.foreign"), yes: t("counter.yes"), no: t("counter.no"), good: "no"});
  return all;
}

/** @param {Desk} desk */
export function checkPanel(desk) {
  const kept = desk.draft("check");
  const all = questions(desk);
  /** @type {Record<string, string>} */
  const said = {...(desk.one.facts.answers ?? {}), ...(kept.restore() ?? {})};
  const verdict = h("div", {class: "stack counter-verdict", "aria-live": "polite"});
  const foreign = h("div");
  const asked = all.map((question, at) => h("div", {class: "counter-question", data: {question: question.name}},
    at === 2 ? h("h3", null, t("counter.q.grounds")) : null,
    choices({name: question.name, legend: question.legend, value: said[question.name], class: "counter-yes-no", lang: question.lang,
             options: (question.good === "yes" ? ["yes", "no"] : ["no", "yes"]).map((value) =>
               ({value, label: value === "yes" ? question.yes : question.no}))})));

  const written = form({class: "counter-form", submit, check: missing}, h("h2", null, t("counter.step.check")),
    h("p", null, t("counter.q.intro")), h("p", {class: "hint counter-keyline"}, t("counter.q.keys")),
    asked, foreign, verdict,
    h("div", {class: "actions"}, button(t("counter.q.go_on"), {kind: "primary", type: "submit"})));

  /** @param {Record<string, string>} typed */
  function missing(typed) {
    /** @type {Record<string, string>} */
    const wrong = {};
    for (const question of all) if (!typed[question.name]) wrong[question.name] = t("counter.q.unanswered");
    if (typed.foreign === "yes" && !typed.legalisation) wrong.legalisation = t("counter.q.unanswered");
    return wrong;
  }

  /** @param {Record<string, string>} typed */
  function stopped(typed) {
    const ground = all.find((one) => one.ground && typed[one.name] === "yes")?.ground;
    return ground ?? (typed.legalisation === "none" ? 5 : 0);
  }

  function look() {
    const typed = values(written);
    kept.save(typed);
    const paper = desk.rules.papers.find((one) => one.code === desk.one.facts.paper_type);
    if (typed.foreign !== "yes") replace(foreign);
    else if (foreign.childElementCount === 0) {
      replace(foreign, choices({name: "legalisation", legend: t("counter.q.legalisation"), value: said.legalisation,
        options: ["done", "treaty", ...(paper?.foreign ? ["circular"] : []), "none"].map((value) =>
          ({value, label: t(`counter.q.legalisation.${value}`)}))}));
    }
    const ground = stopped(typed);
    // Whoever must refuse need not answer the rest.
    if (ground) for (const question of all) setError(written, question.name, "");
    const secret = typed.secret === "yes" || typed[`ground_${desk.rules.secret_ground}`] === "yes";
    replace(verdict, typed.on_paper === "no" ? notice("warning", t("counter.q.not_paper")) : null,
      ground ? notice("error", secret ? t("counter.q.secret_stop") : t("counter.q.must_refuse", {ground}),
        button(t("counter.refuse_now"), {kind: "danger", click: () => {
          desk.draft("refuse").save({ground: String(ground)});
          desk.view = "refuse";
          desk.redraw();
        }})) : null);
  }

  /** @param {Record<string, string>} typed */
  async function submit(typed) {
    await desk.handle(async () => {
      await desk.act("check", {answers: typed});
      kept.clear();
    });
  }

  written.addEventListener("change", look);
  written.addEventListener("keydown", (event) => answerByKey(written, event));
  look();
  const first = written.querySelector("input:checked") ? null : written.querySelector("input");
  (first ?? written.querySelector('button[type="submit"]'))?.setAttribute("data-first", "");
  return written;
}

/**
 * C is yes, K is no; the next question has the focus then.
 * @param {HTMLFormElement} form
 * @param {KeyboardEvent} event
 */
function answerByKey(form, event) {
  const box = event.target instanceof Element ? event.target.closest("fieldset") : null;
  const wanted = {c: "yes", k: "no"}[event.key.toLowerCase()];
  if (!box || !wanted || event.altKey || event.ctrlKey || event.metaKey) return;
  const answer = box.querySelector(`input[value="${wanted}"]`);
  if (!(answer instanceof HTMLInputElement)) return;
  event.preventDefault();
  answer.checked = true;
  answer.dispatchEvent(new Event("change", {bubbles: true}));
  answer.dispatchEvent(new Event("input", {bubbles: true}));
  const boxes = [...form.querySelectorAll("fieldset")];
  const next = boxes[boxes.indexOf(box) + 1];
  const to = next?.querySelector("input:checked") ?? next?.querySelector("input") ?? form.querySelector('button[type="submit"]');
  if (to instanceof HTMLElement) to.focus();
}
