#include "service/antind/upload_bridge.h"

#include <algorithm>
#include <array>

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_request.h"
#include "service/antind/multipart.h"
#include "service/antind/sha256.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

std::string file_name_of(const std::string& case_id) {
  return case_id + ".pdf";
}

// The tool sends what else it likes beside the file; nobody reads that.
Result<SharedBytes> uploaded(const Request& request) {
  const auto& body = request.body.octets();
  ANTIN_TRY(const auto boundary, multipart_boundary(request.head.value("content-type")));
  ANTIN_TRY(const auto parts, read_multipart(body.view(), boundary));
  const auto file = std::find_if(parts.begin(), parts.end(),
                                 [](const FormPart& part) { return part.name == "uploadfile"; });
  if (file == parts.end())
    return make_error(Code::kHttpPartMissing, "uploadfile", {{"part", "uploadfile"}});
  return content_of(body, *file);
}

// What the tool reads: "Status" is a boolean, a number makes it say 0x0028.
Response told(const Status& outcome, const std::string& case_id) {
  std::string message;
  if (!outcome) {
    const auto& error = outcome.error();
    message = sentence(error.code, Language::kVietnamese, error.params);
    const auto what = advice(error.code, Language::kVietnamese, error.params);
    if (!what.empty()) message += " " + what;
  }
  const bool taken = static_cast<bool>(outcome);
  const Json body{{"Status", taken},
                  {"Message", message},
                  {"FileName", taken ? file_name_of(case_id) : ""},
                  {"FileServer", taken ? "/api/v1/cases/" + case_id : ""}};
  return json_response(200, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

bool UploadBridge::answers(Operation operation) noexcept {
  return operation >= Operation::kOpenUpload && operation <= Operation::kUpload;
}

Result<Response> UploadBridge::handle(const RouteRow& row, const Request& request,
                                      const Caller& caller, const std::string& token) {
  if (parts_.casework == nullptr) return make_error(Code::kHttpNotFound, "no [office]");
  switch (row.operation) {
    case Operation::kOpenUpload:
      return open(request, caller);
    case Operation::kUploadDocument:
      return document(token);
    case Operation::kUpload:
      return take(token, request);
    default:
      return make_error(Code::kInternal, "no operation of uploads");
  }
}

Result<Response> UploadBridge::open(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  if (read.file) return wrong_parameter("file");
  ANTIN_CHECK(only_members(read.members, {"case", "version"}));
  ANTIN_TRY(const auto id, case_member(read.members, "case"));
  const auto version = read.members.find("version");
  if (version == read.members.end() || !version->is_number_integer())
    return wrong_fact("version", "number");
  ANTIN_TRY(const auto wanted, parts_.casework->to_sign(id, version->get<std::int64_t>(), caller));
  constexpr std::size_t kTokenOctets = 32;
  const auto token = to_hex(parts_.random->bytes(kTokenOctets));
  const auto now = parts_.clock->utc_now();
  const UtcTime expires{now.since_epoch() + kGoodFor};
  const auto keep = [&](Database& database) -> Status {
    // What nobody came back to: a day is enough to tell why a file was not taken.
    ANTIN_CHECK(
        database.execute("DELETE FROM upload_address WHERE expires<=?1",
                         {seconds(now) - std::chrono::seconds(std::chrono::hours(24)).count()}));
    return database.execute(
        "INSERT INTO upload_address VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10)",
        {sha256({as_bytes(token)}), wanted.one.id, wanted.one.version, caller.key_id,
         wanted.document.sha256, static_cast<std::int64_t>(wanted.document.size), seconds(now),
         seconds(expires), Bytes(), caller.person});
  };
  ANTIN_CHECK(parts_.store->in_transaction(keep));
  const auto upload = "/api/v1/uploads/" + token;
  const Json body{{"case", wanted.one.id},
                  {"version", wanted.one.version},
                  {"upload", upload},
                  {"document", upload + "/document.pdf"},
                  {"file_name", file_name_of(wanted.one.id)},
                  {"expires", to_rfc3339(expires)}};
  parts_.log->write(Log::Level::kInfo, "upload_address",
                    {{"request_id", request.id}, {"case", wanted.one.id}, {"key", caller.key_id}});
  return json_response(201, body.dump());
}

Result<UploadBridge::Address> UploadBridge::find(const std::string& token) {
  Address address;
  address.token_sha256 = sha256({as_bytes(token)});
  std::vector<Database::Row> rows;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(rows, database.query(
                        "SELECT case_id, version, owner, document_sha256, size, expires,"
                        " state, file_sha256, person FROM upload_address WHERE token_sha256=?1",
                        {address.token_sha256}));
    return Done{};
  }));
  if (rows.empty()) return make_error(Code::kUploadUnknown, "token");
  const auto& row = rows[0];
  address.case_id = as_string(row.at(0));
  address.version = as_integer(row.at(1));
  address.owner = as_string(row.at(2));
  address.document_sha256 = as_blob(row.at(3));
  address.size = static_cast<std::size_t>(as_integer(row.at(4)));
  address.expires = from_seconds(as_integer(row.at(5)));
  address.state = static_cast<State>(std::clamp<std::int64_t>(as_integer(row.at(6)), 0, 3));
  address.file_sha256 = as_blob(row.at(7));
  address.person = as_string(row.at(8));
  return address;
}

