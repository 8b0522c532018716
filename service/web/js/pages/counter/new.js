// A new request: which of the three copies it is, and only what the law asks for.

import {api, idempotencyKey} from "../../core/api.js";
import {draft} from "../../core/drafts.js";
import {t} from "../../core/i18n.js";
import {go, asked} from "../../core/router.js";
import {session} from "../../core/session.js";
import {button, choices, form, h, notice, pageTitle, replace, skeleton, values} from "../../core/ui.js";
import {kProducts, law} from "./desk.js";
import {useKeys} from "./keys.js";
import {factsOf, lastUnit, requestFields, wrongIn} from "./request.js";

/**
 * @param {HTMLElement} main
 * @param {Record<string, string>} _params
 * @param {AbortSignal} signal
 */
export async function renderNew(main, _params, signal) {
  replace(main, pageTitle(t("counter.new")), skeleton(6));
  const rules = await law();
  if (signal.aborted) return;
  const kept = draft("counter/new");
  // A further paper of the same person (C-08): the visit and the name come along.
  const again = asked().get("visit") ?? "";
  if (again && kept.restore()?.visit !== again)
    kept.save({product: "certified_copy", visit: again, requester: asked().get("requester") ?? "", key: idempotencyKey()});
  if (!kept.restore()?.key) kept.save({...(kept.restore() ?? {}), key: idempotencyKey()});
  const typed = () => /** @type {Record<string, string>} */ (kept.restore() ?? {});
  const fields = h("div");

  const written = form({class: "counter-form", submit, check: (all) => wrongIn(all, all.product ?? "")},
    choices({name: "product", legend: t("counter.which"), value: typed().product, class: "counter-products",
             options: kProducts.map((one) => ({value: one, label: t(`counter.product.${one}`), hint: t(`counter.product.${one}.hint`)})),
             change: (product) => draw(product)}),
    fields);
  written.addEventListener("input", keep);
  written.addEventListener("change", keep);

  function keep() {
    kept.save({...typed(), ...values(written)});
  }

  /** @param {string} product */
  function draw(product) {
    const units = session.units();
    replace(fields, requestFields({product, rules, typed: typed(), units, mayAsk: session.has("reception")}),
      h("div", {class: "actions"},
        button(t("counter.open_case"), {kind: "primary", type: "submit", "aria-keyshortcuts": "Enter"}),
        button(t("counter.discard"), {kind: "quiet", click: () => { kept.clear(); go("/counter"); }})));
  }

  /** @param {Record<string, string>} all */
  async function submit(all) {
    const product = all.product ?? "";
    if (!product) return;
    // Kept before it is sent: a request whose answer was lost is sent again word for word.
    const visit = all.visit || typed().visit || newVisit();
    kept.save({...typed(), ...all, visit});
    const body = {product, unit: all.unit || session.units()[0]?.code || "", visit, facts: factsOf(all, product)};
    if (body.unit) lastUnit.save(body.unit);
    const one = await api.post("/api/v1/cases", body, {idempotencyKey: typed().key});
    kept.clear();
    go(`/counter/${one.id}`);
  }

  useKeys(signal, [{keys: "Enter", does: t("counter.key.enter")},
                   {keys: "1 2 3", does: t("counter.key.product")},
                   {keys: "Ctrl+Enter", does: t("counter.key.submit"), run: () => written.requestSubmit()}]);
  written.addEventListener("keydown", (event) => {
    const at = ["1", "2", "3"].indexOf(event.key);
    const inside = event.target instanceof HTMLInputElement && event.target.name === "product";
    const one = inside ? written.querySelectorAll('input[name="product"]')[at] : undefined;
    if (one instanceof HTMLInputElement) { one.click(); one.focus(); }
  });
  const restored = Boolean(typed().requester);
  replace(main, pageTitle(t("counter.new")), restored && !again ? notice("info", t("counter.restored")) : null, written);
  if (typed().product) draw(typed().product ?? "");
  const first = written.querySelector('input[name="product"]:checked') ?? written.querySelector('input[name="product"]');
  if (first instanceof HTMLInputElement) queueMicrotask(() => queueMicrotask(() => first.focus()));
}

/** Papers that one person brings at one time; it says nothing of the person. */
function newVisit() {
  return `v-${crypto.randomUUID().slice(0, 13)}`;
}
