#include "service/cli_digitise/send.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "certs/ossl/digest.h"
#include "service/digitise/table.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using digitise::Column;
using Json = nlohmann::json;

constexpr std::size_t kMostAnswer = std::size_t{4} << 20U;
constexpr std::size_t kMostDocument = std::size_t{512} << 20U;
// What one message to antin-fetch holds (service/ipc), with room for the form around it.
constexpr std::size_t kMostSent = std::size_t{15} << 20U;
// It stands in no PDF by chance, and nothing depends on it but that.
constexpr std::string_view kBoundary = "antin-digitise-7c2f9a51e0b84d63";

Json request_of(const std::string& unit, const CheckedRow& one, const std::string& reference) {
  Json members = {{"unit", unit}};
  for (std::size_t i = 0; i < digitise::kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    const auto& cell = one.row.cells.at(i);
    if (column == Column::kFiles || column == Column::kFaults || cell.empty()) continue;
    members[std::string(digitise::key(column))] = cell;
  }
  members["reference"] = reference;
  return members;
}

Bytes form_of(const Json& members, ByteView document) {
  Bytes body;
  const auto add = [&](std::string_view text) {
    const auto octets = as_bytes(text);
    body.insert(body.end(), octets.begin(), octets.end());
  };
  const auto part = [&](const char* name, const char* type) {
    add("--" + std::string(kBoundary) + "\r\nContent-Disposition: form-data; name=\"" + name +
        "\"\r\nContent-Type: " + type + "\r\n\r\n");
  };
  body.reserve(document.size() + 4'096);
  part("request", "application/json");
  add(members.dump() + "\r\n");
  part("file", "application/pdf");
  body.insert(body.end(), document.begin(), document.end());
  add("\r\n--" + std::string(kBoundary) + "--\r\n");
  return body;
}

// The service's own words: the places in them are filled.
void take_fault(CheckedRow& one, const Json& told) {
  if (!told.is_object()) return;
  const auto text = told.find("message");
  if (text == told.end() || !text->is_object()) return;
  one.said.push_back({told.value("code", std::string()), text->value("vi", std::string()),
                      text->value("en", std::string())});
}

// For a row whose name another row has: a name by what it says, the same whenever it is sent.
std::string name_by_content(const digitise::Facts& facts) {
  constexpr std::size_t kDigits = 12;
  const auto text = facts.holder_id + "\n" + facts.kind + "\n" + facts.number + "\n" + facts.day +
                    "\n" + facts.issuer;
  return to_hex(ossl::sha256(as_bytes(text))).substr(0, kDigits);
}

Finding not_sent(const CheckedRow& one) {
  return {
      Code::kDigitiseRowNotSent, Severity::kError, {{"dong", std::to_string(one.row.line)}}, {}};
}

}  // namespace

Outcome send_row(RegisterService& service, const std::string& unit, CheckedRow& one) {
  const auto document = read_file(one.document, kMostDocument);
  if (document && document.value().size() > kMostSent) {
    one.row.faults.push_back(
        {Code::kHttpBodyTooLarge, Severity::kError, {{"limit", std::to_string(kMostSent)}}, {}});
    one.refused = CheckedRow::Refused::kYes;
    return Outcome::kFaulty;
  }
  auto reference = one.row.facts.reference;
  for (int tries = 0; document && tries < 2; ++tries) {
    const auto answer =
        service.post("/api/v1/digitised", "multipart/form-data; boundary=" + std::string(kBoundary),
                     form_of(request_of(unit, one, reference), document.value()), kMostAnswer);
    if (!answer) break;
    const auto status = answer.value().status;
    if (status == 200 || status == 201) return Outcome::kTaken;
    const auto& body = answer.value().body;
    const auto told = Json::parse(body.begin(), body.end(), nullptr, false);
    if (!told.is_object() || status >= 500 || status == 429 || status == 401 || status == 403) {
      if (told.is_object()) take_fault(one, told);
      break;
    }
    const auto code = told.value("code", std::string());
    if (code == info(Code::kDigitisedAlready).name) {
      take_fault(one, told);
      return Outcome::kHeldAlready;
    }
    // Rows have moved in the table: this one gets a name by what it says.
    if (code == info(Code::kDigitisedReference).name && tries == 0) {
      reference += "-" + name_by_content(one.row.facts);
      continue;
    }
    take_fault(one, told);
    const auto complaints = told.find("complaints");
    for (std::size_t i = 0; complaints != told.end() && i < complaints->size(); ++i)
      take_fault(one, complaints->at(i));
    one.refused = CheckedRow::Refused::kYes;
    return Outcome::kFaulty;
  }
  one.row.faults.push_back(not_sent(one));
  return Outcome::kNotSent;
}

Status send_faults(RegisterService& service, const std::string& unit,
                   const std::vector<const CheckedRow*>& rows) {
  constexpr std::size_t kMostRows = 200, kMostCodes = 10;
  for (std::size_t from = 0; from < rows.size(); from += kMostRows) {
    Json list = Json::array();
    for (auto i = from; i < std::min(rows.size(), from + kMostRows); ++i) {
      const auto& row = rows[i]->row;
      std::string codes;
      for (std::size_t k = 0; k < std::min(kMostCodes, row.faults.size()); ++k)
        codes += (codes.empty() ? "" : " ") + std::string(info(row.faults[k].code).name);
      Json one = {{"reference", row.cells.at(static_cast<std::size_t>(Column::kReference))},
                  {"codes", codes}};
      if (!row.facts.procedure.empty()) one["procedure"] = row.facts.procedure;
      if (row.facts.year() != 0) one["year"] = row.facts.year();
      list.push_back(std::move(one));
    }
    const auto text = Json{{"unit", unit}, {"rows", std::move(list)}}.dump();
    const auto octets = as_bytes(text);
    ANTIN_TRY(const auto answer, service.post("/api/v1/digitising/faults", "application/json",
                                              Bytes(octets.begin(), octets.end()), kMostAnswer));
    if (answer.status != 200)
      return make_error(Code::kRegisterNotReached, "HTTP " + std::to_string(answer.status),
                        {{"url", "/api/v1/digitising/faults"}});
  }
  return Done{};
}

}  // namespace antin::service
