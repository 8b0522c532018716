#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/cli/args.h"
#include "service/cli/bounded.h"
#include "service/cli/command.h"
#include "service/cli/inputs.h"
#include "service/cli/messages.h"
#include "service/cli/online.h"
#include "service/cli_verify/commands.h"
#include "service/cli_verify/compare_files.h"
#include "service/cli_verify/evidence.h"
#include "service/cli_verify/explain.h"
#include "service/cli_verify/inputs.h"
#include "service/cli_verify/options.h"
#include "service/cli_verify/output.h"
#include "service/cli_verify/register_lookup.h"
#include "service/system/files.h"
#include "service/system/real.h"
#include "verifier/evidence.h"
#include "verifier/report.h"
#include "verifier/verify_collecting.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;

const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin verify",
      .usage = "FILE… [--trust DIR] [--json]",
      .vi =
          "Kiểm tra mọi chữ ký số của tài liệu PDF, và chữ ký tách rời .p7s của tệp bất kỳ (tệp "
          "được ký là tên bỏ .p7s).",
      .en =
          "Judges every signature of PDF documents, and detached signatures, .p7s, of any file "
          "(the "
          "signed file is the name without .p7s).",
      .options =
          {{"trust", Kind::kRepeatable, "DIR", "thư mục chứng thư số tin cậy",
            "folder of trusted certificates"},
           {"at", Kind::kValue, "RFC3339", "thời điểm dùng để kết luận (mặc định: bây giờ)",
            "time of the judgement (default: now)"},
           {"crl", Kind::kRepeatable, "FILE",
            "danh sách thu hồi (DER hoặc PEM), hoặc thư mục *.crl",
            "revocation list (DER or PEM), or a folder of *.crl"},
           {"policy", Kind::kValue, "FILE", "tệp chính sách kiểm tra (TOML)",
            "verification policy (TOML)"},
           {"profile", Kind::kValue, "document|result|certified_copy", "loại văn bản",
            "kind of document"},
           {"original", Kind::kValue, "FILE|ID",
            "đối chiếu thêm với bản gốc này: tệp, hoặc mã trong sổ (cần --register)",
            "compare with this original too: a file, or an id or public code of the register "
            "(needs --register)"},
           {"content", Kind::kValue, "FILE", "tệp mà .p7s được tạo cho (mặc định: bỏ .p7s)",
            "what the .p7s signs (default: its name without .p7s)"},
           password_option(),
           {"format", Kind::kValue, "text|json|html|pdf|etsi",
            "dạng kết quả: phiếu HTML hoặc PDF, hoặc XML theo ETSI TS 119 102-2",
            "form of the report: a sheet as HTML or PDF, or XML after ETSI TS 119 102-2"},
           json_option(),
           {"output", Kind::kValue, "FILE|DIR", "ghi kết quả vào tệp này, hoặc vào thư mục",
            "write the report to this file, or into this folder", 'o'},
           {"evidence", Kind::kValue, "OUT.zip",
            "lập gói chứng cứ: văn bản, chứng thư, CRL, OCSP, dấu thời gian, kết quả",
            "write the evidence: document, certificates, CRLs, OCSP, timestamps, report"},
           {"force", Kind::kFlag, "", "ghi đè tệp kết quả đã có", "replace a report that is there"},
           {"allow-test-pki", Kind::kFlag, "", "chấp nhận chứng thư số thử nghiệm làm gốc tin cậy",
            "accept the test certificates as trust anchors"},
           {"explain", Kind::kValue, "CODE|list", "giải thích một mã, hoặc mọi mã, rồi thoát",
            "explain a code, or all of them, and stop"}},
      .min_positional = 0,
      .max_positional = 100'000};
  static const CommandSpec kWithNetwork = [] {
    auto whole = kSpec;
    for (const auto& option : register_options()) whole.options.push_back(option);
    for (const auto& option : online_options()) whole.options.push_back(option);
    return whole;
  }();
  return kWithNetwork;
}

struct Job {
  std::vector<Language> spoken;
  Output output;
  verifier::Policy policy;
  std::string policy_toml;
  std::string evidence_out;  ///< container to write; "": none
  certs::TrustStore trust;
  std::vector<certs::Crl> crls;
  std::string password;
  std::string original_name;
  std::optional<SharedBytes> original;
  std::optional<std::string> content;         ///< what detached signatures are about
  std::unique_ptr<CommandEvidence> evidence;  ///< nullptr: offline
  std::unique_ptr<RegisterLookup> lookup;     ///< nullptr: no register is asked
  std::string register_name;                  ///< what it is asked for; "": by digests
  UtcTime at;
};

