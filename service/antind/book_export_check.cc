// What an inspector may hold against an export of a book, without the service that made it.

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "service/antind/book_export.h"
#include "service/antind/sha256.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
using casework::BookRow;
using casework::RowState;

constexpr std::size_t kMostFindings = 100;
constexpr std::size_t kMostOctets = std::size_t{256} << 20U;
constexpr std::size_t kLongestLine = std::size_t{64} << 10U;
constexpr std::size_t kMostDocument = std::size_t{4} << 30U;
constexpr int kDeepest = 4;

Error unreadable(std::size_t line) {
  return make_error(Code::kInspectionUnreadable, kExportLines,
                    {{"tep", kExportLines}, {"dong", std::to_string(line)}});
}

std::optional<Json> parsed(std::string_view line) {
  if (line.size() > kLongestLine) return std::nullopt;
  bool deep = false;
  const auto not_deep = [&](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kDeepest;
    return !deep;
  };
  auto value = Json::parse(line, not_deep, false);
  if (deep || !value.is_object()) return std::nullopt;
  return value;
}

bool take(const Json& from, const char* name, std::string& into) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

bool take(const Json& from, const char* name, std::int64_t& into) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number_integer()) return false;
  // More than any book counts, and small enough that sums of them are numbers.
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMost) return false;
  into = found->get<std::int64_t>();
  return true;
}

std::optional<BookRow> row_in(const Json& line) {
  const auto found = line.find("row");
  if (found == line.end() || !found->is_object()) return std::nullopt;
  BookRow row;
  std::string state;
  const auto& from = *found;
  if (!take(from, "id", row.id) || !take(from, "number", row.number) ||
      !take(from, "text", row.text) || !take(from, "book", row.book_name) ||
      !take(from, "day", row.day) || !take(from, "state", state) ||
      !take(from, "case", row.case_id) || !take(from, "requester", row.facts.requester) ||
      !take(from, "paper", row.facts.paper) || !take(from, "signer", row.facts.signer) ||
      !take(from, "copies", row.facts.copies) || !take(from, "fee", row.facts.fee) ||
      !take(from, "note", row.note) || !take(from, "original", row.original))
    return std::nullopt;
  for (const auto one : {RowState::kReserved, RowState::kFinal, RowState::kVoided}) {
    if (casework::name(one) != state) continue;
    row.state = one;
    return row;
  }
  return std::nullopt;
}

/// What is read line by line, and what it must come to.
class Check {
 public:
  explicit Check(std::vector<std::string>& documents) : documents_(documents) {}

  bool begin(const Json& line) {
    std::string schema;
    const auto book = line.find("book"), totals = line.find("totals");
    if (!take(line, "schema", schema) || schema != "antin-book-export/1" || book == line.end() ||
        !book->is_object() || totals == line.end() || !totals->is_object() ||
        !take(*book, "id", id_) || !take(*book, "name", name_) || !take(*book, "last", last_))
      return false;
    for (const auto* counts : {"final", "voided", "copies", "fee"}) {
      if (!take(*totals, counts, said_[counts])) return false;
    }
    const auto closing = book->find("totals");
    if (closing != book->end() && *closing != *totals)
      found(Code::kBookRowDiffers, {{"so", name_}});
    return take(*totals, "rows_sha256", said_digest_);
  }

  bool row(const Json& line) {
    const auto row = row_in(line);
    if (!row) return false;
    for (; next_ < row->number && findings_.size() < kMostFindings; ++next_)
      found(Code::kBookNumberMissing, {{"so", name_}, {"dong", std::to_string(next_)}});
    if (row->number < next_ || row->id != id_ + "/" + std::to_string(row->number))
      found(Code::kBookRowDiffers, {{"so", row->id}});
    next_ = row->number + 1;
    chain_ = sha256({chain_, as_bytes(casework::digest_line(*row))});
    ++rows_;
    if (row->state == RowState::kVoided) ++counted_["voided"];
    if (row->state != RowState::kFinal) return true;
    ++counted_["final"];
    counted_["copies"] += row->facts.copies;
    counted_["fee"] += row->facts.fee;
    return document(line, *row);
  }

