// antin-trust: which certification authorities this computer trusts, and who decided it.

#include <array>
#include <filesystem>
#include <iostream>
#include <toml++/toml.h>
#include <unistd.h>

#include "service/cli/command.h"
#include "service/cli/fingerprint.h"
#include "service/cli/messages.h"
#include "service/cli/trust_command.h"
#include "service/cli/trust_folder.h"
#include "service/cli/trust_show.h"
#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionSpec::Kind;

constexpr const char* kDefaultConfig = "/etc/antin/antin.toml";
constexpr const char* kDefaultFolder = "/etc/antin/trust";
constexpr std::size_t kMostConfig = std::size_t{1} << 20U;

std::vector<OptionSpec> common_options() {
  return {{"dir", Kind::kValue, "DIR", "thư mục tin cậy (mặc định: verify.trust của cấu hình)",
           "trust folder (default: verify.trust of the configuration)"},
          {"config", Kind::kValue, "FILE", "tệp cấu hình (mặc định: /etc/antin/antin.toml)",
           "configuration (default: /etc/antin/antin.toml)"},
          {"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"}};
}

int run(const std::vector<std::string>& words) {
  using Command = Result<int> (*)(const TrustRun&);
  const auto with_clock = [](Command command) -> CommandBody {
    return [command](const Arguments& arguments, const std::vector<Language>& spoken) {
      const SystemClock clock;
      return command({arguments, spoken, clock});
    };
  };
  const std::array verbs = {Verb{"list", trust_list_spec, with_clock(trust_list)},
                            Verb{"add", trust_add_spec, with_clock(trust_add)},
                            Verb{"remove", trust_remove_spec, with_clock(trust_remove)}};
  return run_verb("trust", verbs, words);
}

}  // namespace

Result<std::string> trust_folder_of(const Arguments& arguments) {
  if (auto folder = arguments.value("dir")) return std::move(*folder);
  const auto path = arguments.value_or("config", kDefaultConfig);
  if (!arguments.has("config") && ::access(path.c_str(), F_OK) != 0)
    return std::string{kDefaultFolder};
  ANTIN_TRY(const auto octets, read_file(path, kMostConfig));
  try {
    const auto table = toml::parse(as_text(octets), path);
    const auto folder = table["verify"]["trust"].value_or(std::string{});
    if (folder.empty()) return std::string{kDefaultFolder};
    // As antind reads it: relative to the file.
    return (std::filesystem::path(path).parent_path() / folder).string();
  } catch (const toml::parse_error& error) {
    const std::string reason{error.description()};
    return make_error(Code::kTrustConfig, path + ": " + reason, {{"tep", path}, {"ly_do", reason}});
  }
}

CommandSpec trust_list_spec() {
  return {.name = "antin trust list",
          .usage = "[--dir DIR] [--json]",
          .vi = "Liệt kê các tổ chức chứng thực được tin cậy, mục đích và thời hạn tin cậy.",
          .en = "Lists the trusted authorities, what for and how long.",
          .options = common_options()};
}

CommandSpec trust_remove_spec() {
  return {.name = "antin trust remove",
          .usage = "SHA256 [--dir DIR]",
          .vi = "Gỡ chứng thư số có dấu vân tay này khỏi thư mục tin cậy.",
          .en = "Removes the certificate with this fingerprint from the trust folder.",
          .options = common_options(),
          .min_positional = 1,
          .max_positional = 1};
}

Result<int> trust_list(const TrustRun& run) {
  ANTIN_TRY(const auto folder, trust_folder_of(run.arguments));
  ANTIN_TRY(const auto entries, read_trust_folder(folder));
  if (run.arguments.has("json")) {
    Json document{{"schema", "antin-trust/1"}, {"folder", folder}, {"certificates", Json::array()}};
    for (const auto& entry : entries) document["certificates"].push_back(entry_json(entry));
    std::cout << dump_json(document) << '\n';
    return kExitOk;
  }
  for (const auto& entry : entries) {
    print_certificate(std::cout, entry.certificate, run.spoken);
    print_role(std::cout, entry, run.spoken);
  }
  if (entries.empty())
    std::cout << speak("Chưa có tổ chức chứng thực nào được tin cậy.", "No authority is trusted.",
                       run.spoken)
              << '\n';
  return kExitOk;
}

Result<int> trust_remove(const TrustRun& run) {
  ANTIN_TRY(const auto folder, trust_folder_of(run.arguments));
  const auto& typed = run.arguments.positional().front();
  const auto sha256 = read_fingerprint(typed);
  if (!sha256)
    return make_error(Code::kCliBadValue, "SHA256",
                      {{"tuy_chon", "SHA256"}, {"gia_tri", typed}, {"cho_phep", "64 × 0-9 A-F"}});
  TrustFolder target{folder, run.clock};
  ANTIN_TRY(const auto removed, target.remove(*sha256));
  if (run.arguments.has("json")) {
    std::cout << dump_json({{"schema", "antin-trust/1"},
                            {"folder", folder},
                            {"removed", certificate_json(removed)}})
              << '\n';
    return kExitOk;
  }
  print_certificate(std::cout, removed, run.spoken);
  std::cout << speak("Đã gỡ.", "Removed.", run.spoken) << ' '
            << speak("Khởi động lại antind để áp dụng.", "Restart antind to apply it.", run.spoken)
            << '\n';
  return kExitOk;
}

}  // namespace antin::service

int main(int argc, char** argv) {
  try {
    return antin::service::run(antin::service::words_of(argc, argv));
  } catch (const std::exception& problem) {
    std::cerr << "antin-trust: " << problem.what() << '\n';
    return antin::service::kExitFailed;
  }
}
