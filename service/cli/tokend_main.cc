// antin-tokend-control: how the key holder stands, what it signed, and the PINs that it waits for.

#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "hsm/tokend/client.h"
#include "hsm/tokend/file_journal.h"
#include "service/cli/args.h"
#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli/pin_source.h"

namespace antin::service {
namespace {

using cbor::Value;
using Json = nlohmann::ordered_json;
using Kind = OptionSpec::Kind;

constexpr const char* kSocket = "/run/antin-tokend/operator.sock";
// A module that hangs is given up by tokend before.
constexpr std::chrono::minutes kPatience{3};

const OptionSpec kSocketOption{"socket", Kind::kValue, "PATH",
                               "socket của người vận hành (/run/antin-tokend/operator.sock)",
                               "the operators' socket (/run/antin-tokend/operator.sock)"};
const OptionSpec kJsonOption{"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"};

hsm::TokendKeyHolder connect(const Arguments& arguments) {
  return hsm::TokendKeyHolder{
      [path = arguments.value_or("socket", kSocket)] { return hsm::connect_to_tokend(path); },
      {.call = kPatience, .login = kPatience}};
}

Json to_json(const Value& value) {
  if (const auto* flag = value.boolean()) return *flag;
  if (const auto* number = value.integer()) return *number;
  if (const auto* text = value.text()) return *text;
  if (const auto* octets = value.bytes()) return to_hex(*octets);
  if (const auto* items = value.array()) {
    Json out = Json::array();
    for (const auto& item : *items) out.push_back(to_json(item));
    return out;
  }
  if (const auto* members = value.map()) {
    Json out = Json::object();
    for (const auto& [key, member] : *members) {
      if (key.text() != nullptr) out[*key.text()] = to_json(member);
    }
    return out;
  }
  return nullptr;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text(const Value& map, const char* key) {
  const auto found = cbor::text_at(map, key);
  return found ? found.value() : "";
}
std::int64_t number(const Value& map, const char* key) {
  const auto found = cbor::integer_at(map, key);
  return found ? found.value() : 0;
}

class StatusPage final {
 public:
  StatusPage(const Value& status, const std::vector<Language>& spoken)
      : status_(status), spoken_(spoken) {}

  // True when everything can sign.
  bool print() {
    modules();
    tokens();
    keys();
    const auto* const journal = status_.find("journal");
    if (journal != nullptr)
      std::cout << speak("Sổ chữ ký", "Journal", spoken_) << ": " << number(*journal, "last")
                << '\n';
    return good_;
  }

 private:
  std::vector<Value> list(const char* key) const {
    auto found = cbor::array_at(status_, key);
    return found ? std::move(found).value() : std::vector<Value>{};
  }
  void failure(const Value& of, const char* key) {
    const auto* const error = of.find(key);
    if (error == nullptr) return;
    std::cout << "    ";
    print_error(std::cout, error_from_value(*error), spoken_);
  }
  void modules() {
    const auto all = list("modules");
    if (all.empty())
      std::cout << speak("Không có mô-đun PKCS#11 nào.", "There is no PKCS#11 module.", spoken_)
                << '\n';
    for (const auto& module : all) {
      const bool fine = module.find("failure") == nullptr;
      good_ = good_ && fine;
      std::cout << text(module, "path") << ": "
                << (fine ? speak("tốt", "works", spoken_) : speak("lỗi", "fails", spoken_)) << '\n';
      failure(module, "failure");
    }
  }
  void tokens() {
    for (const auto& token : list("tokens")) {
      const auto state = text(token, "pin");
      const bool held = state == "held";
      const auto there = cbor::boolean_at(token, "present");
      const bool present = there && there.value();
      good_ = good_ && held && present;
      std::cout << text(token, "uri") << ": "
                << (present ? "" : speak("không có mặt; ", "not present; ", spoken_))
                << (held ? speak("có mã PIN", "PIN held", spoken_)
                    : state == "destroyed"
                        ? speak("mã PIN đã hủy vì sai", "PIN destroyed: it was wrong", spoken_)
                        : speak("chưa có mã PIN", "no PIN yet", spoken_))
                << '\n';
      if (!held) std::cout << "    antin unlock --token '" << text(token, "uri") << "'\n";
    }
  }
  void keys() {
    for (const auto& key : list("keys")) {
      const bool ready = text(key, "state") == "ready";
      good_ = good_ && ready;
      std::cout << "“" << text(key, "label") << "” (" << text(key, "token") << ", "
                << text(key, "purpose") << "): "
                << (ready ? speak("sẵn sàng", "ready", spoken_)
                          : speak("tạm nghỉ đến", "resting until", spoken_) + " " +
                                to_vietnam_text(UtcTime{std::chrono::sys_seconds{
                                    std::chrono::seconds{number(key, "until")}}}))
                << "; " << number(key, "signatures") << ' '
                << speak("chữ ký", "signatures", spoken_) << ", " << number(key, "failures") << ' '
                << speak("lỗi", "failures", spoken_) << '\n';
      failure(key, "error");
    }
  }

  const Value& status_;
  const std::vector<Language>& spoken_;
  bool good_ = true;
};

Result<int> show_status(const Arguments& arguments, const std::vector<Language>& spoken) {
  auto tokend = connect(arguments);
  ANTIN_TRY(const auto status, tokend.status());
  if (!arguments.has("json")) return StatusPage{status, spoken}.print() ? kExitOk : kExitFailed;
  std::cout << dump(to_json(status)) << '\n';
  return kExitOk;
}

// Without --token: every token that waits for its PIN.
Result<int> unlock(const Arguments& arguments, const std::vector<Language>& spoken) {
  auto tokend = connect(arguments);
  ANTIN_TRY(const auto status, tokend.status());
  ANTIN_TRY(const auto tokens, cbor::array_at(status, "tokens"));
  ANTIN_TRY(const auto pins, make_pin_source(arguments.value_or("pin-source", "ask"), spoken));
  const auto wanted = arguments.value("token");
  std::string candidates;
  bool any = false;
  for (const auto& token : tokens) {
    const auto uri = text(token, "uri");
    candidates += (candidates.empty() ? "" : "; ") + uri;
    if (wanted ? uri != *wanted : text(token, "pin") == "held") continue;
    any = true;
    hsm::TokenStatus known;
    known.label = uri;
    if (const auto* const told = token.find("token")) {
      ANTIN_TRY(known, hsm::tokend::token_from(*told));
    }
    ANTIN_TRY(const auto pin, pins->pin(known, hsm::PinSource::Why::kLogin));
    ANTIN_CHECK(tokend.unlock(uri, pin));
    std::cout << uri << ": " << speak("đã mở khóa", "unlocked", spoken) << '\n';
  }
  if (!any && wanted)
    return make_error(Code::kTokendTokenUnknown, *wanted, {{"candidates", candidates}});
  if (!any)
    std::cout << speak("Không thiết bị nào chờ mã PIN.", "No token waits for a PIN.", spoken)
              << '\n';
  return kExitOk;
}

Result<int> check_journal(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto& file = arguments.positional().front();
  std::uint64_t documents = 0;
  ANTIN_TRY(const auto found,
            hsm::verify_journal(file, [&documents](const hsm::JournalRecord& record) {
              documents += record.entry.kind == hsm::JournalEntry::Kind::kDocument ? 1 : 0;
            }));
  if (arguments.has("json")) {
    std::cout << dump({{"schema", "antin-journal-check/1"},
                       {"last", found.last},
                       {"documents", documents},
                       {"hash", to_hex(found.hash)},
                       {"torn_octets", found.torn_octets}})
              << '\n';
    return kExitOk;
  }
  std::cout << file << ": " << speak("nguyên vẹn", "intact", spoken) << "; " << found.last << ' '
            << speak("mục", "entries", spoken) << "\n  SHA-256 " << to_hex(found.hash) << '\n';
  if (found.torn_octets > 0)
    std::cout << "  "
              << speak(Code::kTokendJournalTorn,
                       {{"octets", std::to_string(found.torn_octets)}, {"file", file}}, spoken)
              << '\n';
  return kExitOk;
}

CommandSpec status_spec() {
  return {.name = "antin tokend status",
          .usage = "[--socket PATH]",
          .vi = "Tình trạng mô-đun, thiết bị, khóa và mã PIN của dịch vụ giữ khóa.",
          .en = "How modules, tokens, keys and PINs of the key holder stand.",
          .options = {kSocketOption, kJsonOption}};
}
CommandSpec unlock_spec() {
  return {.name = "antin unlock",
          .usage = "[--token URI] [--socket PATH]",
          .vi = "Trao mã PIN cho dịch vụ giữ khóa; mã PIN không qua dòng lệnh hay biến môi trường.",
          .en = "Gives the key holder a PIN, which never passes a command line or an environment.",
          .options = {{"token", Kind::kValue, "URI", "chỉ thiết bị này, như ghi trong tokend.toml",
                       "this token only, as tokend.toml writes it"},
                      {"pin-source", Kind::kValue, "SOURCE", "ask, file:PATH, fd:N",
                       "ask, file:PATH, fd:N"},
                      kSocketOption}};
}
CommandSpec journal_spec() {
  return {.name = "antin tokend journal",
          .usage = "FILE",
          .vi = "Kiểm tra sổ chữ ký: số thứ tự và chuỗi hàm băm.",
          .en = "Checks a journal of signatures: numbers and chain of hashes.",
          .options = {kJsonOption},
          .min_positional = 1,
          .max_positional = 1};
}

int run(const std::vector<std::string>& words) {
  const std::array verbs = {Verb{"status", status_spec, show_status},
                            Verb{"unlock", unlock_spec, unlock},
                            Verb{"journal", journal_spec, check_journal}};
  return run_verb("tokend", verbs, words);
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  try {
    return antin::service::run(antin::service::words_of(argc, argv));
  } catch (const std::exception& problem) {
    std::cerr << "antin-tokend-control: " << problem.what() << '\n';
    return antin::service::kExitFailed;
  }
}
