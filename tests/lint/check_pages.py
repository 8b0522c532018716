#!/usr/bin/env python3
"""The pages in service/web: types, what their text may never become, and words in both languages.

Exit 0: clean. Exit 1: one line per offence on stdout. Types are checked by tsc (node-typescript);
where it is not installed that is said, and the rest still counts.
"""
import json
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata

import tree

WEB = "service/web/"
SOURCE_LINES = 350
MOST_OCTETS = 150_000  # of the public check page: all that a visitor loads, uncompressed
CHECK_PAGE = ("check.html", "css/antin.css", "css/check.css", "icon.svg", "js/check/")

# name, suffixes, pattern, sentence
RULES = [
    ("markup", (".js",), re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|DOMParser|createContextualFragment)\b"
                                    r"|\.srcdoc\b|document\.write|\beval\(|new Function\b"),
     "makes markup or code out of text; use h() of core/ui.js"),
    ("inline_style", (".js",), re.compile(r"\.style\.(?:cssText|setProperty)|setAttribute\(\s*[\"']style"),
     "sets a style as text, which the policy of these pages refuses"),
    ("inline", (".html",), re.compile(r"\son\w+\s*=|\sstyle\s*=|<style\b|<script(?![^>]*\bsrc=)"),
     "has an inline script, handler or style"),
    ("elsewhere", (".js", ".html", ".css", ".svg"),
     re.compile(r"(?:\bsrc|\bhref|url|@import|from|import\()\s*[=(]?\s*[\"'(]?\s*(?:https?:)?//(?!www\.w3\.org/)"),
     "loads something from elsewhere"),
    ("any", (".js",), re.compile(r"@(?:ts-ignore|ts-nocheck|ts-expect-error)\b"), "turns the type check off"),
    ("loose", (".js",), re.compile(r"(?<![=!])(?:==|!=)(?!=)|^\s*var\s"), "uses == or var"),
]

REFUSED = {
    "markup": ("a.js", "box.inner" + "HTML = name;"), "inline_style": ("a.js", "box.style." + "cssText = x;"),
    "inline": ("a.html", "<p on" + "click='x()'>"), "elsewhere": ("a.html", '<script src="https:' + '//cdn.example/x.js">'),
    "any": ("a.js", "// @ts-" + "ignore"), "loose": ("a.js", "if (a =" + "= b) return;"),
}
ACCEPTED = [("a.js", "box.textContent = name;"), ("a.js", 'document.createElementNS("http://www.w3.org/2000/svg", tag);'),
            ("a.html", '<script type="module" src="/web/js/core/main.js"></script>'), ("a.js", "if (a === b || c !== d) f((x) => x >= 1);"),
            ("a.js", "<a on the page")]


def line_offences(name, text):
    return [f"{name}:{n}: {says} ({rule})" for rule, suffixes, pattern, says in RULES if name.endswith(suffixes)
            for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def rules_hold():
    """Each rule finds its offence and leaves its twin alone."""
    bad = [f"the rule {rule} does not find its offence" for rule, (name, line) in REFUSED.items()
           if not any(f"({rule})" in one for one in line_offences(name, line))]
    bad += [f"a rule finds fault with: {line}" for name, line in ACCEPTED if line_offences(name, line)]
    for vi, en, fine in (("Quầy", "Counter", True), ("Quầy", "Quầy", False), ("Số", "Number (số)", True), ("In", "In", False),
                         ("{n} / {all}", "{n} / {all}", True)):
        if bool(untranslated(vi, en)) is fine:
            bad.append(f"two languages are told wrongly: {vi}, {en}")
    if unshown(["a.one", "a.two", "a.b_what", "a.c.d"], 't("a.one"); t(`${key}_what`); t(`a.c.${one.state}`)') != ["a.two"]:
        bad.append("words that nobody shows are told wrongly")
    if not COUNTED.search("{n} more records") or COUNTED.search("{n} {n|record|records} of {all}"):
        bad.append("one and many are told wrongly")
    if {rule for rule, *_ in RULES} != set(REFUSED):
        bad.append("a rule has no offence to find")
    return bad


# Vietnamese in English sentences: quoted, in brackets, or one of these.
QUOTED = re.compile(r"“[^”]*”|\([^)]*\)|\bđồng\b|QĐ-UBND|MẬT/TỐI MẬT/TUYỆT MẬT|Tiếng Việt")
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯàảãáạèẻẽéẹìỉĩíịòỏõóọùủũúụỳỷỹýỵ\u1ea0-\u1ef9]")
# What is the same word in both languages.
SAME = re.compile(r"\{\w+\}|SHA-256|dpi|mm|GB|đồng|[^\w]|\d")


def untranslated(vi, en):
    """Says why these are not two languages; "" when they are."""
    if VIETNAMESE.search(QUOTED.sub("", en)):
        return "is Vietnamese in English"
    return "is the same in both languages" if vi == en and SAME.sub("", en) else ""


# "1 records" is no English: such a word is written "{n|record|records}".
COUNTED = re.compile(r"\{(?:n|count|all|days|size|most)\} (?:[a-z]+ )?[a-z]+s\b")
MANY = re.compile(r"^These are \{n\} characters|^At most \{most\}")  # never one


KEYS = r"""
import fs from "node:fs"; import path from "node:path"; import {pathToFileURL} from "node:url";
const all = {};
for (const file of process.argv.slice(1)) {
  const {text} = await import(pathToFileURL(path.resolve(file)));
  all[file] = text;
}
fs.writeSync(1, JSON.stringify(all));
"""


