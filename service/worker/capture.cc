#include "service/worker/capture.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "service/capture/capture.h"

namespace antin::service::worker {
namespace {

constexpr std::int64_t kMostFiles = 10'000;
constexpr std::int64_t kMostDpi = 1'200;

Error malformed(const char* what) {
  return make_error(Code::kIpcMalformed, what);
}

Result<std::size_t> count_at(const cbor::Value& map, const char* key, std::int64_t most) {
  ANTIN_TRY(const auto value, cbor::integer_at(map, key));
  if (value < 0 || value > most) return malformed(key);
  return static_cast<std::size_t>(value);
}

Result<std::vector<capture::InputFile>> split(const cbor::Value& body, const SharedBytes& files) {
  ANTIN_TRY(const auto entries, cbor::array_at(body, "files"));
  const auto owner = std::make_shared<const SharedBytes>(files);
  auto rest = files.view();
  std::vector<capture::InputFile> inputs;
  inputs.reserve(entries.size());
  for (const auto& entry : entries) {
    ANTIN_TRY(auto name, cbor::text_at(entry, "name"));
    ANTIN_TRY(const auto octets, cbor::integer_at(entry, "octets"));
    if (octets < 0 || static_cast<std::uint64_t>(octets) > rest.size()) return malformed("octets");
    const auto own = rest.first(static_cast<std::size_t>(octets));
    inputs.push_back({std::move(name), SharedBytes(owner, own)});
    rest = rest.subspan(own.size());
  }
  if (!rest.empty()) return malformed("octets that belong to no file");
  return inputs;
}

Result<std::vector<capture::ChosenPage>> chosen(const cbor::Value& body) {
  ANTIN_TRY(const auto entries, cbor::array_at(body, "pages"));
  std::vector<capture::ChosenPage> pages;
  pages.reserve(entries.size());
  for (const auto& entry : entries) {
    capture::ChosenPage page;
    ANTIN_TRY(page.file, count_at(entry, "file", kMostFiles));
    ANTIN_TRY(page.page, count_at(entry, "page", kMostFiles));
    ANTIN_TRY(const auto rotate, count_at(entry, "rotate", 270));
    page.rotate = static_cast<int>(rotate);
    pages.push_back(page);
  }
  return pages;
}

Result<capture::Declared> declared(const cbor::Value& body) {
  using capture::Declared;
  Declared facts;
  ANTIN_TRY(const auto pages, count_at(body, "original_pages", 1'000'000));
  if (pages > 0) facts.pages = pages;
  ANTIN_TRY(const auto paper, cbor::text_at(body, "paper"));
  if (!paper.empty()) {
    facts.paper = capture::paper_named(paper);
    if (!facts.paper) return malformed("paper");
  }
  ANTIN_TRY(const auto colour, cbor::boolean_at(body, "colour"));
  facts.colour = colour ? Declared::Colour::kExpected : Declared::Colour::kNotExpected;
  ANTIN_TRY(const auto what, cbor::text_at(body, "signed"));
  if (what == "stop") {
    facts.signed_input = Declared::SignedInput::kStop;
  } else if (what == "scan") {
    facts.signed_input = Declared::SignedInput::kConfirmedScan;
  } else if (what == "never") {
    facts.signed_input = Declared::SignedInput::kNeverCopied;
  } else {
    return malformed("signed");
  }
  return facts;
}

// Messages know no fractions.
std::int64_t scaled(double value, double by) {
  return std::isfinite(value) ? std::llround(value * by) : 0;
}

cbor::Value to_value(const capture::CapturedPage& page) {
  static constexpr std::array kColours = {"bilevel", "gray", "colour"};
  constexpr double kMicrometres = 1'000;
  // A PNG counts pixels of a metre: 7874 of them are the 200 of an inch.
  constexpr double kRounded = 0.05;
  cbor::Map map{{"file", static_cast<std::int64_t>(page.from.file)},
                {"page", static_cast<std::int64_t>(page.from.page)},
                {"rotate", page.from.rotate},
                {"width_um", scaled(page.width_mm, kMicrometres)},
                {"height_um", scaled(page.height_mm, kMicrometres)},
                {"paper", page.paper},
                {"dpi_x", scaled(std::floor(page.dpi_x + kRounded), 1)},
                {"dpi_y", scaled(std::floor(page.dpi_y + kRounded), 1)},
                {"colour", kColours.at(static_cast<std::size_t>(page.colour))},
                {"sha256", page.sha256},
                {"looked", page.looked}};
  if (page.looked) {
    map.emplace("blank", page.blank);
    Bytes fingerprint;
    for (int shift = 56; shift >= 0; shift -= 8)
      fingerprint.push_back(static_cast<std::uint8_t>(page.fingerprint >> shift & 0xFFU));
    map.emplace("fingerprint", std::move(fingerprint));
    if (page.skew) map.emplace("skew_tenths", scaled(*page.skew, 10));
  }
  return map;
}

cbor::Value to_value(const Finding& finding) {
  std::int64_t page = 0;
  cbor::Array params;
  for (const auto& [name, value] : finding.params) {
    if (name == "page") std::from_chars(value.data(), value.data() + value.size(), page);
    params.push_back(cbor::Array{name, value});
  }
  const auto said = [&](auto text, Language language) {
    return text(finding.code, language, finding.params);
  };
  return cbor::Map{{"code", info(finding.code).name},
                   {"severity", antin::name(finding.severity)},
                   {"page", page},
                   {"params", std::move(params)},
                   {"vi", said(sentence, Language::kVietnamese)},
                   {"en", said(sentence, Language::kEnglish)},
                   {"vi_do", said(advice, Language::kVietnamese)},
                   {"en_do", said(advice, Language::kEnglish)}};
}

}  // namespace

Result<Message> capture_files(const cbor::Value& body, const SharedBytes& files,
                              const pdf::ReadLimits& limits) {
  capture::CaptureRequest request;
  ANTIN_TRY(request.files, split(body, files));
  ANTIN_TRY(request.pages, chosen(body));
  ANTIN_TRY(request.declared, declared(body));
  ANTIN_TRY(const auto dpi, count_at(body, "min_dpi", kMostDpi));
  // Stricter than the law is a setting; more lenient is not.
  request.standard.min_dpi = std::max(request.standard.min_dpi, static_cast<double>(dpi));
  request.limits.pdf = limits;
  ANTIN_TRY(const auto captured, capture::capture(request));
  cbor::Array pages, findings;
  pages.reserve(captured.pages.size());
  for (const auto& page : captured.pages) pages.push_back(to_value(page));
  findings.reserve(captured.findings.size());
  for (const auto& finding : captured.findings) findings.push_back(to_value(finding));
  Message reply;
  reply.body = cbor::Map{{"fits", capture::fits(captured)},
                         {"kept", captured.kept},
                         {"pages", std::move(pages)},
                         {"findings", std::move(findings)}};
  if (captured.document.empty()) return reply;
  ANTIN_TRY(auto memfd, sealed_memfd("antin-capture", {captured.document.view()}));
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

}  // namespace antin::service::worker
