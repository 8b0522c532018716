// antin printout: a released case on paper, made by the service, which logs who asked.

#include <nlohmann/json.hpp>

#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli/register_service.h"
#include "service/cli/service_answer.h"
#include "service/cli_digitise/commands.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;
using Json = nlohmann::json;

constexpr std::size_t kMostAnswer = std::size_t{4} << 20U;
constexpr std::size_t kMostDocument = std::size_t{64} << 20U;

CommandSpec printout_spec() {
  return {
      .name = "antin printout",
      .usage = "CASE -o FILE.pdf --service URL --service-key FILE [--by NAME]",
      .vi = "Bản in chuyển đổi của một kết quả, bản sao đã phát hành (NĐ 45/2020 Điều 18).",
      .en = "The printout on paper of a released result or copy.",
      .options = {{"output", Kind::kValue, "FILE.pdf", "tệp kết quả", "the result", 'o'},
                  {"service", Kind::kValue, "URL", "địa chỉ dịch vụ antind", "address of antind"},
                  {"service-key", Kind::kValue, "FILE",
                   "tệp chứa khóa truy cập (reception, officer hoặc clerk)",
                   "file with an API key (reception, officer or clerk)"},
                  {"by", Kind::kValue, "NAME",
                   "họ tên người chuyển đổi; bỏ qua khi khóa là của một người",
                   "who prints it; not needed with a key that belongs to a person"}},
      .min_positional = 1,
      .max_positional = 1};
}

Result<Json> read(const HttpResponse& answer, const std::vector<Language>& spoken) {
  return object_in(answer, spoken, make_error(Code::kRegisterAnswerMalformed, "printout"));
}

Result<int> printout(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto url = arguments.value("service"), key = arguments.value("service-key");
  const auto output = arguments.value("output");
  if (!url || !key || !output)
    return make_error(Code::kCliMissingFile, "printout",
                      {{"cach_dung", std::string(printout_spec().usage)}});
  const auto& id = arguments.positional().front();
  if (id.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos)
    return make_error(Code::kCaseUnknown, id);
  ANTIN_TRY(const auto service, RegisterService::create(*url, *key));
  const auto path = "/api/v1/cases/" + id;
  ANTIN_TRY(const auto looked, service->look(path, kMostAnswer));
  ANTIN_TRY(const auto one, read(looked, spoken));
  Json wanted = {{"letter", "printout"}, {"version", one.value("version", Json())}};
  if (const auto by = arguments.value("by")) wanted["facts"] = {{"receiver", *by}};
  const auto text = wanted.dump();
  const auto octets = as_bytes(text);
  ANTIN_TRY(const auto made, service->post(path + "/letters", "application/json",
                                           Bytes(octets.begin(), octets.end()), kMostAnswer));
  ANTIN_TRY(const auto after, read(made, spoken));
  static_cast<void>(after);
  ANTIN_TRY(const auto document, service->get(path + "/document?of=printout", kMostDocument));
  ANTIN_CHECK(write_file(*output, {ByteView(document)}, IfExists::kRefuse));
  return static_cast<int>(kExitOk);
}

}  // namespace

int printout_command(std::span<const std::string> words) {
  return run_command(printout_spec(), words, printout);
}

}  // namespace antin::service
