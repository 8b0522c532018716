// antin sign-cases: what waits in a running antind for the signature of whoever holds this token,
// with one PIN (S-13). Nothing is signed that is not of the document that was shown.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "certs/core/base64.h"
#include "service/cli/command.h"
#include "service/cli/key_choice.h"
#include "service/cli/messages.h"
#include "service/cli/pin_source.h"
#include "service/cli/register_service.h"
#include "service/cli/service_answer.h"
#include "service/cli/sign_command.h"
#include "service/cli/sign_setup.h"
#include "service/signing/shown_case.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
constexpr const char* kSessions = "/api/v1/signing-sessions";
constexpr std::size_t kMostAnswer = std::size_t{8} << 20U;
constexpr std::size_t kMostDocument = std::size_t{64} << 20U;
constexpr std::size_t kMostCases = 200;
constexpr std::chrono::seconds kPause{1};
constexpr int kMostPauses = 900;

Error not_understood(const std::string& url, const std::string& what) {
  return make_error(Code::kSignCasesAnswer, what, {{"dia_chi", url}});
}

class SignCases {
 public:
  SignCases(const Arguments& arguments, std::vector<Language> spoken)
      : arguments_(arguments), spoken_(std::move(spoken)), json_(arguments.has("json")) {}

  Result<int> run() {
    const auto url = arguments_.value("service");
    if (!url) return make_error(Code::kCliMissingValue, "--service", {{"tuy_chon", "--service"}});
    url_ = *url;
    ANTIN_TRY(service_, RegisterService::create(*url, arguments_.value_or("api-key-file", "")));
    const auto pin_option = arguments_.value_or("pin-source", "ask");
    ANTIN_TRY(const auto pins, make_pin_source(pin_option, spoken_));
    ANTIN_TRY(auto key, choose_key(arguments_, *pins,
                                   [](const auto&, const auto&) { return Status{Done{}}; }));
    SignSetup setup;
    ANTIN_TRY(const auto scheme, choose_scheme(setup, key.certificate, key.key.schemes));
    ANTIN_TRY(const auto cases, cases_waiting());
    if (cases.empty()) return make_error(Code::kSignCasesNothing, url_);
    ANTIN_TRY(auto session, prepare(key, scheme, cases));
    ANTIN_TRY(const auto shown, show(session, key, scheme));
    if (shown.empty()) return finish(session);
    ANTIN_CHECK(confirm(pin_option));
    ANTIN_CHECK(key.holder->login(key.key.token, *pins));
    auto signatures = Json::array();
    for (const auto& [case_id, attributes] : shown) {
      ANTIN_TRY(const auto value, key.holder->sign(key.key.uri, scheme, ToBeSigned(attributes)));
      signatures.push_back({{"case", case_id}, {"value", to_base64(value.value())}});
    }
    ANTIN_TRY(session,
              ask(text_in(session, "self") + "/complete", Json{{"signatures", signatures}}));
    ANTIN_TRY(session, settled(std::move(session)));
    return finish(session);
  }

 private:
  using Shown = std::vector<std::pair<std::string, Bytes>>;

  Result<Json> read(const HttpResponse& answer) {
    return object_in(answer, spoken_, not_understood(url_, "no JSON object"));
  }
  Result<Json> ask(const std::string& path, const Json& body) {
    const auto written = body.dump();
    const auto octets = as_bytes(written);
    ANTIN_TRY(const auto answer, service_->post(path, "application/json",
                                                Bytes(octets.begin(), octets.end()), kMostAnswer));
    return read(answer);
  }
  Result<Json> look(const std::string& path) {
    ANTIN_TRY(const auto answer, service_->look(path, kMostAnswer));
    return read(answer);
  }

  // Those that were named, or those at the steps after which a person signs.
  Result<Json> cases_waiting() {
    auto all = Json::array();
    const auto add = [&](const Json& one) {
      if (all.size() < kMostCases)
        all.push_back({{"id", text_in(one, "id")}, {"version", number_in(one, "version")}});
    };
    for (const auto& id : arguments_.positional()) {
      if (id.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos)
        return make_error(Code::kCaseUnknown, id);
      ANTIN_TRY(const auto one, look("/api/v1/cases/" + id));
      add(one);
    }
    if (!arguments_.positional().empty()) return all;
    for (const char* filter : {"state=attested", "state=numbered"}) {
      ANTIN_TRY(const auto found, look(std::string("/api/v1/cases?limit=100&") + filter));
      const auto list = found.find("cases");
      if (list == found.end() || !list->is_array()) return not_understood(url_, "cases");
      for (const auto& one : *list) add(one);
    }
    return all;
  }