  bool end(const Json& line, std::string_view before) {
    const auto end = line.find("end");
    std::int64_t rows = 0;
    std::string digest;
    if (end == line.end() || !end->is_object() || !take(*end, "rows", rows) ||
        !take(*end, "sha256", digest))
      return false;
    for (; next_ <= last_ && findings_.size() < kMostFindings; ++next_)
      found(Code::kBookNumberMissing, {{"so", name_}, {"dong", std::to_string(next_)}});
    if (next_ - 1 > last_)
      found(Code::kBookCounterDiffers,
            {{"so", name_}, {"co", std::to_string(last_)}, {"dong", std::to_string(next_ - 1)}});
    const bool same = rows == rows_ && digest == to_hex(sha256({as_bytes(before)})) &&
                      said_digest_ == to_hex(chain_) &&
                      std::all_of(said_.begin(), said_.end(), [this](const auto& one) {
                        return counted_[one.first] == one.second;
                      });
    if (!same) found(Code::kInspectionFileDiffers, {{"tep", kExportLines}});
    return true;
  }

  Findings findings() && { return std::move(findings_); }

 private:
  void found(Code code, Params params) {
    if (findings_.size() < kMostFindings)
      findings_.push_back({code, Severity::kError, std::move(params), id_});
  }

  bool document(const Json& line, const BookRow& row) {
    const auto document = line.find("document");
    if (document == line.end()) {
      found(Code::kInspectionDocumentMissing, {{"so", name_}, {"dong", row.text}});
      return true;
    }
    std::string digest;
    Bytes octets;
    if (!document->is_object() || !take(*document, "sha256", digest) || !from_hex(digest, octets) ||
        octets.size() != 32)
      return false;
    documents_.push_back(to_hex(octets));
    return true;
  }

  std::vector<std::string>& documents_;
  Findings findings_;
  std::string id_, name_, said_digest_;
  std::map<std::string, std::int64_t> said_, counted_;
  std::int64_t last_ = 0, next_ = 1, rows_ = 0;
  Bytes chain_;
};

Status check_documents(const std::string& folder, const std::vector<std::string>& documents,
                       Findings& findings) {
  const auto found = [&](Code code, const std::string& file) {
    if (findings.size() < kMostFindings)
      findings.push_back({code, Severity::kError, {{"tep", file}}, file});
  };
  std::error_code absent;
  if (!std::filesystem::is_directory(folder, absent)) return Done{};
  ANTIN_TRY(const auto names, list_files(folder));
  std::set<std::string> there(names.begin(), names.end());
  for (const auto& digest : std::set<std::string>(documents.begin(), documents.end())) {
    const auto name = digest + ".pdf";
    if (there.erase(name) == 0) {
      found(Code::kInspectionFileMissing, name);
      continue;
    }
    ANTIN_TRY(const auto octets, read_file(folder + "/" + name, kMostDocument));
    if (to_hex(sha256({octets})) != digest) found(Code::kInspectionFileDiffers, name);
  }
  for (const auto& name : there) found(Code::kInspectionFileExtra, name);
  return Done{};
}

}  // namespace

Result<Findings> check_export_lines(std::string_view lines, std::vector<std::string>& documents) {
  Check check(documents);
  std::size_t number = 0;
  bool ended = false;
  for (std::size_t at = 0; at < lines.size();) {
    ++number;
    const auto end = lines.find('\n', at);
    if (end == std::string_view::npos || ended) return unreadable(number);
    const auto line = parsed(lines.substr(at, end - at));
    if (!line) return unreadable(number);
    ended = line->contains("end");
    const bool good = number == 1 ? check.begin(*line)
                      : ended     ? check.end(*line, lines.substr(0, at))
                                  : check.row(*line);
    if (!good) return unreadable(number);
    at = end + 1;
  }
  if (!ended) return unreadable(number + 1);
  return std::move(check).findings();
}

Result<Findings> check_export(const std::string& folder) {
  ANTIN_TRY(const auto octets, read_file(folder + "/" + kExportLines, kMostOctets));
  std::vector<std::string> documents;
  ANTIN_TRY(auto findings, check_export_lines(as_text(octets), documents));
  ANTIN_CHECK(check_documents(folder + "/" + kExportDocuments, documents, findings));
  return findings;
}

}  // namespace antin::service