Result<UtcTime> read_time(const Arguments& arguments) {
  const auto written = arguments.value("at");
  if (!written) return SystemClock{}.utc_now();
  const auto at = from_rfc3339(*written);
  if (at) return *at;
  return make_error(Code::kCliBadValue, *written,
                    {{"tuy_chon", "--at"},
                     {"gia_tri", *written},
                     {"cho_phep", "RFC 3339, 2026-11-21T09:05:07+07:00"}});
}

Result<verifier::Policy> read_policy_file(const Arguments& arguments, std::string& toml) {
  auto policy = verifier::Policy::viet_nam();
  if (const auto path = arguments.value("policy")) {
    constexpr std::size_t kMaxPolicy = std::size_t{1} << 20U;
    ANTIN_TRY(const auto octets, read_file(*path, kMaxPolicy));
    toml = as_text(octets);
    ANTIN_TRY(policy, verifier::read_policy(toml));
  }
  if (arguments.has("profile")) {
    ANTIN_TRY(const auto chosen,
              arguments.choice("profile", {"document", "result", "certified_copy"}, "document"));
    policy.profile = verifier::profile_named(chosen).value_or(policy.profile);
  }
  return policy;
}

// --original is a file where there is one of that name; else a name in the register.
Status read_register(const Arguments& arguments, Job& job) {
  ANTIN_TRY(job.lookup, RegisterLookup::create(arguments));
  if (const auto path = arguments.value("units")) {
    constexpr std::size_t kMostUnits = std::size_t{8} << 20U;
    ANTIN_TRY(const auto octets, read_file(*path, kMostUnits));
    ANTIN_TRY(job.policy.signers.units, verifier::UnitTable::read(as_text(octets)));
  }
  if (job.original_name.empty()) return Done{};
  auto original = read_document(job.original_name);
  if (original) {
    job.original = std::move(original).value();
    return Done{};
  }
  if (!is_register_name(job.original_name)) return std::move(original).error();
  if (!job.lookup)
    return make_error(Code::kRegisterNotNamed, job.original_name, {{"ten", job.original_name}});
  job.register_name = job.original_name;
  return Done{};
}

Result<Job> read_job(const Arguments& arguments) {
  if (arguments.positional().empty())
    return make_error(Code::kCliMissingFile, "no FILE",
                      {{"cach_dung", std::string{spec().name} + " " + std::string{spec().usage}}});
  ANTIN_TRY(const auto at, read_time(arguments));
  Job job{.spoken = languages(arguments.language()),
          .output = {},
          .policy = {},
          .policy_toml = {},
          .evidence_out = arguments.value_or("evidence", ""),
          .trust = {},
          .crls = {},
          .password = arguments.value_or("password", ""),
          .original_name = arguments.value_or("original", ""),
          .original = {},
          .content = arguments.value("content"),
          .evidence = {},
          .lookup = {},
          .register_name = {},
          .at = at};
  if (!job.evidence_out.empty() && arguments.positional().size() != 1)
    return make_error(Code::kEvidenceOneDocument, job.evidence_out);
  ANTIN_TRY(job.output, read_output(arguments, arguments.positional().size()));
  job.output.text_language = job.spoken.front();
  ANTIN_TRY(job.policy, read_policy_file(arguments, job.policy_toml));
  ANTIN_TRY(job.trust, read_trust(arguments.values("trust"), arguments.has("allow-test-pki")
                                                                 ? certs::TestPki::kAllow
                                                                 : certs::TestPki::kRefuse));
  ANTIN_TRY(job.crls, load_crls(arguments.values("crl")));
  ANTIN_TRY(job.evidence, CommandEvidence::create(arguments));
  ANTIN_CHECK(read_register(arguments, job));
  return job;
}

