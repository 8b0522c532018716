#include "service/antind/case_request.h"

#include <algorithm>
#include <array>
#include <span>

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/multipart.h"
#include "service/http/http_parser.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;

// Facts have limits of their own, these are for what is not looked at yet.
constexpr int kDeepest = 4;

Result<Json> read_json(ByteView octets, std::size_t most) {
  if (octets.size() > most) return wrong_fact("request", "size");
  bool deep = false;
  const auto not_deep = [&](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kDeepest;
    return !deep;
  };
  auto members = Json::parse(octets.begin(), octets.end(), not_deep, false);
  if (deep || !members.is_object()) return wrong_fact("request", "JSON");
  return members;
}

// A form names no part twice.
constexpr std::array<std::string_view, 14> kFileNames{
    "file",  "file2", "file3",  "file4",  "file5",  "file6",  "file7",
    "file8", "file9", "file10", "file11", "file12", "file13", "file14"};

Result<FilesRequest> read_request(const Request& request, std::size_t most_json,
                                  std::span<const std::string_view> file_names) {
  const auto& head = request.head;
  const auto& body = request.body.octets();
  FilesRequest read;
  if (lower(media_type(head)) == "application/json") {
    ANTIN_TRY(read.members, read_json(body.view(), most_json));
    return read;
  }
  ANTIN_TRY(const auto boundary, multipart_boundary(head.value("content-type")));
  ANTIN_TRY(const auto parts, read_multipart(body.view(), boundary));
  for (const auto& part : parts) {
    const auto content = content_of(body, part);
    if (part.name == "request") {
      ANTIN_TRY(read.members, read_json(content.view(), most_json));
    } else if (std::find(file_names.begin(), file_names.end(), part.name) != file_names.end()) {
      read.files.push_back(content);
    } else {
      return make_error(Code::kHttpParameter, "part", {{"parameter", part.name}});
    }
  }
  if (!read.members.is_object())
    return make_error(Code::kHttpPartMissing, "request", {{"part", "request"}});
  return read;
}

}  // namespace

Result<CaseRequest> read_case_request(const Request& request, std::size_t most_json) {
  CaseRequest read;
  ANTIN_TRY(auto all, read_request(request, most_json, {&kFileNames.front(), 1}));
  read.members = std::move(all.members);
  if (!all.files.empty()) read.file = std::move(all.files.front());
  return read;
}

Result<FilesRequest> read_files_request(const Request& request) {
  return read_request(request, kMostCaseJson, kFileNames);
}

Result<std::string> text_member(const Json& members, const char* name) {
  const auto found = members.find(name);
  if (found == members.end()) return std::string();
  if (!found->is_string()) return wrong_fact(name, "text");
  return found->get<std::string>();
}

Result<std::string> case_member(const Json& members, const char* name) {
  constexpr std::size_t kLongest = 64;
  ANTIN_TRY(auto id, text_member(members, name));
  const bool fits = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
  if (id.empty() || id.size() > kLongest || !fits) return wrong_fact(name, "id");
  return id;
}

Status only_members(const Json& members, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : members.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) return wrong_fact(name, "?");
  }
  return Done{};
}

}  // namespace antin::service