  Result<Json> settled(Json session) {
    const auto self = text_in(session, "self");
    for (int i = 0; text_in(session, "state") == "working" && i < kMostPauses; ++i) {
      std::this_thread::sleep_for(kPause);
      ANTIN_TRY(session, look(self));
    }
    ANTIN_CHECK(signing_items(session, url_));
    return session;
  }

  Result<Json> prepare(const KeyChoice& key, SignatureScheme scheme, const Json& cases) {
    Json body{{"certificate", to_base64(key.certificate.der())},
              {"algorithm", name(scheme.algorithm)},
              {"digest", name(scheme.digest)},
              {"chain", Json::array()},
              {"cases", cases}};
    constexpr std::size_t kMostChain = 8;
    for (const auto& other : key.others) {
      if (body["chain"].size() < kMostChain) body["chain"].push_back(to_base64(other.der()));
    }
    ANTIN_TRY(auto session, ask(kSessions, body));
    const auto self = text_in(session, "self");
    if (!self.starts_with(kSessions)) return not_understood(url_, "self");
    return settled(std::move(session));
  }

  // S-13: names, pages and SHA-256 before the PIN.
  Result<Shown> show(const Json& session, const KeyChoice& key, SignatureScheme scheme) {
    Shown shown;
    if (!json_) std::cerr << speak("Các hồ sơ sẽ được ký:", "Cases to be signed:", spoken_) << '\n';
    for (const auto& item : session["items"]) {
      if (!is_prepared(item)) continue;
      ANTIN_TRY(const auto file,
                service_->get(text_in(session, "self") + "/document?case=" + text_in(item, "case"),
                              kMostDocument));
      ANTIN_TRY(auto one, check_shown_case(file, item, key.certificate.der(), scheme.digest));
      if (!json_)
        std::cerr << "  " << one.number << " " << one.name << " (" << one.requester
                  << "): " << one.pages << " " << speak("trang", "pages", spoken_) << ", SHA-256 "
                  << one.sha256 << '\n';
      shown.emplace_back(one.case_id, std::move(one.attributes));
    }
    return shown;
  }

  // A PIN that is typed is consent to the list above it; one that comes from a file is not.
  Status confirm(const std::string& pin_option) {
    if (pin_option == "ask" || arguments_.has("yes")) return Done{};
    return make_error(Code::kSignCasesNotConfirmed, "--yes");
  }

  Result<int> finish(const Json& session) {
    bool all = true;
    for (const auto& item : session["items"]) {
      const bool done = text_in(item, "state") == "done";
      all = all && done;
      if (json_) {
        std::cout << item.dump() << std::endl;
        continue;
      }
      const auto problem = item.value("problem", Json::object());
      std::cout << text_in(item, "case") << " " << text_in(item, "name") << ": "
                << (done ? speak("đã ký", "signed", spoken_) : said(problem, spoken_)) << std::endl;
    }
    return all ? 0 : 3;
  }

  const Arguments& arguments_;
  const std::vector<Language> spoken_;
  const bool json_;
  std::string url_;
  std::unique_ptr<RegisterService> service_;
};

CommandSpec sign_cases_spec() {
  using Kind = OptionSpec::Kind;
  CommandSpec spec{
      .name = "antin sign-cases",
      .usage = "--service URL --api-key-file FILE --key URI [CASE…] [options]",
      .vi = "Ký các hồ sơ đang chờ ký trong dịch vụ, một lần nhập mã PIN.",
      .en = "Signs the cases that wait in the service, with one PIN.",
      .options = {{"service", Kind::kValue, "URL", "địa chỉ của antind", "address of antind"},
                  {"api-key-file", Kind::kValue, "FILE", "tệp chứa khóa truy cập",
                   "file that holds a key of the interface"},
                  {"yes", Kind::kFlag, "", "đồng ý ký cả danh sách (khi mã PIN ở trong tệp)",
                   "consent to the whole list (when the PIN is in a file)"},
                  {"json", Kind::kFlag, "", "mỗi hồ sơ một dòng JSON",
                   "one line of JSON for each case"}},
      .min_positional = 0,
      .max_positional = kMostCases};
  const auto keys = key_options();
  spec.options.insert(spec.options.end(), keys.begin(), keys.end());
  return spec;
}

}  // namespace

int sign_cases_command(std::span<const std::string> words) {
  return run_command(sign_cases_spec(), words,
                     [](const Arguments& arguments, const std::vector<Language>& spoken) {
                       return SignCases(arguments, spoken).run();
                     });
}

}  // namespace antin::service
