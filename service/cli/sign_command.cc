#include "service/cli/sign_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>
#include <utility>

#include "certs/ossl/digest.h"
#include "pdf/read/document.h"
#include "service/cli/command.h"
#include "service/cli/inputs.h"
#include "service/cli/key_choice.h"
#include "service/cli/messages.h"
#include "service/cli/pin_source.h"
#include "service/cli/proof_setup.h"
#include "service/cli/sign_files.h"
#include "service/cli/sign_results.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;
namespace fs = std::filesystem;

CommandSpec sign_spec() {
  CommandSpec spec{
      .name = "antin sign",
      .usage = "IN.pdf… -o OUT --key URI",
      .vi =
          "Ký số một hoặc nhiều tài liệu PDF bằng một lần nhập PIN; tệp khác được ký thành chữ ký "
          "tách rời .p7s. IN có thể là thư mục; khi đó, và khi có nhiều tệp, OUT là thư mục.",
      .en =
          "Signs one or more PDF documents with one PIN; other files get a detached .p7s. IN may "
          "be a folder; then, and with several files, OUT is a folder.",
      .options = {{"output", Kind::kValue, "OUT", "tệp hoặc thư mục kết quả",
                   "file or folder for the result", 'o'}},
      .min_positional = 1,
      .max_positional = 100'000};
  const auto add = [&](const std::vector<OptionSpec>& more) {
    spec.options.insert(spec.options.end(), more.begin(), more.end());
  };
  add(key_options());
  add(setup_options());
  add(network_options());
  add({{"max-batch", Kind::kValue, "N", "số tệp tối đa cho một lần nhập PIN (mặc định 200)",
        "most files for one PIN (default 200)"},
       {"force", Kind::kFlag, "", "ghi đè tệp kết quả đã có", "replace outputs that exist"},
       {"json", Kind::kFlag, "", "mỗi tệp một dòng JSON", "one line of JSON per file"}});
  return spec;
}

// What to sign and where the results go. OUT is a folder for a folder and for several files.
Result<std::vector<signer::BatchItem>> items_of(const std::vector<std::string>& inputs,
                                                const std::string& output, const SignSetup& setup) {
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
      if (has_suffix(name, ".pdf") || setup.format == SignSetup::Format::kCades)
        files.push_back((fs::path(input) / name).string());
    }
    if (files.empty()) return make_error(Code::kNothingToSign, input, {{"file", input}});
  }
  std::vector<signer::BatchItem> items;
  for (auto& file : files) {
    auto target = folder ? (fs::path(output) / fs::path(file).filename()).string() : output;
    if (folder && makes_detached(setup, file, target)) target += ".p7s";
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

// S-13: what is about to be signed, before the PIN is asked.
void show_items(const std::vector<signer::BatchItem>& items, const SignSetup& setup,
                const std::vector<Language>& spoken) {
  std::cerr << speak("Các tài liệu sẽ được ký:", "Documents to be signed:", spoken) << '\n';
  for (const auto& item : items) {
    std::cerr << "  " << item.input << ": ";
    auto octets = read_growable(item.input);
    if (!octets) {
      std::cerr << speak(octets.error().code, octets.error().params, spoken) << '\n';
      continue;
    }
    const ByteView view(*octets.value());
    const auto digest = to_hex(ossl::sha256(view));
    if (makes_detached(setup, item.input, item.output)) {
      std::cerr << view.size() << " B, SHA-256 " << digest << '\n';
      continue;
    }
    const auto document = pdf::Document::open(SharedBytes(std::move(octets).value(), view),
                                              {.password = setup.password, .limits = {}});
    const auto pages = document ? document.value().page_count() : document.error();
    std::cerr << (pages ? std::to_string(pages.value())
                        : speak(pages.error().code, pages.error().params, spoken))
              << (pages ? " " + speak("trang", "pages", spoken) : "") << ", SHA-256 " << digest
              << '\n';
  }
}

// One run of the command, after its options were read.
class SignRun {
 public:
  SignRun(const Arguments& arguments, std::vector<Language> spoken)
      : arguments_(arguments),
        spoken_(std::move(spoken)),
        json_(arguments.has("json")),
        progress_(!json_ && ::isatty(STDERR_FILENO) == 1) {}

  Result<int> run() {
    const auto output = arguments_.value("output");
    if (!output) return make_error(Code::kCliMissingValue, "-o", {{"tuy_chon", "-o"}});
    ANTIN_TRY(setup_, read_setup(arguments_));
    ANTIN_TRY(const auto most, arguments_.number("max-batch", 1, 1'000'000, 200));
    ANTIN_TRY(items_, items_of(arguments_.positional(), *output, setup_));
    if (items_.size() > most)
      return make_error(
          Code::kBatchTooLarge, "batch",
          {{"so_tep", std::to_string(items_.size())}, {"gioi_han", std::to_string(most)}});
    for (const auto& item : items_) {
      if (makes_detached(setup_, item.input, item.output))
        ANTIN_CHECK(check_detached_options(arguments_));
    }
    ANTIN_TRY(const auto network, read_network(arguments_, setup_.level));
    ANTIN_TRY(const auto environment,
              SignEnvironment::create(network, setup_.trust ? &*setup_.trust : nullptr));
    const auto pin_option = arguments_.value_or("pin-source", "ask");
    ANTIN_TRY(const auto pins, make_pin_source(pin_option, spoken_));
    if (pin_option == "ask" && !json_) show_items(items_, setup_, spoken_);

    auto check = certificate_check(setup_);
    if (arguments_.has("p12")) check.on_failure = signer::CertificateCheck::OnFailure::kWarn;
    const auto now = environment->clock().utc_now();
    std::optional<signer::CheckedCertificate> checked;
    ANTIN_TRY(auto key,
              choose_key(arguments_, *pins, [&](const auto& certificate, const auto& others) {
                collect_status(certificate, others, environment->view(), check);
                return gate(certificate, others, check, now, checked);
              }));
    check.earlier = checked;
    ANTIN_TRY(const auto scheme, choose_scheme(setup_, key.certificate, key.key.schemes));
    ANTIN_CHECK(key.holder->login(key.key.token, *pins));

    auto request = make_request(setup_, key.certificate,
                                choose_chain(setup_, key.certificate, key.others, now), scheme);
    request.check = check;
    return sign_all(key, request, environment->view(), most);
  }

 private:
  // S-04: whether the certificate was revoked is asked before any PIN is, where asking is allowed.
  void collect_status(const certs::Certificate& certificate,
                      const std::vector<certs::Certificate>& others,
                      const signer::Environment& environment, signer::CertificateCheck& check) {
    if (environment.evidence == nullptr || check.trust == nullptr) return;
    auto found = environment.evidence->collect(
        {.leaves = {{.certificate = certificate, .purpose = check.purpose}},
         .at_hand = {.certificates = others, .crls = check.crls, .ocsp = check.ocsp},
         .trust = check.trust,
         .at = environment.clock->utc_now(),
         .issued_after = std::nullopt});
    check.crls.insert(check.crls.end(), found.evidence.crls.begin(), found.evidence.crls.end());
    check.ocsp.insert(check.ocsp.end(), found.evidence.ocsp.begin(), found.evidence.ocsp.end());
  }

  static Status gate(const certs::Certificate& certificate,
                     const std::vector<certs::Certificate>& others,
                     const signer::CertificateCheck& check, UtcTime now,
                     std::optional<signer::CheckedCertificate>& checked) {
    ANTIN_TRY(auto warnings, signer::check_certificate(certificate, others, check, now));
    checked = signer::CheckedCertificate{
        .certificate_sha256 = certificate.sha256(), .at = now, .warnings = std::move(warnings)};
    return Done{};
  }

  Result<int> sign_all(KeyChoice& key, const signer::SignRequest& request,
                       const signer::Environment& environment, unsigned most) {
    const bool force = arguments_.has("force");
    FileBatchHost host(items_,
                       {.setup = setup_,
                        .key = key,
                        .request = request,
                        .environment = environment,
                        .if_exists = force ? IfExists::kReplace : IfExists::kRefuse},
                       [&](const signer::BatchItem& item, const signer::BatchOutcome& outcome) {
                         report(item, outcome, key.certificate);
                       });
    signer::BatchOptions options;
    options.max_documents = most;
    // Timestamp servers are waited for, keys are computed with.
    options.threads = setup_.level >= signer::Level::kT ? 4 : 2;
    if (force) options.existing = signer::BatchOptions::Existing::kRedo;
    ANTIN_TRY(const auto outcomes, signer::run_batch(items_, host, options));
    const bool all = std::all_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
      return outcome.state == signer::BatchOutcome::State::kSigned ||
             outcome.state == signer::BatchOutcome::State::kAlreadyDone;
    });
    return all ? kExitOk : kExitFailed;
  }

  void report(const signer::BatchItem& item, const signer::BatchOutcome& outcome,
              const certs::Certificate& certificate) {
    ++done_;
    if (json_) {
      std::cout << outcome_json(item, outcome, certificate) << std::endl;
      return;
    }
    print_outcome(std::cout, item, outcome, certificate, spoken_);
    std::cout.flush();
    if (progress_ && items_.size() > 1)
      std::cerr << "[" << done_ << "/" << items_.size() << "]" << std::endl;
  }

  const Arguments& arguments_;
  std::vector<Language> spoken_;
  bool json_, progress_;
  SignSetup setup_;
  std::vector<signer::BatchItem> items_;
  std::size_t done_ = 0;
};

}  // namespace

int sign_command(std::span<const std::string> words) {
  return run_command(sign_spec(), words, [](const auto& arguments, const auto& spoken) {
    return or_failure_json(arguments, SignRun(arguments, spoken).run());
  });
}

}  // namespace antin::service