Result<Response> UploadBridge::document(const std::string& token) {
  ANTIN_TRY(const auto address, find(token));
  if (parts_.clock->utc_now() >= address.expires)
    return make_error(Code::kUploadExpired, address.case_id,
                      {{"luc", to_vietnam_text(address.expires)}});
  if (address.state != State::kOpen) return make_error(Code::kUploadUsed, address.case_id);
  ANTIN_TRY(auto octets, parts_.store->document(address.document_sha256, address.size));
  return pdf_response(std::move(octets), address.document_sha256);
}

Result<bool> UploadBridge::claim(const Address& address, const Bytes& file_sha256) {
  // The answer was lost and the tool sends the very same file once more: it hears the same.
  if (address.state == State::kDone && address.file_sha256 == file_sha256) return false;
  bool first = false;
  ANTIN_CHECK(parts_.store->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("UPDATE upload_address SET state=1, file_sha256=?2 WHERE"
                             " token_sha256=?1 AND state=0 RETURNING state",
                             {address.token_sha256, file_sha256}));
    first = rows.size() == 1;
    return Done{};
  }));
  if (!first) return make_error(Code::kUploadUsed, address.case_id);
  return true;
}

Status UploadBridge::settle(const Address& address, State state) {
  return parts_.store->in_transaction([&](Database& database) {
    return database.execute("UPDATE upload_address SET state=?2 WHERE token_sha256=?1",
                            {address.token_sha256, static_cast<std::int64_t>(state)});
  });
}

// The case as it was when the address was given, and nobody else's.
Status UploadBridge::take_for(const Address& address, const SharedBytes& file) {
  const Caller caller{.key_id = address.owner,
                      .scopes = {Scope::kCases, Scope::kOfficer},
                      .person = address.person};
  ANTIN_TRY(auto wanted, parts_.casework->to_sign(address.case_id, address.version, caller));
  if (wanted.document.sha256 != address.document_sha256)
    return make_error(Code::kCaseDocumentOther, address.case_id);
  ANTIN_TRY(const auto after,
            parts_.casework->take_signed(std::move(wanted), file, caller, {{"by", "signing_tool"}},
                                         kJudgedWithin));
  static_cast<void>(after);
  return Done{};
}

Status UploadBridge::take_file(const std::string& token, const SharedBytes& file,
                               std::string& case_id) {
  ANTIN_TRY(const auto address, find(token));
  const auto digest = sha256({file.view()});
  const bool done = address.state == State::kDone && address.file_sha256 == digest;
  if (!done && parts_.clock->utc_now() >= address.expires)
    return make_error(Code::kUploadExpired, address.case_id,
                      {{"luc", to_vietnam_text(address.expires)}});
  case_id = address.case_id;
  ANTIN_TRY(const bool first, claim(address, digest));
  if (!first) return Done{};
  auto taken = take_for(address, file);
  // What was only too slow may come again; everything else needs another signature.
  const bool late = !taken && taken.error().code == Code::kResourceLimit;
  const bool again = !taken && (late || info(taken.error().code).remedy == Remedy::kRetryLater);
  ANTIN_CHECK(settle(address, taken ? State::kDone : again ? State::kOpen : State::kRefused));
  if (late) return while_doing(std::move(taken).error(), Code::kUploadLate, address.case_id);
  return taken;
}

Response UploadBridge::take(const std::string& token, const Request& request) {
  std::string case_id;
  const auto outcome = [&]() -> Status {
    ANTIN_TRY(const auto file, uploaded(request));
    return take_file(token, file, case_id);
  }();
  if (!outcome)
    parts_.log->write(
        Log::Level::kWarning, "upload_refused",
        {{"request_id", request.id}, {"case", case_id}, {"error", to_log_line(outcome.error())}});
  return told(outcome, case_id);
}

}  // namespace antin::service
