"""The pages in a real browser: Debian's Chromium, driven without a window, against a whole office.

A test file of an area:

    from browser import PageTest, main

    class Register(PageTest):
        def test_a_document_is_found_without_accents(self):
            self.sign_in("le.thi.thu")                     # people: PEOPLE below
            self.open("/app/#/register")
            self.type_in("Tên tài liệu", "giay khai sinh") # by its label, as people find it
            self.press("button", "Tìm")                    # by role and name, as screen readers do
            self.find("link", "Giấy khai sinh")            # waits for it; re.compile(…) fits parts
            self.says("1 kết quả")                         # waits for words on the page
            self.look("found")                             # pictures in BUILD/pages/<area>/
            self.axe()                                     # accessibility, when axe-core is installed

    if __name__ == "__main__":
        main("register")       # register_test.py BUILD [unittest options]

What is ready before the first test: `self.world` (tests/integration/world.py), `self.base` (https, with
a certificate of its own), `self.office.ask(method, path, members, file=…)` for what a test needs to
exist; `self.office.accounts` = {person: (account, password)}. main(…, config="…", prepare=fn): further lines of antin.toml; fn(office) runs before antind does.

Inside `with self.keyboard_only():` press() and type_in() use Tab, Space and Enter alone and fail when
the focus cannot be seen. After each test no error may stand in the browser's console, no CSP report,
and nothing may have been loaded from elsewhere; `self.expect_problem(409, …)` before a test provokes one.

Pictures of every state are made only when somebody wants to look (ANTIN_LOOK=1): they take minutes. With ANTIN_LANG=en
the same tests read the pages in English (english.py).

While pages are written no program need be built: `python3 develop.py BUILD` serves /web/ and /app/ from
service/web of the sources and everything else from antind; so does ANTIN_PAGES=source in front of a test.
"""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import unicodedata
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import asking  # noqa: E402
import english  # noqa: E402

READS_ENGLISH = english.ON
SKIPPED = 77
# Seconds that a page may take: a machine with other work may be many times slower. What comes at once is not waited for.
PATIENCE = 90
SIZES = {"wide": (1920, 1080), "usual": (1366, 768), "phone": (390, 844)}
AXE = "web/node_modules/axe-core/axe.min.js"
ENGLISH = "try { localStorage.setItem('antin.lang', 'en'); } catch { /* a page without storage */ }"
office_of_tests = None


def needed():
    """Imports Selenium; ends with 77 when it, Chromium or its driver is missing."""
    lacks = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    try:
        import selenium  # noqa: F401
    except ImportError:
        # Debian's module belongs to Debian's Python, which need not be the first on the path.
        if not lacks and sys.executable != "/usr/bin/python3" and not os.environ.get("ANTIN_PYTHON_TRIED"):
            os.environ["ANTIN_PYTHON_TRIED"] = "1"
            os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
        lacks.append("python3-selenium")
    if lacks:
        print(f"skipped: {', '.join(lacks)} is not installed (packaging/install-packages test)")
        sys.exit(SKIPPED)


class Office:
    """A world, an office in it, antind with TLS. Runs inside a `with`."""

    def __init__(self, build, area, config="", prepare=None):
        from world import World
        self.build, self.area = pathlib.Path(build).resolve(), area
        self.world = World(self.build / "tests" / f"world-pages-{area}", self.build, "--all-algorithms")
        self.config, self.prepare, self.accounts = config, prepare, {}
        self.pictures = self.build / "pages" / area
        shutil.rmtree(self.pictures, ignore_errors=True)

    def certificate(self):
        """For localhost, self-signed. Returns the hash of its key, which the browser is told to believe."""
        from world import quietly
        key, made = self.world.folder / "tls.key", self.world.folder / "tls.crt"
        quietly("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
                "-keyout", key, "-out", made)
        os.chmod(key, 0o600)
        public = quietly("openssl", "pkey", "-in", key, "-pubout", "-outform", "DER")
        self.spki = base64.b64encode(hashlib.sha256(public).digest()).decode()

    @contextlib.contextmanager
    def running(self):
        from office import EVERYTHING, add_people, furnish
        self.certificate()
        verify, more = furnish(self.world)
        if self.prepare:
            self.prepare(self)
        http_lines = 'tls_certificate = "tls.crt"\ntls_key = "tls.key"\n'
        with contextlib.ExitStack() as stack:
            url = stack.enter_context(self.world.service(verify=verify, more=more + self.config, http=http_lines,
                                                         scopes=EVERYTHING + ",audit,share,digitise,admin"))
            self.base = url.replace("127.0.0.1", "localhost")
            self.accounts = add_people(self.world)
            if os.environ.get("ANTIN_PAGES") == "source":
                from develop import FromSource
                self.base = stack.enter_context(FromSource(self).running())
            yield self

    def ask(self, method, path, members=None, file=None, kind="image/png", key=None, once=None, alone=False):
        """(status, headers, octets) of a request that a test makes itself, with an API key. `file` is part
        of a form beside `members`, unless it goes `alone`."""
        body, headers = (file, {"Content-Type": kind}) if alone else asking.content(members, file, kind)
        headers["Authorization"] = f"Bearer {key or self.world.api_key}"
        if once:
            headers["Idempotency-Key"] = once
        return self.sent(method, path, body, headers)

    def sent(self, method, path, body=None, headers=None):
        """(status, headers, octets) of a request as it is given."""
        return asking.sent(self.base, method, path, body, headers, ca=self.world.folder / "tls.crt")


