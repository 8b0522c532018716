#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "service/cli/command.h"
#include "service/cli/inputs.h"
#include "service/cli/messages.h"
#include "service/cli/proof_setup.h"
#include "service/cli/sign_command.h"
#include "service/cli/sign_files.h"
#include "service/cli/sign_results.h"

// prepare and complete: a signature whose key is elsewhere.

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;

CommandSpec prepare_spec() {
  CommandSpec spec{
      .name = "antin prepare",
      .usage = "IN.pdf --cert CERT --state S -o TBS.der",
      .vi =
          "Chuẩn bị ký bằng khóa ở nơi khác: ghi thuộc tính cần ký (DER SignedAttributes) vào "
          "TBS.der và trạng thái vào S.",
      .en =
          "First step for a key that is elsewhere: writes what is to be signed (DER "
          "SignedAttributes) to TBS.der and the state to S.",
      .options = {{"cert", Kind::kRepeatable, "FILE",
                   "chứng thư số của người ký, rồi các chứng thư số trung gian",
                   "the signer's certificate, then intermediates"},
                  {"state", Kind::kValue, "FILE", "tệp trạng thái", "file for the state"},
                  {"output", Kind::kValue, "TBS.der", "dữ liệu cần ký", "what is to be signed",
                   'o'},
                  {"force", Kind::kFlag, "", "ghi đè tệp đã có", "replace files that exist"},
                  {"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"}},
      .min_positional = 1,
      .max_positional = 1};
  const auto more = setup_options();
  spec.options.insert(spec.options.end(), more.begin(), more.end());
  return spec;
}

CommandSpec complete_spec() {
  CommandSpec spec{
      .name = "antin complete",
      .usage = "[IN.pdf] --state S (--signature RAW | --cms CMS) -o OUT.pdf",
      .vi =
          "Ghép chữ ký tạo ở nơi khác vào tài liệu đã chuẩn bị. Không có IN.pdf: dùng tệp đã "
          "đưa vào prepare.",
      .en =
          "Second step: puts the signature made elsewhere into the prepared document. Without "
          "IN.pdf the file given to prepare is used.",
      .options = {{"state", Kind::kValue, "FILE", "tệp trạng thái của prepare",
                   "the state from prepare"},
                  {"signature", Kind::kValue, "RAW",
                   "giá trị chữ ký trên TBS.der (RSA, hoặc ECDSA dạng DER)",
                   "signature value over TBS.der (RSA, or ECDSA in DER)"},
                  {"cms", Kind::kValue, "CMS", "chữ ký CMS tách rời, dạng DER",
                   "detached CMS signature in DER"},
                  {"output", Kind::kValue, "OUT.pdf", "tài liệu kết quả", "the result", 'o'},
                  {"password", Kind::kValue, "TEXT", "mật khẩu mở tệp PDF",
                   "password that opens the PDF"},
                  {"force", Kind::kFlag, "", "ghi đè tệp đã có", "replace a file that exists"},
                  {"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"}},
      .min_positional = 0,
      .max_positional = 1};
  for (const auto& more : {proof_options(), network_options()})
    spec.options.insert(spec.options.end(), more.begin(), more.end());
  return spec;
}

Result<std::string> required(const Arguments& arguments, std::string_view option) {
  auto value = arguments.value(option);
  if (!value)
    return make_error(Code::kCliMissingValue, std::string(option),
                      {{"tuy_chon", "--" + std::string(option)}});
  return std::move(*value);
}

IfExists if_exists(const Arguments& arguments) {
  return arguments.has("force") ? IfExists::kReplace : IfExists::kRefuse;
}

