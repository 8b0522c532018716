// The shell for people who are signed in: head, navigation, and the page of the address.

import {lang, setLang, t} from "./i18n.js";
import {areas} from "../areas.js";
import {destinations, go, here, render, start} from "./router.js";
import {session} from "./session.js";
import {button, h, icon, notice, problemNotice, replace} from "./ui.js";

/**
 * @param {string} id
 */
function place(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
}

const nav = place("nav");
const head = place("head");
const main = place("main");
const problems = place("problems");

function drawHead() {
  const who = session.me;
  const units = who?.units ?? [];
  replace(head,
    h("button", {type: "button", class: "button button-quiet menu-button", "aria-controls": "nav",
                 "aria-expanded": String(document.body.classList.contains("nav-open")), "aria-label": t("core.menu"),
                 on: {click: toggleMenu}}, icon("menu")),
    h("a", {class: "brand", href: "#/"}, h("strong", null, "antin"), h("span", null, units.length === 1 ? units[0]?.name : t("core.product"))),
    h("div", {class: "head-actions"},
      h("button", {type: "button", class: "button button-quiet", lang: lang() === "vi" ? "en" : "vi",
                   on: {click: () => setLang(lang() === "vi" ? "en" : "vi")}}, t("core.other_language")),
      who ? h("details", {class: "who"}, h("summary", null, session.name()),
              h("div", {class: "who-menu"},
                button(t("core.lock"), {kind: "quiet", icon: "lock", click: () => session.lock()}),
                button(t("core.sign_out"), {kind: "quiet", click: () => session.signOut()}))) : null));
}

function toggleMenu() {
  document.body.classList.toggle("nav-open");
  drawHead();
  if (document.body.classList.contains("nav-open")) nav.querySelector("a")?.focus();
  else head.querySelector("button")?.focus();
}

function drawNav() {
  if (!session.me) return replace(nav);
  const now = here();
  const all = destinations();
  /** @param {typeof all} some */
  const list = (some) => h("ul", null, some.map((one) => {
    const at = now === one.pattern || now.startsWith(`${one.pattern}/`);
    return h("li", null, h("a", {href: `#${one.pattern}`, "aria-current": at ? "page" : undefined}, t(one.title)));
  }));
  const admin = all.filter((one) => one.nav === "admin");
  replace(nav, list(all.filter((one) => one.nav !== "admin")),
          admin.length ? [h("h2", null, t("core.administration")), list(admin)] : null,
          h("p", {class: "nav-foot"}, h("a", {href: "/"}, t("core.public_check"))));
}

/** An area that cannot be loaded does not take the others with it. */
async function loadAreas() {
  const loaded = await Promise.allSettled(areas.map((one) => import(`../pages/${one}.js`)));
  loaded.forEach((one, at) => {
    if (one.status === "rejected") problems.append(notice("error", t("core.no_area", {name: areas[at] ?? ""})));
  });
}

function drawAll() {
  place("skip").textContent = t("core.skip");
  nav.setAttribute("aria-label", t("core.navigation"));
  drawHead();
  drawNav();
}

window.addEventListener("antin:lang", drawAll);
window.addEventListener("antin:session", drawAll);
window.addEventListener("antin:route", () => {
  document.body.classList.remove("nav-open");
  replace(problems);
  drawAll();
});
window.addEventListener("antin:problem", (event) => {
  // On a window listeners are called in the order in which they came, whoever captures: the page's own comes after this one.
  queueMicrotask(() => {
    if (event.defaultPrevented) return;
    replace(problems, problemNotice(event instanceof CustomEvent ? event.detail : null));
    problems.scrollIntoView({block: "nearest"});
  });
});
window.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("nav-open")) toggleMenu();
});
place("skip").addEventListener("click", (event) => {
  // The address is the page's: the link only moves the focus.
  event.preventDefault();
  (main.querySelector("h1") ?? main).focus();
});

start(main);
drawAll();
const pages = loadAreas();
session.begin().then(async () => {
  await pages;
  drawAll();
  if (destinations().length === 0) {
    replace(main, h("div", {class: "page"}, h("h1", {tabindex: "-1"}, t("core.welcome", {name: session.name()})),
                    notice("warning", t("core.no_rights"))));
    return;
  }
  const first = destinations()[0];
  if (here() === "/" && first) go(first.pattern);
  else await render();
}, (problem) => {
  replace(main, h("div", {class: "page"}, problemNotice(problem, button(t("core.again"), {click: () => window.location.reload()}))));
});