class Chromium:
    """One browser with a profile of its own. No address but this computer's is looked up."""

    def __init__(self, spki, flags=()):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        self.profile = tempfile.mkdtemp(prefix="antin-pages-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-default-apps", "--disable-extensions", "--hide-scrollbars", "--mute-audio",
                     "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                     "--force-device-scale-factor=1", "--font-render-hinting=none", "--lang=vi",
                     "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
                     f"--ignore-certificate-errors-spki-list={spki}", f"--user-data-dir={self.profile}", *flags):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.set_capability("acceptInsecureCerts", False)
        self.downloads = pathlib.Path(self.profile) / "downloads"
        self.downloads.mkdir()
        options.add_experimental_option("prefs", {"download.default_directory": str(self.downloads)})
        # Dates and messages of the browser's own in Vietnamese, as people have it.
        service = Service(shutil.which("chromedriver"), log_path=os.devnull,
                          env={**os.environ, "LANG": "vi_VN.UTF-8", "LANGUAGE": "vi"})
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_script_timeout(PATIENCE)

    def quit(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)


def plain(text):
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def fits(wanted, name):
    return wanted is None or any(wanted.search(one) is not None if isinstance(wanted, re.Pattern) else plain(wanted) == one
                                 for one in english.candidates(name))


class PageTest(unittest.TestCase):
    """A test in the browser. Each begins without cookies and without anything kept."""
    reads_english = None

    @classmethod
    def setUpClass(cls):
        cls.office, cls.world, cls.base = office_of_tests, office_of_tests.world, office_of_tests.base
        cls.chromium = Chromium(cls.office.spki, cls.flags())
        cls.driver = cls.chromium.driver
        cls.addClassCleanup(cls.chromium.quit)

    @classmethod
    def flags(cls):
        """Further ones for the browser of these tests."""
        return ()

    def setUp(self):
        self.expected, self.unheard, self.by_keyboard = set(), [], False
        self.cdp("Emulation.setEmulatedMedia", features=[])
        self.size("usual")
        self.driver.get("about:blank")
        self.cdp("Network.clearBrowserCookies")
        self.cdp("Storage.clearDataForOrigin", origin=self.base, storageTypes="all")
        self.driver.get_log("browser")
        if english.ON and not self.reads_english:
            self.reads_english = self.cdp("Page.addScriptToEvaluateOnNewDocument", source=ENGLISH)
        self.addCleanup(self.when_it_failed)

    def tearDown(self):
        self.no_csp_reports()

    def when_it_failed(self):
        if not self.passed():
            with contextlib.suppress(Exception):
                self.picture(f"FAILED-{self._testMethodName}")
                sys.stderr.write(f"\n{self.driver.current_url}\n{self.text()[:1500]}\n"
                                 f"picture: {self.office.pictures}/FAILED-{self._testMethodName}.png\n")

    def passed(self):
        result = self._outcome.result
        return not any(test is self for test, _ in [*getattr(result, "failures", []), *getattr(result, "errors", [])])

    # Going somewhere.
    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def size(self, name):
        width, height = SIZES[name]
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                 mobile=name == "phone")

    def open(self, path):
        """A path of the service, "/app/#/register". The page is loaded anew unless only what follows # differs."""
        self.driver.get(self.base + path)

    def sign_in(self, person, password=None):
        """Begins a session of this person and goes to the shell; without its pages being used."""
        account, secret = self.office.accounts[person] if password is None else (person, password)
        self.driver.get(self.base + "/web/icon.svg")
        status = self.script("""return fetch("/api/v1/session", {method: "POST", headers: {"Content-Type":
            "application/json"}, body: JSON.stringify(arguments[0])}).then(a => a.status)""",
                             {"account": account, "password": secret})
        self.assertIn(status, (200, 201), "sign-in")

    def use_key(self, key):
        """Every request of the page carries this API key; for pages that need no person."""
        self.cdp("Network.enable")
        self.cdp("Network.setExtraHTTPHeaders", headers={"Authorization": f"Bearer {key}"} if key else {})
        self.addCleanup(self.cdp, "Network.setExtraHTTPHeaders", headers={})

    @contextlib.contextmanager
    def unreachable(self):
        """The network is gone while inside; pages that are loaded already go on."""
        self.expect_silence("ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED")
        usual = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", offline=True, **usual)
        try:
            yield
        finally:
            self.cdp("Network.emulateNetworkConditions", offline=False, **usual)

    def script(self, code, *values):
        """What the code returns, or what its promise gives."""
        told = self.driver.execute_async_script(
            f"const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);"
            f"Promise.resolve((function () {{ {code} }})(...given))"
            f".then(v => done([true, v]), e => done([false, String(e)]));", *values)
        self.assertTrue(told[0], told[1])
        return told[1]

    # Finding.
    def nodes(self, role):
        root = self.cdp("DOM.getDocument", depth=0)["root"]["nodeId"]
        found = self.cdp("Accessibility.queryAXTree", nodeId=root, role=role)["nodes"]
        return [(plain(node.get("name", {}).get("value", "")), node) for node in found if not node.get("ignored")]

    def element(self, node):
        """Selenium's element of a node of the accessibility tree."""
        made = self.cdp("DOM.resolveNode", backendNodeId=node["backendDOMNodeId"])["object"]["objectId"]
        self.cdp("Runtime.callFunctionOn", objectId=made, functionDeclaration="function () { window.antinFound = this; }")
        return self.driver.execute_script("const e = window.antinFound; delete window.antinFound; return e;")

    def all(self, role, name=None):
        """Elements that a screen reader finds under this role and name, now."""
        return [self.element(node) for told, node in self.nodes(role) if fits(name, told)]

    def names(self, role):
        return [name for name, _ in self.nodes(role)]

    def find(self, role, name=None, seconds=PATIENCE):
        """The first of them, as soon as there is one."""
        def look():
            found = self.all(role, name)
            return found[0] if found else None
        return self.wait_for(look, lambda: f"no {role} {name!r}; there are {self.names(role)}", seconds)

    def css(self, selector):
        """The element of this selector, as soon as there is one."""
        return self.wait_for(lambda: (self.driver.find_elements("css selector", selector) or [None])[0], f"no {selector}")

    def click(self, selector):
        """The element of this selector, as soon as it can be clicked."""
        self.acting(lambda: self.css(selector).click())

    def gone(self, role, name=None, seconds=PATIENCE):
        self.wait_for(lambda: not [n for n, _ in self.nodes(role) if fits(name, n)], f"{role} {name!r} stays", seconds)

    def text(self):
        """All words that can be seen."""
        if english.ON:
            return english.seen(self.driver)
        return unicodedata.normalize("NFC", self.driver.execute_script("return document.body.innerText"))

    def says(self, words, seconds=PATIENCE):
        """Waits until these words can be read."""
        look = words.search if isinstance(words, re.Pattern) else lambda text: words in text
        return self.wait_for(lambda: look(" ".join(self.text().split())), f"{words!r} is not said", seconds)

    def wait_for(self, condition, what="it does not come", seconds=PATIENCE):
        from selenium.common.exceptions import WebDriverException
        until, why = time.monotonic() + seconds, None
        while True:
            try:
                if result := condition():
                    return result
            except WebDriverException as changing:  # the page is being changed under our hands
                why = changing
            if time.monotonic() > until:
                raise self.failureException(f"{what() if callable(what) else what}{f' ({why})' if why else ''}")
            # Not in the page: it may be going away.
            time.sleep(0.03)

    def acting(self, action):
        """What is done to an element, once it lets itself be found and used: a page that is drawn anew, or a dialog
        on its way, puts another in its place meanwhile. Done once."""
        from selenium.common import exceptions
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except (exceptions.StaleElementReferenceException, exceptions.ElementClickInterceptedException,
                    exceptions.ElementNotInteractableException, exceptions.NoSuchElementException):
                if time.monotonic() > until:
                    raise
            time.sleep(0.03)

    # Doing.
    def press(self, role, name=None):
        """Clicks it as soon as it can be clicked; keyboard_only(): goes there with Tab and presses Enter (Space for boxes)."""
        def go():
            element = self.usable(role, name)
            if not self.by_keyboard:
                self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
                return element.click()
            self.tab_to(element, name)
            return self.key("Space" if role in ("checkbox", "radio", "switch") else "Enter")
        self.acting(go)

    def confirm(self, name):
        """The button of the dialog that is open, which may be called as the one that opened it."""
        def go():
            button = self.wait_for(lambda: next((one for one in self.driver.find_elements(
                "css selector", "dialog[open] button") if fits(name, plain(one.text))), None), f"no dialog asks {name!r}")
            if not self.by_keyboard:
                return button.click()
            self.tab_to(button, name)
            return self.key("Enter")
        self.acting(go)

    def usable(self, role, name=None):
        """The first of them that is not busy."""
        def look():
            found = self.all(role, name)
            return next((one for one in found if one.get_attribute("aria-disabled") != "true"), None)
        return self.wait_for(look, lambda: f"no {role} {name!r} that can be used; there are {self.names(role)}")

    def type_in(self, label, words, role=None):
        """Puts words in place of what the field of this label holds."""
        roles = (role,) if role else ("textbox", "searchbox", "spinbutton", "combobox", "Date")

        def go():
            element = self.wait_for(lambda: next((e for r in roles for e in self.all(r, label)[:1]), None)
                                    or self.labelled(label), f"no field {label!r}")
            if self.by_keyboard and element.get_attribute("type") == "date":
                self.tab_to(element, label)
                return self.key(*self.digits_of(words))
            if element.get_attribute("type") in ("date", "month"):
                self.driver.execute_script("arguments[0].value = arguments[1]; for (const kind of ['input', 'change'])"
                                           " arguments[0].dispatchEvent(new Event(kind, {bubbles: true}))", element, words)
                return
            if self.by_keyboard:
                self.tab_to(element, label)
            else:
                element.click()
            self.driver.execute_script("arguments[0].select && arguments[0].select()", element)
            self.key("Delete")
            element.send_keys(words)
        self.acting(go)

    def digits_of(self, day):
        """As somebody types a day into a field of this browser, which has its own order."""
        year, month, number = day.split("-")
        order = self.driver.execute_script("return new Intl.DateTimeFormat(navigator.language).formatToParts(new Date()).map(p => p.type)")
        return "".join({"year": year, "month": month, "day": number}.get(kind, "") for kind in order)

    def labelled(self, label):
        """A field by its <label>, for kinds that the accessibility tree calls otherwise (dates, files)."""
        all_labels = self.driver.execute_script(
            "return [...document.querySelectorAll('label')].map(l => [l.textContent, l.firstChild?.textContent ?? '', l.control])")
        return next((control for *names, control in all_labels if isinstance(label, str)
                     and any(fits(label, plain(name)) for name in names)), None)

    def choose(self, label, option):
        """An option of a list, by the words of both."""
        from selenium.webdriver.support.ui import Select
        def go():
            select = Select(self.find("combobox", label))
            wanted = next((one.text for one in select.options if fits(option, plain(one.text))), option)
            if not self.by_keyboard:
                return select.select_by_visible_text(wanted)
            self.tab_to(select._el, label)
            self.key("Home")
            for _ in select.options:
                if select.first_selected_option.text == wanted:
                    return None
                self.key("ArrowDown")
            return self.assertEqual(select.first_selected_option.text, wanted, "by the arrows")
        self.acting(go)

    def give_file(self, label, *paths):
        """Files for the file field of this label."""
        self.acting(lambda: self.wait_for(lambda: self.labelled(label), f"no file field {label!r}")
                    .send_keys("\n".join(str(path) for path in paths)))

    def key(self, *names):
        """Keys that are pressed, one after the other: "Tab", "Enter", "Escape", "ArrowDown", "a"."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys
        known = {"Tab": Keys.TAB, "Enter": Keys.ENTER, "Escape": Keys.ESCAPE, "Space": " ", "Delete": Keys.DELETE,
                 "ArrowDown": Keys.ARROW_DOWN, "ArrowUp": Keys.ARROW_UP, "ArrowLeft": Keys.ARROW_LEFT,
                 "ArrowRight": Keys.ARROW_RIGHT, "Home": Keys.HOME, "End": Keys.END}
        ActionChains(self.driver).send_keys(*(known.get(name, name) for name in names)).perform()

    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, element, name=""):
        """Tab until the element has the focus, which can then be seen."""
        for _ in range(250):
            if self.focused() == element:
                break
            self.key("Tab")
        element.is_displayed()  # else it is another one by now: acting() looks for that
        self.assertEqual(self.focused(), element, f"Tab does not come to {name!r}")
        seen = self.driver.execute_script(
            "const s = getComputedStyle(arguments[0]); return arguments[0].matches(':focus-visible') &&"
            " ((s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none')", element)
        self.assertTrue(seen, f"the focus on {name!r} cannot be seen")

    @contextlib.contextmanager
    def keyboard_only(self):
        self.by_keyboard = True
        try:
            yield
        finally:
            self.by_keyboard = False

    # Looking.
    def set_language(self, lang):
        self.script('return import("/web/js/core/i18n.js").then(i => i.setLang(arguments[0]))'
                    .replace("arguments[0]", json.dumps(lang)))
        self.settled()

    def media(self, **features):
        """prefers_color_scheme="dark", forced_colors="active", prefers_reduced_motion="reduce"; none: usual."""
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def settled(self):
        """Waits until nothing is busy any more; while a dialog is open, in the dialog."""
        self.wait_for(lambda: self.driver.execute_script(
            "const room = [...document.querySelectorAll('dialog[open]')].pop() ?? document;"
            "return document.readyState === 'complete' && !room.querySelector('[aria-busy=true], .skeleton')"),
            "the page stays busy")

    def picture(self, name, whole=True):
        self.office.pictures.mkdir(parents=True, exist_ok=True)
        self.driver.execute_script("window.scrollTo(0, 0)")
        taken = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        (self.office.pictures / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))

    def look(self, name, english=True, busy=False):
        """No page may be wider than the screen, nothing lie over its neighbour. With ANTIN_LOOK pictures of it as it stands: three sizes, dark, in the system's
        few colours, and in English. A page of the staff is drawn anew for that (`english` False keeps what was typed); their
        tests read it in English from the beginning when ANTIN_LANG=en. `busy`: the page as it is while something goes on."""
        if not busy:
            self.settled()
            self.wait_for(lambda: self.driver.execute_script("return [...document.images].every(i => i.complete || i.loading === 'lazy')"),
                          "a picture is not there")
        if not os.environ.get("ANTIN_LOOK"):
            for size in ("phone", "usual"):
                self.size(size)
                self.fits_the_screen(name, size)
            return
        self.media(prefers_reduced_motion="reduce")  # nothing is caught half on its way
        if READS_ENGLISH:
            self.pictures(f"{name}-en", dark="phone")
            return
        self.pictures(name)
        if english:
            self.set_language("en")
            self.pictures(f"{name}-en", dark="phone")
            self.set_language("vi")

    def pictures(self, name, dark="usual"):
        """In three sizes; in one of them also dark and in the system's few colours."""
        for size in SIZES:
            self.size(size)
            self.fits_the_screen(name, size)
            self.picture(f"{name}-{size}")
        self.size(dark)
        for how, features in (("dark", {"prefers_color_scheme": "dark"}), ("contrast", {"forced_colors": "active"})):
            self.media(**features, prefers_reduced_motion="reduce")
            self.picture(f"{name}-{how}-{dark}")
        self.media()
        self.size("usual")

    def fits_the_screen(self, name, size):
        over = self.driver.execute_script("""
            const wide = document.documentElement.clientWidth;
            const dialogs = [...document.querySelectorAll("dialog[open]")].filter(e => e.scrollWidth > e.clientWidth + 1);
            if (dialogs.length) return dialogs.map(e => e.outerHTML.slice(0, 120));
            if (document.documentElement.scrollWidth <= wide + 1) return [];
            return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > wide + 1)
              .slice(-3).map(e => e.outerHTML.slice(0, 120));""")
        self.assertEqual(over, [], f"{name} is wider than the screen ({size})")
        covered = self.driver.execute_script("""
            const found = [];
            for (const box of document.querySelectorAll(".field, .fields, .row, .actions, .page-head, .facts > div, .stack")) {
              const parts = [...box.children].filter(e => { const s = getComputedStyle(e);
                return ["static", "relative"].includes(s.position) && !s.display.startsWith("inline"); })
                .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 1 && r.height > 1);
              parts.forEach(([one, a], at) => { for (const [other, b] of parts.slice(at + 1))
                if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
                  found.push(one.outerHTML.slice(0, 120) + " / " + other.outerHTML.slice(0, 120)); });
            }
            return found.slice(0, 3);""")
        self.assertEqual(covered, [], f"in {name} one thing lies over the other ({size})")

    # Judging.
    def axe(self, english=True, busy=False):
        """No accessibility rule (WCAG 2.2 A and AA) is broken by what is shown. With ANTIN_AXE (./test --interop)
        also in dark and, unless a dialog is open or `english` is False, in English; each state is then a line of
        that file, and it is an error that axe-core is missing."""
        report = os.environ.get("ANTIN_AXE")
        script = self.axe_script()
        if script is None:
            self.assertIsNone(report, "axe-core is not installed (packaging/install-interop)")
            print("skipped: axe-core is not installed (packaging/install-interop)", file=sys.stderr)
            return
        if not busy:
            self.settled()
        found = self.violations(script, "en" if READS_ENGLISH else "vi")
        if report:
            self.media(prefers_color_scheme="dark", prefers_reduced_motion="reduce")
            found += self.violations(script, "dark")
            self.media()
            if english and not READS_ENGLISH and not self.driver.execute_script("return document.querySelector('dialog[open]') !== null"):
                self.set_language("en")
                self.settled()
                found += self.violations(script, "en")
                self.set_language("vi")
            self.size("phone")
            found += self.violations(script, "phone")
            self.size("usual")
        self.assertEqual(found, [], "accessibility")

    def axe_script(self):
        places = (self.office.build.parent / "interop" / AXE, ROOT / "build" / "interop" / AXE)
        return next((place.read_text(encoding="utf-8") for place in places if place.exists()), None)

    def violations(self, script, how):
        self.driver.execute_script("window.scrollTo(0, 0)")  # the head, which stays, then hides half of nothing
        if not self.driver.execute_script("return typeof axe !== 'undefined'"):
            self.driver.execute_script(script)
        found = self.script("""return axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag",
            values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}).then(r => r.violations.map(v =>
            v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " | " + n.failureSummary).join("; ")))""")
        if report := os.environ.get("ANTIN_AXE"):
            line = {"test": self._testMethodName, "state": how, "address": self.driver.current_url.split("/", 3)[-1],
                    "violations": found}
            with open(report, "a", encoding="utf-8") as out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        return [f"{how}: {one}" for one in found]

    def expect_problem(self, *statuses):
        """Answers with these statuses are what the test is about: the console may mention them."""
        self.expected.update(statuses)

    def expect_silence(self, pattern):
        """Nobody answers at addresses like this one: the console may mention them."""
        self.unheard.append(re.compile(pattern))

    def no_csp_reports(self):
        """Nothing is refused by the policy, no script failed, nothing came from elsewhere, no answer was an error."""
        wrong = []
        for entry in self.driver.get_log("browser"):
            if entry["level"] != "SEVERE" and "Content Security Policy" not in entry["message"]:
                continue
            status = re.search(r"responded with a status of (\d+)", entry["message"])
            if any(one.search(entry["message"]) for one in self.unheard):
                continue
            if status and (int(status[1]) in self.expected or int(status[1]) == 401 or "/favicon.ico" in entry["message"]):
                continue
            wrong.append(entry["message"])
        self.assertEqual(wrong, [], "the browser's console")
        foreign = self.driver.execute_script(
            "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin)"
            " && !/^(blob|data):/.test(n) && !/^https?:\\/\\/(localhost|127\\.0\\.0\\.1):/.test(n))")
        self.assertEqual(foreign, [], "loaded from elsewhere")


def main(area, config="", prepare=None):
    """Of a test file: an office for this area, then its tests."""
    global office_of_tests
    needed()
    build = pathlib.Path(sys.argv.pop(1))
    # The test's `import browser` and this module are the same one: PageTest finds the office here.
    office = Office(build, area, config, prepare)
    with office.running():
        office_of_tests = office
        unittest.main(module="__main__")