// What the document does not carry and nobody gave. A document that cannot be read is for the
// verifier to speak of.
Findings add_evidence(const Job& job, const Result<certs::EvidenceWanted>& wanted,
                      verifier::Input& input) {
  if (!wanted || wanted.value().leaves.empty()) return {};
  auto found = job.evidence->source().collect(wanted.value());
  const auto add = [](auto& to, auto& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  add(input.certificates, found.evidence.certificates);
  add(input.crls, found.evidence.crls);
  add(input.ocsp, found.evidence.ocsp);
  return std::move(found.findings);
}

verifier::Input input_of(const std::string& name, SharedBytes octets, const Job& job) {
  return {.name = name,
          .document = std::move(octets),
          .password = job.password,
          .trust = &job.trust,
          .crls = job.crls,
          .policy = job.policy,
          .at = job.at};
}

Status keep_evidence(verifier::EvidenceInput input, const Job& job) {
  if (job.evidence_out.empty()) return Done{};
  input.policy_toml = job.policy_toml;
  return write_evidence(input, job.evidence_out,
                        job.output.replace ? IfExists::kReplace : IfExists::kRefuse);
}

constexpr std::string_view kDetached = ".p7s";

Result<verifier::Report> judge_detached(const std::string& path, const Job& job) {
  constexpr std::size_t kMaxSignature = std::size_t{16} << 20U;
  ANTIN_TRY(auto signature, read_file(path, kMaxSignature));
  const auto content = job.content.value_or(path.substr(0, path.size() - kDetached.size()));
  auto found = read_document(content);
  if (!found && found.error().code == Code::kFileUnreadable)
    return make_error(Code::kSigContentNotFound, content, {{"file", content}});
  ANTIN_TRY(auto octets, std::move(found));
  verifier::DetachedInput detached{.input = input_of(path, std::move(octets), job),
                                   .signature = std::move(signature)};
  Findings notes;
  if (job.evidence) notes = add_evidence(job, verifier::evidence_wanted(detached), detached.input);
  ANTIN_TRY(auto report, verifier::verify_detached(detached));
  std::move(notes.begin(), notes.end(), std::back_inserter(report.findings));
  ANTIN_CHECK(keep_evidence({.report = report,
                             .document = detached.input.document,
                             .detached_signature = SharedBytes{detached.signature}},
                            job));
  return report;
}

Result<verifier::Report> judge_signed(verifier::Input input, const Job& job) {
  if (!job.evidence) return verifier::verify(input);
  Findings notes;
  ANTIN_TRY(auto report, verifier::verify_collecting(std::move(input), [&](const auto& wanted) {
              auto found = job.evidence->source().collect(wanted);
              notes = std::move(found.findings);
              return std::move(found.evidence);
            }));
  std::move(notes.begin(), notes.end(), std::back_inserter(report.findings));
  return report;
}

Result<verifier::Report> judge_file(const std::string& path, const Job& job) {
  if (path.ends_with(kDetached)) return judge_detached(path, job);
  ANTIN_TRY(auto octets, read_document(path));
  auto input = input_of(path, octets, job);
  if (verifier::is_evidence(octets.view())) return judge_evidence(std::move(input));
  ANTIN_TRY(auto report, judge_signed(input, job));
  if (job.lookup && !job.original) ANTIN_CHECK(job.lookup->judge(input, job.register_name, report));
  if (job.original)
    report.comparison = compare_files({.original_name = job.original_name,
                                       .copy = octets,
                                       .original = *job.original,
                                       .password = job.password,
                                       .limits = job.policy.limits,
                                       .pictures = 0});
  ANTIN_CHECK(keep_evidence({.report = report, .document = octets}, job));
  return report;
}

int refuse(const std::string& path, const Error& error, const Job& job) {
  if (job.output.format == Format::kJson) std::cout << error_json(path, error) << '\n';
  std::cerr << path << ": ";
  print_error(std::cerr, error, job.spoken);
  return kExitFailed;
}

int judge_and_print(const std::string& path, const Job& job) {
  const auto report = judge_file(path, job);
  if (!report) return refuse(path, report.error(), job);
  const auto rendered = render(report.value(), job.output);
  if (!rendered) return refuse(path, rendered.error(), job);
  if (const auto written = deliver(rendered.value(), path, job.output); !written)
    return refuse(path, written.error(), job);
  const auto code = verifier::exit_code(report.value().verdict);
  return report.value().comparison
             ? worse(code, verifier::exit_code(report.value().comparison->result))
             : code;
}

/// How much there is to read for one file; what cannot be found out counts as nothing.
std::size_t octets_of(const std::string& path, const Job& job) {
  std::size_t octets = 0;
  for (const auto& name : {path, job.original_name, job.content.value_or("")}) {
    std::error_code none;
    const auto size = std::filesystem::file_size(name, none);
    if (!none) octets += size;
  }
  return octets;
}

int judge_all(const std::vector<std::string>& paths, const Job& job) {
  const auto& output = job.output;
  const bool spaced = output.format == Format::kText && output.target == Output::Target::kStdout;
  return run_bounded(
      {.count = paths.size(),
       .size = [&](std::size_t i) { return octets_of(paths[i], job); },
       .work =
           [&](std::size_t i) {
             if (i > 0 && spaced) std::cout << '\n';
             return judge_and_print(paths[i], job);
           },
       .lost = [&](std::size_t i, const Error& error) { return refuse(paths[i], error, job); }});
}

}  // namespace

int verify_command(std::span<const std::string> words) {
  return run_command(spec(), words, [](const auto& arguments, const auto& spoken) -> Result<int> {
    if (const auto code = arguments.value("explain"))
      return explain(*code, spoken, arguments.has("json") ? ExplainAs::kJson : ExplainAs::kText);
    ANTIN_TRY(const auto job, read_job(arguments));
    return judge_all(arguments.positional(), job);
  });
}

}  // namespace antin::service
