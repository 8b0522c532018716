// antin-token: what stands on the tokens of this computer, and whether they work.

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/ossl/digest.h"
#include "hsm/pkcs11_uri.h"
#include "service/cli/args.h"
#include "service/cli/command.h"
#include "service/cli/key_choice.h"
#include "service/cli/messages.h"
#include "service/cli/pin_source.h"
#include "service/system/real.h"
#include "signer/cms.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionSpec::Kind;

CommandSpec spec_of(std::string_view name, std::string_view vi, std::string_view en) {
  CommandSpec spec{.name = name,
                   .usage = "[--module PATH]…",
                   .vi = vi,
                   .en = en,
                   .options = {{"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"}}};
  const auto keys = key_options();
  for (const auto& option : keys) {
    if (option.name != "p12" && option.name != "cert") spec.options.push_back(option);
  }
  return spec;
}

Json to_json(const hsm::TokenStatus& token) {
  return {{"label", token.label},
          {"serial", token.serial},
          {"manufacturer", token.manufacturer},
          {"model", token.model},
          {"slot", token.slot},
          {"module", token.module},
          {"initialized", token.initialized},
          {"login_required", token.login_required},
          {"pin_pad", token.pin_pad},
          {"pin_count_low", token.pin_count_low},
          {"pin_final_try", token.pin_final_try},
          {"pin_locked", token.pin_locked}};
}