def unshown(keys, code):
    """Keys that no page names, in one piece or put together: `case.state.${state}`, `${code}_what`."""
    named = set(re.findall(r"\"([a-z_]+\.[\w.]+)\"", code))
    made = set(re.findall(r"(?=`((?:[\w.]|\$\{[^}`]*\})+)`)", code))  # one may stand within another
    forms = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(piece))) for piece in made
             if re.search(r"[a-z][._]|[._][a-z]", re.sub(r"\$\{.*?\}", "", piece))]
    return sorted(key for key in keys if key not in named and not any(form.fullmatch(key) for form in forms))


def word_offences(files):
    """Each area has the same keys in both languages, its own, in NFC, with the same values in them."""
    if shutil.which("node") is None:
        print("node is not installed: words not compared")
        return []
    read = subprocess.run(["node", "--input-type=module", "--eval", KEYS, *files], cwd=tree.ROOT, capture_output=True,
                          text=True, check=False)
    if read.returncode != 0:
        return [f"the words cannot be read: {read.stderr.strip()[-600:]}"]
    bad, seen = [], {}
    for name, text in json.loads(read.stdout).items():
        vi, en = text.get("vi", {}), text.get("en", {})
        bad += [f"{name}: {key} stands in one language only" for key in sorted(set(vi) ^ set(en))]
        for key in sorted(set(vi) & set(en)):
            if sorted(set(re.findall(r"\{(\w+)\}", vi[key]))) != sorted(set(re.findall(r"\{(\w+)\}", en[key]))):
                bad.append(f"{name}: {key} has other values in Vietnamese than in English")
            if COUNTED.search(en[key]) and not MANY.search(en[key]):
                bad.append(f"{name}: {key} says the same of one and of many")
            if why := untranslated(vi[key], en[key]):
                bad.append(f"{name}: {key} {why}")
            if key in seen:
                bad.append(f"{name}: {key} stands in {seen[key]} too")
            seen[key] = name
            for words in (vi[key], en[key]):
                if not words.strip() or not unicodedata.is_normalized("NFC", words):
                    bad.append(f"{name}: {key} is empty or not in NFC")
    used = re.compile(r"\b(?:t|has)\(\s*\"([a-z_]+\.[\w.]+)\"")
    code = {name: (tree.ROOT / name).read_text(encoding="utf-8") for name in tree.files()
            if name.startswith(WEB) and name.endswith(".js") and "/text/" not in name}
    bad += [f"{name}: there are no words for {key}" for name, text in code.items() for key in used.findall(text) if key not in seen]
    bad += [f"{seen[key]}: nobody shows {key}" for key in unshown(seen, "\n".join(code.values()))]
    return bad


def kind_offences(names):
    """Each kind of record that the audit log may hold has words on its page, and can be searched for."""
    told = (tree.ROOT / "docs/PROTOCOL.audit.md").read_text(encoding="utf-8")
    kinds = {kind for row in re.findall(r"^\| (`.*?) \|", told, re.M) for kind in re.findall(r"`([a-z_]+)`", row)}
    page, words = ((tree.ROOT / n).read_text(encoding="utf-8") for n in names)
    return [f"{names[1]}: no words for the audit log's {kind}" for kind in sorted(kinds) if f'"admin.kind.{kind}"' not in words] + \
        [f"{names[0]}: the audit log's {kind} cannot be searched for" for kind in sorted(kinds) if f'"{kind}"' not in page] + \
        ([] if "signature_unknown" in kinds else ["docs/PROTOCOL.audit.md: its kinds are not found"])


def sample_offences():
    """Administration shows each template as it comes (A-09) with sample values, not with their names."""
    known = set(re.findall(r'Sample\{"(\w+)"', (tree.ROOT / "service/antind/layout_sample.cc").read_text(encoding="utf-8")))
    names = [n for n in tree.files() if n.startswith("packaging/layouts/") and n.endswith(".toml")]
    return [f"{name}: its preview has no sample of {value['name']}" for name in names
            for value in tomllib.loads((tree.ROOT / name).read_text(encoding="utf-8")).get("value", [])
            if value.get("form") not in ("day", "instant") and value["name"] not in known] + ([] if names else ["no template is found"])


def type_offences():
    if shutil.which("tsc") is None:
        print("tsc is not installed (node-typescript): types not checked")
        return []
    done = subprocess.run(["tsc", "-p", WEB + "jsconfig.json"], cwd=tree.ROOT, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else done.stdout.strip().splitlines() or [done.stderr.strip() or "tsc failed"]


def main():
    names = [n for n in tree.files() if n.startswith(WEB)]
    bad = rules_hold()
    for name in names:
        if name.endswith((".js", ".html", ".css", ".svg")):
            text = (tree.ROOT / name).read_text(encoding="utf-8")
            bad += line_offences(name, text)
            if name.endswith(".js") and "/text/" not in name and text.count("\n") > SOURCE_LINES:
                bad.append(f"{name}: has more than {SOURCE_LINES} lines")
    weight = sum((tree.ROOT / n).stat().st_size for n in names if n[len(WEB):].startswith(CHECK_PAGE))
    if not 0 < weight < MOST_OCTETS:
        bad.append(f"{WEB}check.html: the page has {weight} octets of code, more than {MOST_OCTETS} or none")
    bad += word_offences([n for n in names if n.startswith(WEB + "js/text/") and n.endswith(".js")])
    bad += kind_offences((WEB + "js/pages/admin/audit.js", WEB + "js/text/admin.js"))
    bad += sample_offences()
    bad += type_offences()
    print("\n".join(bad) if bad else f"{len(names)} files of pages: clean")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
