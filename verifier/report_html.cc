#include <string>
#include <string_view>

#include "verifier/markup.h"
#include "verifier/sheet.h"

namespace antin::verifier {
namespace {

// Nothing may load, run, post or frame; the one style sheet is the one below.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

// No '<', '&' or "]]>": the file is XML too. Colours reach 7:1 on white (WCAG 2.1, 1.4.6).
constexpr std::string_view kStyle = R"css(
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 50rem; color: #111; background: #fff;
  font: 16px/1.5 "Liberation Serif", "Times New Roman", serif; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; text-align: center; text-transform: uppercase; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; padding-bottom: .2rem; border-bottom: 2px solid #555; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
.second { display: block; color: #4a4a4a; font-size: .85em; font-weight: normal; text-transform: none; }
.verdict { border: 3px solid; border-radius: .25rem; padding: .75rem 1rem; text-align: center; }
.verdict p { margin: .25rem 0; color: #111; }
.verdict .word { font-size: 2rem; line-height: 1.2; font-weight: bold; color: inherit; }
.verdict .word .second { color: inherit; font-size: .5em; }
.good { color: #0b4a1e; } .bad { color: #8a0b0b; } .warning { color: #5c3a00; } .neutral { color: #111; }
.decision { margin: 1rem 0 0; padding: .75rem 1rem; border-left: .4rem solid #555; background: #f4f4f4; }
dl { margin: 0; display: grid; grid-template-columns: minmax(9rem, 32%) 1fr; }
dt, dd { margin: 0; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid #ccc; min-width: 0; }
dt { color: #333; }
ul { list-style: none; margin: .5rem 0 0; padding: 0; }
li { margin: 0 0 .5rem; padding-left: 1.5rem; text-indent: -1.5rem; break-inside: avoid; }
li bdi, li code, li span { text-indent: 0; }
.sign { display: inline-block; width: 1.5rem; }
.do { display: block; color: #111; padding-left: 0; }
code { color: #4a4a4a; font: .8em "Liberation Mono", monospace; }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid #555; font-size: .85rem; color: #333; }
@page { size: A4; margin: 20mm 15mm 20mm 25mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  h2, h3 { break-after: avoid; }
  dt, dd, .verdict, .decision { break-inside: avoid; }
  .verdict, .decision { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (max-width: 34rem) {
  body { padding: .75rem; }
  dl { grid-template-columns: 1fr; }
  dt { border-bottom: 0; padding-bottom: 0; }
}
)css";

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "good";
    case Tone::kWarning:
      return "warning";
    case Tone::kBad:
      return "bad";
    case Tone::kNeutral:
      break;
  }
  return "neutral";
}

std::string_view sign_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "✓";
    case Tone::kWarning:
      return "!";
    case Tone::kBad:
      return "✗";
    case Tone::kNeutral:
      break;
  }
  return "·";
}

class Page {
 public:
  explicit Page(const Sheet& sheet) : sheet_(sheet) {}

  std::string write() {
    out_.raw("<!DOCTYPE html>\n");
    out_.open("html", {{"lang", sheet_.language == SheetLanguage::kEnglish ? "en" : "vi"},
                       {"xmlns", "http://www.w3.org/1999/xhtml"}});
    head();
    out_.open("body").open("main");
    out_.open("h1");
    said(sheet_.title);
    out_.close();
    verdict();
    for (const auto& section : sheet_.sections) write_section(section);
    out_.close();
    out_.open("footer");
    said(sheet_.footer);
    out_.close();
    return out_.take();
  }

 private:
  void head() {
    out_.open("head");
    out_.empty("meta", {{"charset", "utf-8"}});
    out_.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", kPolicy}});
    out_.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    out_.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
    out_.element("title", sheet_.title.first + " – " + sheet_.file);
    out_.open("style").raw(kStyle).close();
    out_.close();
  }

  /// Foreign text may hold letters of either direction: they must not turn what stands around them.
  void said(const Said& said) {
    out_.element("bdi", said.first);
    if (!said.second.empty())
      out_.element("bdi", said.second, {{"class", "second"}, {"lang", "en"}});
  }

  void paragraph(const Said& text) {
    if (text.first.empty()) return;
    out_.open("p");
    said(text);
    out_.close();
  }

  void verdict() {
    const auto look = "verdict " + std::string{class_of(sheet_.tone)};
    out_.open("section", {{"class", look}, {"role", "status"}});
    out_.open("p", {{"class", "word"}});
    said(sheet_.verdict);
    out_.close();
    paragraph(sheet_.message);
    paragraph(sheet_.advice);
    out_.close();
    out_.open("div", {{"class", "decision"}});
    said(sheet_.decision);
    out_.close();
  }

  void write_section(const SheetSection& section) {
    out_.open("section");
    out_.open(section.rank == SheetSection::Rank::kMain ? "h2" : "h3",
              {{"class", class_of(section.tone)}});
    said(section.heading);
    out_.close();
    if (!section.rows.empty()) {
      out_.open("dl");
      for (const auto& row : section.rows) write_row(row);
      out_.close();
    }
    if (!section.notes.empty()) {
      out_.open("ul");
      for (const auto& note : section.notes) write_note(note);
      out_.close();
    }
    out_.close();
  }

  void write_row(const SheetRow& row) {
    out_.open("dt");
    said(row.label);
    out_.close();
    out_.open("dd", {{"class", class_of(row.tone)}});
    said(row.value);
    out_.close();
  }

  void write_note(const SheetNote& note) {
    out_.open("li", {{"class", class_of(note.tone)}});
    out_.element("span", sign_of(note.tone), {{"class", "sign"}, {"aria-hidden", "true"}});
    said(note.text);
    if (!note.advice.first.empty()) {
      out_.open("span", {{"class", "do"}});
      out_.text("→ ");
      said(note.advice);
      out_.close();
    }
    if (!note.code.empty()) out_.element("code", note.code);
    out_.close();
  }

  const Sheet& sheet_;
  Markup out_;
};

}  // namespace

std::string to_html(const Sheet& sheet) {
  return Page{sheet}.write();
}

}  // namespace antin::verifier