Json to_json(const hsm::TokenKey& key) {
  Json schemes = Json::array();
  for (const auto scheme : key.schemes)
    schemes.push_back(std::string(name(scheme.algorithm)) + " " + std::string(name(scheme.digest)));
  Json out{{"label", key.label},
           {"id", to_hex(key.id)},
           {"token", key.token.label},
           {"uri", key.uri.empty() ? Json() : Json(key.uri)},
           {"schemes", std::move(schemes)},
           {"always_authenticate", key.always_authenticate}};
  if (key.certificate) {
    const auto certificate = certs::Certificate::from_der(key.certificate->value());
    if (certificate)
      out["certificate"] = {{"name", certificate.value().subject_common_name()},
                            {"organization", certificate.value().subject_organization()},
                            {"issuer", certificate.value().issuer_common_name()},
                            {"serial", certificate.value().serial_hex()},
                            {"sha256", to_hex(certificate.value().sha256())},
                            {"not_before", to_rfc3339(certificate.value().not_before())},
                            {"not_after", to_rfc3339(certificate.value().not_after())}};
  }
  return out;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// One run of `antin token …`.
class TokenRun {
 public:
  TokenRun(const Arguments& arguments, std::vector<Language> spoken)
      : arguments_(arguments), spoken_(std::move(spoken)), json_(arguments.has("json")) {}

  // list: tokens, and what they show to anybody. info: keys too, after a login.
  enum class Depth { kList, kInfo };
  Result<int> show(Depth depth) {
    ANTIN_CHECK(open());
    ANTIN_TRY(auto listing, holder_->tokens());
    ANTIN_TRY(const auto query, key_query(arguments_));
    if (depth == Depth::kInfo) {
      for (const auto& token : listing.tokens) {
        if (token.initialized && token.login_required) ANTIN_CHECK(holder_->login(token, *pins_));
      }
    }
    ANTIN_TRY(auto keys, holder_->keys(query));
    ANTIN_TRY(auto hidden, holder_->certificates_before_login(query));
    keys.insert(keys.end(), hidden.begin(), hidden.end());
    if (json_) {
      Json out{{"schema", "antin-token/1"}, {"tokens", Json::array()}, {"keys", Json::array()}};
      for (const auto& token : listing.tokens) out["tokens"].push_back(to_json(token));
      for (const auto& key : keys) out["keys"].push_back(to_json(key));
      std::cout << dump(out) << '\n';
    } else {
      for (const auto& token : listing.tokens) print(token, keys);
      if (listing.tokens.empty())
        std::cout << speak("Không có thiết bị nào.", "No token is present.", spoken_) << '\n';
    }
    for (const auto& failure : listing.failures) print_error(std::cerr, failure, spoken_);
    return listing.failures.empty() ? kExitOk : kExitFailed;
  }

  // One token, named by --key or the only one present; with --pin-source fd:N the present PIN is
  // the first line and the new one the second.
  Result<int> change_pin() {
    ANTIN_CHECK(open());
    ANTIN_TRY(const auto listing, holder_->tokens());
    ANTIN_TRY(const auto query, key_query(arguments_));
    std::optional<hsm::Pkcs11Uri> wanted;
    if (query.uri) {
      ANTIN_TRY(wanted, hsm::Pkcs11Uri::parse(*query.uri));
    }
    std::vector<const hsm::TokenStatus*> found;
    std::string candidates;
    for (const auto& token : listing.tokens) {
      if (!token.initialized || (wanted && !hsm::allows_token(*wanted, token))) continue;
      found.push_back(&token);
      candidates += (candidates.empty() ? "" : "; ") + token.label + " (" + token.serial + ")";
    }
    for (const auto& failure : listing.failures) print_error(std::cerr, failure, spoken_);
    if (found.empty())
      return make_error(Code::kTokenRemoved, "no such token is present",
                        {{"token", wanted ? wanted->token.value_or("") : ""}});
    if (found.size() > 1)
      return make_error(Code::kTokenKeyAmbiguous, "several tokens", {{"candidates", candidates}});
    ANTIN_CHECK(holder_->change_pin(*found.front(), *pins_));
    if (json_) {
      std::cout << dump({{"schema", "antin-token/1"},
                         {"token", to_json(*found.front())},
                         {"pin_changed", true}})
                << '\n';
    } else {
      std::cout << "“" << found.front()->label
                << "”: " << speak("đã đổi mã PIN", "the PIN was changed", spoken_) << '\n';
    }
    return kExitOk;
  }

  // Signs attributes over a random digest and checks the value with the certificate: proves PIN,
  // key, certificate and driver without signing anything that means something.
  Result<int> test() {
    const auto begun = clock_.ticks();
    ANTIN_TRY(pins_, make_pin_source(arguments_.value_or("pin-source", "ask"), spoken_));
    ANTIN_TRY(auto choice, choose());
    ANTIN_CHECK(choice.holder->login(choice.key.token, *pins_));
    bool all = true;
    for (const auto scheme : choice.key.schemes) {
      const auto outcome = try_scheme(choice, scheme);
      all = all && outcome;
      const auto label =
          std::string(name(scheme.algorithm)) + " " + std::string(name(scheme.digest));
      if (json_) {
        Json row{{"schema", "antin-token/1"}, {"key", choice.key.uri}, {"scheme", label}};
        row["works"] = static_cast<bool>(outcome);
        if (!outcome) row["error"] = info(outcome.error().code).name;
        std::cout << dump(row) << '\n';
      } else if (outcome) {
        std::cout << "  " << label << ": " << speak("tốt", "works", spoken_) << '\n';
      } else {
        std::cout << "  " << label << ": ";
        print_error(std::cout, outcome.error(), spoken_);
      }
    }
    if (!json_) {
      const auto took =
          std::chrono::duration_cast<std::chrono::milliseconds>(clock_.ticks() - begun);
      std::cout << choice.key.label << ": " << took.count() << " ms\n";
    }
    return all ? kExitOk : kExitFailed;
  }

 private:
  Status open() {
    ANTIN_TRY(pins_, make_pin_source(arguments_.value_or("pin-source", "ask"), spoken_));
    ANTIN_TRY(const auto modules, module_paths(arguments_));
    ANTIN_TRY(holder_, open_modules(modules, *pins_));
    return Done{};
  }

  Result<KeyChoice> choose() {
    return choose_token_key(arguments_, *pins_, {},
                            [](const auto&, const auto&) -> Status { return Done{}; });
  }

  Status try_scheme(KeyChoice& choice, SignatureScheme scheme) {
    const auto digest = ossl::digest(scheme.digest, {ByteView(random_.bytes(32))});
    ANTIN_TRY(const auto attributes,
              signer::signed_attributes(choice.certificate, scheme.digest, digest, std::nullopt));
    ANTIN_TRY(const auto value, choice.holder->sign(choice.key.uri, scheme, attributes));
    ANTIN_TRY(const auto cms,
              signer::assemble_cms(choice.certificate, {}, scheme, attributes, value));
    if (cms.empty()) return make_error(Code::kInternal, "empty CMS");
    return Done{};
  }

  void print(const hsm::TokenStatus& token, const std::vector<hsm::TokenKey>& keys) const {
    std::cout << "“" << token.label << "” (" << token.manufacturer << " " << token.model << ", "
              << token.serial << ")\n  " << token.module << '\n';
    const auto warn = [&](Code code) {
      std::cout << "  ! "
                << speak(code,
                         {{"token", token.label}, {"n", "một số ít"}, {"left", "A few tries are"}},
                         spoken_)
                << '\n';
    };
    if (token.pin_locked) {
      warn(Code::kTokenPinLocked);
    } else if (token.pin_final_try) {
      warn(Code::kTokenPinFinalTry);
    } else if (token.pin_count_low) {
      warn(Code::kTokenPinCountLow);
    }
    for (const auto& key : keys) {
      if (key.token.label != token.label || key.token.serial != token.serial) continue;
      std::cout << "  - " << key.label << " (" << to_hex(key.id) << ")\n";
      if (!key.uri.empty()) std::cout << "    " << key.uri << '\n';
      if (!key.certificate) continue;
      const auto certificate = certs::Certificate::from_der(key.certificate->value());
      if (!certificate) continue;
      std::cout << "    " << certificate.value().subject_line() << "\n    SHA-256 "
                << to_hex(certificate.value().sha256()) << "\n    "
                << to_vietnam_day_text(certificate.value().not_before()) << " – "
                << to_vietnam_day_text(certificate.value().not_after()) << '\n';
    }
  }

  const Arguments& arguments_;
  std::vector<Language> spoken_;
  bool json_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<hsm::PinSource> pins_;
  std::unique_ptr<hsm::Pkcs11KeyHolder> holder_;
};

int run(const std::vector<std::string>& words) {
  using Work = Result<int> (*)(TokenRun&);
  const auto verb = [](std::string_view whole, std::string_view vi, std::string_view en,
                       Work work) {
    return Verb{whole.substr(whole.rfind(' ') + 1), [=] { return spec_of(whole, vi, en); },
                [work](const Arguments& arguments, const std::vector<Language>& spoken) {
                  TokenRun command(arguments, spoken);
                  return work(command);
                }};
  };
  const std::array verbs = {
      verb("antin token list", "Liệt kê thiết bị và chứng thư số nhìn thấy khi chưa nhập PIN.",
           "Lists tokens and what they show without a PIN.",
           [](TokenRun& token) { return token.show(TokenRun::Depth::kList); }),
      verb("antin token info", "Như list, và liệt kê cả khóa sau khi nhập PIN.",
           "Like list, with the keys that show after the PIN.",
           [](TokenRun& token) { return token.show(TokenRun::Depth::kInfo); }),
      verb("antin token test",
           "Ký thử một dữ liệu ngẫu nhiên bằng từng thuật toán của khóa và kiểm tra lại.",
           "Signs random data with every algorithm of a key and checks the result.",
           [](TokenRun& token) { return token.test(); }),
      verb("antin token change-pin", "Đổi mã PIN của một thiết bị; mã PIN mới phải nhập hai lần.",
           "Changes the PIN of a token; the new PIN is typed twice.",
           [](TokenRun& token) { return token.change_pin(); })};
  return run_verb("token", verbs, words);
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  try {
    return antin::service::run(antin::service::words_of(argc, argv));
  } catch (const std::exception& problem) {
    std::cerr << "antin-token: " << problem.what() << '\n';
    return antin::service::kExitFailed;
  }
}
