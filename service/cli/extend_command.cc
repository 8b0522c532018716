#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "certs/ossl/digest.h"
#include "service/cli/command.h"
#include "service/cli/extend_files.h"
#include "service/cli/inputs.h"
#include "service/cli/messages.h"
#include "service/cli/sign_command.h"
#include "service/cli/sign_results.h"
#include "service/cli/sign_setup.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;
namespace fs = std::filesystem;

CommandSpec extend_spec() {
  CommandSpec spec{
      .name = "antin extend",
      .usage = "IN… -o OUT --level B-T|B-LT|B-LTA --trust DIR",
      .vi =
          "Nâng mức mọi chữ ký của tài liệu PDF hoặc tệp .p7s, chỉ ghi thêm vào cuối: dấu thời "
          "gian, dữ liệu kiểm tra lâu dài. IN có thể là thư mục; khi đó, và khi có nhiều tệp, OUT "
          "là thư mục.",
      .en =
          "Raises every signature of a PDF or a .p7s by appending timestamps and long-term data. "
          "IN may be a folder; then, and with several files, OUT is a folder.",
      .options = {{"output", Kind::kValue, "OUT", "tệp hoặc thư mục kết quả",
                   "file or folder for the result", 'o'},
                  {"level", Kind::kValue, "B-T|B-LT|B-LTA", "mức cần đạt (mặc định B-LT)",
                   "level to reach (default B-LT)"},
                  {"renew", Kind::kFlag, "", "thêm dấu thời gian lưu trữ dù chưa đến hạn",
                   "add an archive timestamp although none is due"},
                  {"fresh", Kind::kFlag, "", "chỉ nhận dữ liệu thu hồi phát hành sau thời điểm ký",
                   "take only revocation data issued after the signature"},
                  {"content", Kind::kValue, "FILE", "tệp mà .p7s được tạo cho (mặc định: bỏ .p7s)",
                   "what the .p7s signs (default: its name without .p7s)"},
                  {"password", Kind::kValue, "TEXT", "mật khẩu mở tệp PDF",
                   "password that opens the PDF"},
                  {"force", Kind::kFlag, "", "ghi đè tệp kết quả đã có",
                   "replace outputs that exist"},
                  {"json", Kind::kFlag, "", "mỗi tệp một dòng JSON", "one line of JSON per file"}},
      .min_positional = 1,
      .max_positional = 100'000};
  for (const auto& more : {proof_options(), network_options()})
    spec.options.insert(spec.options.end(), more.begin(), more.end());
  return spec;
}

struct Item {
  std::string input, output;
};

Result<std::vector<Item>> items_of(const std::vector<std::string>& inputs,
                                   const std::string& output) {
  std::vector<std::string> files;
  std::error_code ignored;
  bool folder = inputs.size() > 1 || fs::is_directory(output, ignored);
  for (const auto& input : inputs) {
    if (!fs::is_directory(input, ignored)) {
      files.push_back(input);
      continue;
    }
    folder = true;
    ANTIN_TRY(const auto names, list_files(input));
    for (const auto& name : names) {
      if (has_suffix(name, ".pdf") || has_suffix(name, ".p7s"))
        files.push_back((fs::path(input) / name).string());
    }
    if (files.empty()) return make_error(Code::kNothingToSign, input, {{"file", input}});
  }
  std::vector<Item> items;
  for (auto& file : files) {
    auto target = folder ? (fs::path(output) / fs::path(file).filename()).string() : output;
    items.push_back({.input = std::move(file), .output = std::move(target)});
  }
  if (folder) {
    std::error_code failed;
    fs::create_directories(output, failed);
    if (failed)
      return make_error(Code::kFileUnwritable, output + ": " + failed.message(),
                        {{"file", output}});
  }
  return items;
}

Result<ExtendSetup> read_extend_setup(const Arguments& arguments) {
  ExtendSetup setup;
  ANTIN_TRY(static_cast<ProofSetup&>(setup), read_proof(arguments));
  ANTIN_TRY(setup.target, read_level(arguments, signer::Level::kLT));
  if (setup.target >= signer::Level::kLT && !setup.trust)
    return make_error(Code::kLevelNeedsTrust, "--trust",
                      {{"muc", std::string(signer::name(setup.target))}});
  if (arguments.has("renew")) setup.renewal = signer::Renewal::kAlways;
  if (arguments.has("fresh")) setup.freshness = signer::ProofMaterial::Freshness::kRequire;
  setup.password = arguments.value_or("password", "");
  setup.content = arguments.value_or("content", "");
  return setup;
}

class ExtendRun {
 public:
  ExtendRun(const Arguments& arguments, std::vector<Language> spoken)
      : arguments_(arguments), spoken_(std::move(spoken)), json_(arguments.has("json")) {}

  Result<int> run() {
    const auto output = arguments_.value("output");
    if (!output) return make_error(Code::kCliMissingValue, "-o", {{"tuy_chon", "-o"}});
    ANTIN_TRY(const auto setup, read_extend_setup(arguments_));
    ANTIN_TRY(const auto network, read_network(arguments_, setup.target));
    ANTIN_TRY(const auto items, items_of(arguments_.positional(), *output));
    ANTIN_TRY(const auto environment,
              SignEnvironment::create(network, setup.trust ? &*setup.trust : nullptr));
    FileExtender extender(setup, environment->view());
    int code = kExitOk;
    for (const auto& item : items) code = std::max(code, one(extender, setup, item));
    return code;
  }

 private:
  int one(FileExtender& extender, const ExtendSetup& setup, const Item& item) {
    const auto made = extend_file(extender, item);
    if (json_) {
      std::cout << extended_json(item.input, item.output, made) << std::endl;
    } else {
      print_extended(std::cout, item.input, item.output, made, spoken_);
      std::cout.flush();
    }
    if (!made) return kExitFailed;
    return made.value().level < setup.target ? kExitUndecided : kExitOk;
  }

  Result<ExtendedFile> extend_file(FileExtender& extender, const Item& item) const {
    std::error_code ignored;
    // --force replaces an earlier output, never the document itself.
    if (fs::equivalent(item.input, item.output, ignored))
      return make_error(Code::kFileExists, "output is the input", {{"file", item.output}});
    ANTIN_TRY(auto made, extender.extend(item.input));
    ANTIN_CHECK(write_file(item.output, {made.original.view(), ByteView(made.tail)},
                           arguments_.has("force") ? IfExists::kReplace : IfExists::kRefuse));
    return made;
  }

  const Arguments& arguments_;
  std::vector<Language> spoken_;
  bool json_;
};

}  // namespace

int extend_command(std::span<const std::string> words) {
  return run_command(extend_spec(), words, [](const auto& arguments, const auto& spoken) {
    return or_failure_json(arguments, ExtendRun(arguments, spoken).run());
  });
}

}  // namespace antin::service
