#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "pdf/read/document.h"
#include "pdf/read/hygiene.h"
#include "service/cli/args.h"
#include "service/cli/bounded.h"
#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli_verify/commands.h"
#include "service/cli_verify/inputs.h"
#include "service/cli_verify/options.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin inspect",
      .usage = "FILE… [--json]",
      .vi =
          "Xem cấu trúc tệp PDF: phiên bản, trường chữ ký, vùng được ký, DSS, nội dung rủi ro "
          "(không kết luận).",
      .en =
          "Shows revisions, signature fields, byte ranges, DSS and hazards of a PDF, without "
          "judging.",
      .options = {password_option(), json_option()},
      .min_positional = 1,
      .max_positional = 100'000};
  return kSpec;
}

std::string id_text(const pdf::ObjectId& id) {
  return std::to_string(id.number) + " " + std::to_string(id.generation);
}

std::string_view kind_name(pdf::XrefKind kind) {
  switch (kind) {
    case pdf::XrefKind::kTable:
      return "table";
    case pdf::XrefKind::kStream:
      return "stream";
    case pdf::XrefKind::kHybrid:
      break;
  }
  return "hybrid";
}

Json findings_json(const Findings& findings) {
  auto all = Json::array();
  for (const auto& finding : findings)
    all.push_back({{"code", info(finding.code).name},
                   {"severity", name(finding.severity)},
                   {"detail", finding.detail}});
  return all;
}

/// S-18: what a service might refuse to sign, and what to do about it.
Json hazards_json(const pdf::Document& document) {
  auto all = Json::array();
  for (const auto& finding :
       pdf::find_hazards(document, pdf::HygieneDepth::kEverything, pdf::HygieneBudget{})) {
    const auto said = [&](Language language) {
      return sentence(finding.code, language, finding.params);
    };
    all.push_back(
        {{"code", info(finding.code).name},
         {"severity", name(finding.severity)},
         {"message", {{"vi", said(Language::kVietnamese)}, {"en", said(Language::kEnglish)}}},
         {"action",
          {{"vi", advice(finding.code, Language::kVietnamese, finding.params)},
           {"en", advice(finding.code, Language::kEnglish, finding.params)}}},
         {"detail", finding.detail}});
  }
  return all;
}

Json lock_json(const pdf::FieldLock& lock) {
  const auto* action = lock.action == pdf::FieldLock::Action::kAll       ? "All"
                       : lock.action == pdf::FieldLock::Action::kInclude ? "Include"
                                                                         : "Exclude";
  Json json = {{"action", action}, {"fields", lock.fields}};
  if (lock.permissions) json["permissions"] = static_cast<int>(*lock.permissions);
  return json;
}

Json field_json(const pdf::SignatureField& field) {
  Json json = {{"name", field.name},
               {"object", id_text(field.field)},
               {"signed", field.is_signed},
               {"page", field.page ? Json(*field.page + 1) : Json(nullptr)}};
  if (field.rect)
    json["rect"] = {field.rect->left, field.rect->bottom, field.rect->right, field.rect->top};
  if (field.lock) json["lock"] = lock_json(*field.lock);
  if (!field.is_signed) return json;
  json["value"] = id_text(field.value);
  json["revision"] = field.revision + 1;
  json["type"] = field.type;
  json["filter"] = field.filter;
  json["sub_filter"] = field.sub_filter;
  json["date"] = field.date;
  json["reason"] = field.reason;
  json["location"] = field.location;
  json["signer_name"] = field.signer_name;
  json["byte_range"] = field.byte_range;
  json["contents"] = {{"begin", field.contents_begin},
                      {"end", field.contents_end},
                      {"located", field.contents_located},
                      {"octets", field.contents.size()}};
  if (field.doc_mdp) json["doc_mdp"] = static_cast<int>(*field.doc_mdp);
  if (field.field_mdp) json["field_mdp"] = lock_json(*field.field_mdp);
  json["findings"] = findings_json(field.findings);
  return json;
}

Json revisions_json(const pdf::RevisionMap& map) {
  auto all = Json::array();
  for (const auto& revision : map.revisions)
    all.push_back({{"end", revision.end},
                   {"xref", revision.xref_offset},
                   {"startxref", revision.startxref_at},
                   {"kind", kind_name(revision.kind)},
                   {"linearized_first_page", revision.linearized_first_page}});
  return all;
}

Result<Json> inspect(const std::string& path, const std::string& password) {
  ANTIN_TRY(auto octets, read_document(path));
  ANTIN_TRY(const auto document,
            pdf::Document::open(std::move(octets), {.password = password, .limits = {}}));
  ANTIN_TRY(const auto pages, document.page_count());
  ANTIN_TRY(const auto fields, document.signature_fields());
  ANTIN_TRY(const auto store, document.security_store());
  auto all = Json::array();
  for (const auto& field : fields) all.push_back(field_json(field));
  auto vri = Json::array();
  for (const auto& [key, timestamps] : store.vri_timestamps)
    vri.push_back({{"key", key}, {"timestamps", timestamps.size()}});
  return Json{{"schema", "antin-inspect/1"},
              {"file", path},
              {"size", document.octets().size()},
              {"version", document.version()},
              {"encrypted", document.encrypted()},
              {"pages", pages},
              {"header_offset", document.revisions().header_offset},
              {"revisions", revisions_json(document.revisions())},
              {"fields", std::move(all)},
              {"dss",
               {{"certificates", store.certificates.size()},
                {"crls", store.crls.size()},
                {"ocsp_responses", store.ocsp_responses.size()},
                {"vri", std::move(vri)}}},
              {"hazards", hazards_json(document)},
              {"findings", findings_json(document.findings())}};
}

int refuse(const std::string& path, const Error& error, const Arguments& arguments,
           const std::vector<Language>& spoken) {
  if (arguments.has("json")) std::cout << error_json(path, error) << '\n';
  std::cerr << path << ": ";
  print_error(std::cerr, error, spoken);
  return kExitFailed;
}

int inspect_and_print(const std::string& path, const Arguments& arguments,
                      const std::vector<Language>& spoken) {
  const auto inspected = inspect(path, arguments.value_or("password", ""));
  if (!inspected) return refuse(path, inspected.error(), arguments, spoken);
  // The same facts, one per line, are the form for people too.
  std::cout << inspected.value().dump(arguments.has("json") ? -1 : 2, ' ', false,
                                      Json::error_handler_t::replace)
            << '\n';
  return kExitOk;
}

}  // namespace

int inspect_command(std::span<const std::string> words) {
  return run_command(spec(), words, [](const auto& arguments, const auto& spoken) -> Result<int> {
    const auto& paths = arguments.positional();
    return run_bounded(
        {.count = paths.size(),
         .size =
             [&](std::size_t i) {
               std::error_code none;
               const auto size = std::filesystem::file_size(paths[i], none);
               return none ? std::size_t{0} : static_cast<std::size_t>(size);
             },
         .work = [&](std::size_t i) { return inspect_and_print(paths[i], arguments, spoken); },
         .lost = [&](std::size_t i,
                     const Error& error) { return refuse(paths[i], error, arguments, spoken); }});
  });
}

}  // namespace antin::service