Status prepare(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto& input = arguments.positional().front();
  ANTIN_TRY(const auto state_path, required(arguments, "state"));
  ANTIN_TRY(const auto output, required(arguments, "output"));
  ANTIN_TRY(const auto first, required(arguments, "cert"));
  ANTIN_TRY(auto certificates, load_certificates(arguments.values("cert")));
  if (certificates.empty()) return make_error(Code::kCertMalformed, first);
  const auto signer_certificate = certificates.front();
  certificates.erase(certificates.begin());
  ANTIN_TRY(const auto setup, read_setup(arguments));
  ANTIN_TRY(const auto environment, SignEnvironment::create({}, nullptr));
  ANTIN_TRY(const auto scheme, choose_scheme(setup, signer_certificate, {}));
  const auto now = environment->clock().utc_now();
  auto request = make_request(setup, signer_certificate,
                              choose_chain(setup, signer_certificate, certificates, now), scheme);
  ANTIN_TRY(auto octets, read_growable(input));
  const ByteView view(*octets);
  request.document = SharedBytes(std::move(octets), view);
  std::error_code ignored;
  request.document_name = std::filesystem::absolute(input, ignored).string();
  ANTIN_TRY(auto findings,
            SignedDocumentJudge(setup, environment->clock()).judge_input(request.document));
  ANTIN_TRY(const auto prepared, signer::prepare(request, environment->view()));
  // The state first: without it what is to be signed is of no use.
  ANTIN_CHECK(write_file(state_path, {ByteView(prepared.state)}, if_exists(arguments)));
  ANTIN_CHECK(write_file(output, {ByteView(prepared.to_be_signed.value())}, if_exists(arguments)));
  findings.insert(findings.end(), prepared.warnings.begin(), prepared.warnings.end());
  if (arguments.has("json")) {
    std::cout << prepared_json(input, output, state_path, prepared.field, scheme, findings)
              << std::endl;
  } else {
    std::cout << output << ": " << speak("cần ký bằng", "to be signed with", spoken) << " "
              << name(scheme.algorithm) << " " << name(scheme.digest) << '\n';
    for (const auto& finding : findings) print_finding(std::cout, finding, spoken);
  }
  return Done{};
}

// Repeating is safe: an output that is there already and holds these very octets is success.
Status store_once(const std::string& output, const SharedBytes& whole, IfExists exists) {
  auto stored = write_file(output, {whole.view()}, exists);
  if (stored || stored.error().code != Code::kFileExists) return stored;
  const auto there = read_file(output, whole.size());
  if (there && std::equal(there.value().begin(), there.value().end(), whole.view().begin(),
                          whole.view().end()))
    return Done{};
  return stored;
}

Status complete(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto state_path, required(arguments, "state"));
  ANTIN_TRY(const auto output, required(arguments, "output"));
  if (arguments.has("signature") == arguments.has("cms"))
    return make_error(Code::kCliMissingValue, "one of --signature and --cms",
                      {{"tuy_chon", "--signature | --cms"}});
  ANTIN_TRY(const auto state, read_file(state_path, kMostSmallFile));
  ANTIN_TRY(auto input, signer::document_name_in(state));
  if (!arguments.positional().empty()) input = arguments.positional().front();
  signer::OutsideSignature signature;
  if (const auto path = arguments.value("signature")) {
    ANTIN_TRY(auto octets, read_file(*path, kMostSmallFile));
    signature.raw = SignatureValue{std::move(octets)};
  } else {
    ANTIN_TRY(signature.cms, read_file(arguments.value_or("cms", ""), kMostSmallFile));
  }
  SignSetup setup;
  setup.password = arguments.value_or("password", "");
  ANTIN_TRY(static_cast<ProofSetup&>(setup), read_proof(arguments));
  // The level stands in the state; nothing is fetched unless it needs that.
  ANTIN_TRY(const auto network, read_network(arguments, signer::Level::kLTA));
  ANTIN_TRY(const auto environment,
            SignEnvironment::create(network, setup.trust ? &*setup.trust : nullptr));
  ANTIN_TRY(auto buffer, read_growable(input));
  const ByteView view(*buffer);
  ANTIN_TRY(const auto document,
            signer::complete(state, SharedBytes(buffer, view), signature, environment->view(),
                             {.password = setup.password,
                              .proof = proof_material(setup),
                              .without_evidence = setup.without_evidence}));
  const auto whole = append_tail(std::move(buffer), document.tail);
  // The input was judged by prepare; the certificate's own worth too.
  ANTIN_CHECK(SignedDocumentJudge(setup, environment->clock())
                  .judge_output(whole, document.field, SignedDocumentJudge::Wanted::kIntact));
  ANTIN_CHECK(store_once(output, whole, if_exists(arguments)));
  if (arguments.has("json")) {
    std::cout << completed_json(input, output, document, whole) << std::endl;
  } else {
    std::cout << output << ": " << speak(Code::kSigned, {}, spoken) << '\n';
    for (const auto& finding : document.warnings) print_finding(std::cout, finding, spoken);
  }
  return Done{};
}

int run(const CommandSpec& spec, std::span<const std::string> words,
        Status (*command)(const Arguments&, const std::vector<Language>&)) {
  return run_command(spec, words, [&](const auto& arguments, const auto& spoken) {
    const auto done = command(arguments, spoken);
    return or_failure_json(arguments, done ? Result<int>(kExitOk) : Result<int>(done.error()));
  });
}

}  // namespace

int prepare_command(std::span<const std::string> words) {
  return run(prepare_spec(), words, prepare);
}

int complete_command(std::span<const std::string> words) {
  return run(complete_spec(), words, complete);
}

}  // namespace antin::service
