"""The same tests of the same pages read in English (ANTIN_LANG=en): what stands on the page is turned back into the
Vietnamese that the test speaks of, by the words of the pages themselves and by the catalogue.

Only for looking and judging: of a page whose words are not from there nothing is known, and the test says so by failing.
"""
import ast
import functools
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
ON = os.environ.get("ANTIN_LANG") == "en"
VALUE = re.compile(r"\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}")
READ = """
import fs from "node:fs"; import {pathToFileURL} from "node:url";
const all = [];
for (const file of process.argv.slice(1)) {
  const {text} = await import(pathToFileURL(file));
  for (const key of Object.keys(text.en)) all.push([text.en[key], text.vi[key]]);
}
fs.writeSync(1, JSON.stringify(all));
"""
# What stands in core/api.js, before there are words.
BROWSER = [[en, vi] for vi, en in re.findall(r'\{vi: "([^"]+)",\s+en: "([^"]+)"\}',
                                             (ROOT / "service/web/js/core/api.js").read_text(encoding="utf-8"))]
OPTIONAL = " (optional)"
# Words that can be seen, each piece by itself.
SEEN = """
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), told = [];
while (walk.nextNode()) {
  const box = walk.currentNode.parentElement, words = walk.currentNode.nodeValue;
  if (words.trim() && box && box.checkVisibility({checkVisibilityCSS: true})) told.push(words);
}
return told;
"""


def of_the_pages():
    files = sorted(str(one) for one in (ROOT / "service" / "web" / "js" / "text").glob("*.js"))
    return BROWSER + json.loads(subprocess.run(["node", "--input-type=module", "--eval", READ, *files], check=True, capture_output=True,
                                     timeout=60).stdout)


@functools.lru_cache
def catalogue():
    """{code: (vi, en, what to do in vi, in en)}"""
    found = {}
    for file in sorted((ROOT / "certs" / "core" / "codes").glob("*.inc")):
        for row in file.read_text(encoding="utf-8").split("ANTIN_CODE(")[1:]:
            texts = ["".join(ast.literal_eval(f"({one})")) for one in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', row)]
            found[texts[0]] = tuple(texts[-4:])
    return found


def of_the_catalogue():
    for vi, en, vi_what, en_what in catalogue().values():
        yield en, vi
        yield en_what, vi_what


def pattern(english):
    """Fits what becomes of these words with values in them."""
    out, at, seen = "", 0, set()
    for one in VALUE.finditer(english):
        out += re.escape(english[at:one.start()])
        name = one[1]
        if one[2] is not None:
            out += f"(?:{re.escape(one[2])}|{re.escape(one[3])})"
        else:
            out += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
        at = one.end()
    return re.compile(out + re.escape(english[at:]), re.S)


class Words:
    def __init__(self):
        self.fixed, self.with_values = {}, []
        for english, vietnamese in [*of_the_pages(), *of_the_catalogue()]:
            english, vietnamese = (" ".join(one.split()) for one in (english, vietnamese))
            if VALUE.search(english):
                self.with_values.append((pattern(english), vietnamese))
            elif english:
                self.fixed.setdefault(english, []).append(vietnamese)

    def back(self, english):
        """All that these words may be in Vietnamese; they themselves when they are in no book."""
        if english.endswith(OPTIONAL):  # of a field's label
            return [*(f"{one} (không bắt buộc)" for one in self.back(english.removesuffix(OPTIONAL))), english]
        found = list(self.fixed.get(english, ()))
        for fits, vietnamese in self.with_values:
            if one := fits.fullmatch(english):
                found.append(VALUE.sub(lambda value, one=one: one.groupdict().get(value[1], ""), vietnamese))
        return [*found, english]


words = Words() if ON else None


def candidates(name):
    return words.back(name) if ON else [name]


def seen(driver):
    """What can be read, in Vietnamese: of words with two meanings all of them."""
    pieces = (" ".join(one.split()) for one in driver.execute_script(SEEN))
    return " ".join(" ".join(dict.fromkeys(candidates(one))) for one in pieces)
