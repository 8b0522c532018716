// antin trust add: nothing becomes an anchor before its fingerprint was confirmed.

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "service/cli/fingerprint.h"
#include "service/cli/messages.h"
#include "service/cli/trust_command.h"
#include "service/cli/trust_folder.h"
#include "service/cli/trust_pins.h"
#include "service/cli/trust_show.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using certs::Certificate;
using certs::Purpose;
using Json = nlohmann::ordered_json;
using Kind = OptionSpec::Kind;

constexpr std::size_t kMostBundle = std::size_t{16} << 20U;
constexpr std::size_t kMostFiles = 64;

Error bad_value(std::string_view option, const std::string& value, std::string_view allowed) {
  return make_error(
      Code::kCliBadValue, std::string(option),
      {{"tuy_chon", std::string(option)}, {"gia_tri", value}, {"cho_phep", std::string(allowed)}});
}

std::set<Purpose> every_purpose() {
  return {Purpose::kSign, Purpose::kSeal, Purpose::kTimestamp, Purpose::kOcsp};
}

Result<std::set<Purpose>> read_purposes(const std::string& text) {
  std::set<Purpose> purposes;
  for (std::size_t at = 0; at <= text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    const auto word = text.substr(at, comma - at);
    at = comma + 1;
    if (word == "sign") {
      purposes.insert(Purpose::kSign);
    } else if (word == "seal") {
      purposes.insert(Purpose::kSeal);
    } else if (word == "timestamp") {
      purposes.insert(Purpose::kTimestamp);
    } else if (word == "ocsp") {
      purposes.insert(Purpose::kOcsp);
    } else {
      return bad_value("--purpose", word, "sign, seal, timestamp, ocsp");
    }
  }
  return purposes;
}

// A day alone means the day in Viet Nam.
Result<std::optional<UtcTime>> read_instant(const Arguments& arguments, const char* option,
                                            const char* hour_of_day) {
  const auto text = arguments.value(option);
  if (!text) return std::optional<UtcTime>{};
  constexpr std::size_t kDayLength = 10;
  const auto at = from_rfc3339(text->size() == kDayLength ? *text + hour_of_day : *text);
  if (!at) return bad_value("--" + std::string(option), *text, "2026-12-31, 2026-12-31T00:00:00Z");
  return std::optional{*at};
}

/// One run: what is asked, what is in the files, and what the operator has confirmed.
class Adding {
 public:
  explicit Adding(const TrustRun& run)
      : arguments_(run.arguments),
        spoken_(run.spoken),
        clock_(run.clock),
        json_(run.arguments.has("json")) {}

  Result<int> add() {
    ANTIN_TRY(const auto folder, trust_folder_of(arguments_));
    ANTIN_CHECK(read_options());
    ANTIN_CHECK(read_certificates());
    ANTIN_CHECK(refuse_present(folder));
    for (auto& addition : additions_) ANTIN_CHECK(show(addition));
    ANTIN_CHECK(all_fingerprints_used());
    for (auto& addition : additions_) ANTIN_CHECK(confirm(addition));
    TrustFolder target{folder, clock_};
    ANTIN_CHECK(target.add(additions_, test_pki()));
    report(folder);
    return kExitOk;
  }

 private:
  certs::TestPki test_pki() const {
    return arguments_.has("allow-test-pki") ? certs::TestPki::kAllow : certs::TestPki::kRefuse;
  }

  Status read_options() {
    for (const auto& text : arguments_.values("fingerprint")) {
      auto read = read_fingerprint(text);
      if (!read) return bad_value("--fingerprint", text, "SHA-256, 64 × 0-9 A-F");
      fingerprints_.push_back(std::move(*read));
    }
    if (const auto text = arguments_.value("purpose")) {
      ANTIN_TRY(purposes_, read_purposes(*text));
    }
    ANTIN_TRY(from_, read_instant(arguments_, "from", "T00:00:00+07:00"));
    ANTIN_TRY(until_, read_instant(arguments_, "until", "T23:59:59+07:00"));
    if (from_ && until_ && *until_ < *from_)
      return bad_value("--until", *arguments_.value("until"), "≥ --from");
    const auto path = arguments_.value_or("pins", installed_trust_pins());
    if (path.empty()) return Done{};
    ANTIN_TRY(const auto octets, read_file(path, kMostBundle));
    ANTIN_TRY(pins_, read_trust_pins(path, octets));
    return Done{};
  }

  Status read_certificates() {
    for (const auto& path : arguments_.positional()) {
      ANTIN_TRY(const auto octets, read_file(path, kMostBundle));
      ANTIN_TRY(const auto all, Certificate::from_file_bytes(octets));
      for (const auto& one : all) ANTIN_CHECK(take(one, path));
    }
    const bool anchors = std::any_of(additions_.begin(), additions_.end(),
                                     [](const auto& addition) { return addition.anchor; });
    // Dates and purposes bind anchors alone; on an intermediate they would do nothing.
    if (!anchors && (!purposes_.empty() || from_ || until_))
      return bad_value("--purpose, --from, --until", arguments_.positional().front(),
                       "root / --anchor");
    return Done{};
  }

  Status take(const Certificate& one, const std::string& path) {
    if (test_pki() == certs::TestPki::kRefuse && certs::is_test_pki(one))
      return make_error(Code::kTrustTestPki, path, {{"tep", path}});
    // A timestamp server's certificate helps where tokens leave it out; it is never an anchor.
    const bool helper = one.may_timestamp() && !one.self_signed() && !arguments_.has("anchor");
    if (!one.is_ca() && !helper)
      return make_error(Code::kTrustNotAuthority, path, {{"ten", one.subject_common_name()}});
    for (const auto& earlier : additions_) {
      if (earlier.certificate == one) return Done{};
    }
    TrustAddition addition{.certificate = one};
    addition.anchor = one.self_signed() || arguments_.has("anchor");
    if (addition.anchor) {
      addition.purposes = purposes_;
      addition.from = from_;
      addition.until = until_;
    }
    additions_.push_back(std::move(addition));
    return Done{};
  }

  Status refuse_present(const std::string& folder) const {
    const auto entries = read_trust_folder(folder);
    // Not there yet, or unreadable: TrustFolder finds out under its lock, and asks this again.
    if (!entries) return Done{};
    for (const auto& entry : entries.value()) {
      for (const auto& addition : additions_) {
        if (addition.certificate == entry.certificate)
          return already_there(entry.certificate, entry.file);
      }
    }
    return Done{};
  }

  // Text goes where a person reads it: beside the JSON document when there is one.
  std::ostream& out() const { return json_ ? std::cerr : std::cout; }

  Status show(const TrustAddition& addition) {
    const auto& one = addition.certificate;
    print_certificate(out(), one, spoken_);
    if (addition.anchor) {
      const auto purposes = addition.purposes.empty() ? every_purpose() : addition.purposes;
      print_role(out(),
                 {one, "", true, certs::TrustAnchor{one, purposes, addition.from, addition.until}},
                 spoken_);
    }
    const auto say = [&](Code code, Params params) {
      print_finding(out(), {code, Severity::kInfo, std::move(params), ""}, spoken_);
    };
    if (const auto* pin = matching_pin(pins_, one)) {
      say(Code::kTrustPinMatches, {{"ten", pin->name + " (" + pin->source + ")"}});
    } else if (const auto* other = differing_pin(pins_, one)) {
      say(Code::kTrustPinDiffers, {{"ten", other->name}});
    }
    if (one.not_after() < clock_.utc_now()) {
      say(Code::kTrustExpired,
          {{"ten", one.subject_common_name()}, {"ngay", to_vietnam_day_text(one.not_after())}});
    }
    return Done{};
  }

  // A fingerprint that fits nothing was copied wrongly, or the file is not what it should be.
  Status all_fingerprints_used() const {
    for (const auto& fingerprint : fingerprints_) {
      const bool used = std::any_of(
          additions_.begin(), additions_.end(),
          [&](const auto& addition) { return addition.certificate.sha256() == fingerprint; });
      if (!used)
        return make_error(Code::kTrustFingerprint, "--fingerprint",
                          {{"van_tay", show_fingerprint(fingerprint)}});
    }
    return Done{};
  }

  Status confirm(TrustAddition& addition) {
    if (!addition.anchor) return Done{};
    const auto& sha256 = addition.certificate.sha256();
    if (std::find(fingerprints_.begin(), fingerprints_.end(), sha256) != fingerprints_.end()) {
      addition.confirmed_by = "fingerprint";
      return Done{};
    }
    if (fingerprints_.empty() && typed(addition)) {
      addition.confirmed_by = "terminal";
      return Done{};
    }
    return make_error(Code::kTrustNotConfirmed, show_fingerprint(sha256),
                      {{"ten", addition.certificate.subject_common_name()}});
  }

  // Somebody at a terminal types the end of the published fingerprint: "y" is typed too easily.
  bool typed(const TrustAddition& addition) const {
    if (::isatty(STDIN_FILENO) == 0) return false;
    constexpr std::size_t kDigits = 16;
    out() << addition.certificate.subject_common_name() << "\n  "
          << speak("Gõ 16 ký tự cuối của dấu vân tay do tổ chức chứng thực công bố",
                   "Type the last 16 digits of the fingerprint that the authority published",
                   spoken_)
          << ": " << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    std::string digits;
    for (const char c : line) {
      if (c == ':' || c == ' ' || c == '-') continue;
      digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    const auto whole = to_hex(addition.certificate.sha256());
    return digits == whole || digits == whole.substr(whole.size() - kDigits);
  }

  void report(const std::string& folder) const {
    if (json_) {
      Json document{{"schema", "antin-trust/1"}, {"folder", folder}, {"added", Json::array()}};
      for (const auto& addition : additions_) {
        auto row = certificate_json(addition.certificate);
        row["role"] = addition.anchor ? "anchor" : "intermediate";
        document["added"].push_back(std::move(row));
      }
      std::cout << dump_json(document) << '\n';
      return;
    }
    out() << speak("Đã thêm", "Added", spoken_) << ": " << additions_.size() << " (" << folder
          << ")\n"
          << speak("Khởi động lại antind để áp dụng.", "Restart antind to apply it.", spoken_)
          << '\n';
  }

  const Arguments& arguments_;
  const std::vector<Language>& spoken_;
  const Clock& clock_;
  bool json_;
  std::vector<Bytes> fingerprints_;
  std::set<Purpose> purposes_;
  std::optional<UtcTime> from_;
  std::optional<UtcTime> until_;
  std::vector<TrustPin> pins_;
  std::vector<TrustAddition> additions_;
};

}  // namespace

CommandSpec trust_add_spec() {
  return {.name = "antin trust add",
          .usage = "FILE… [--fingerprint SHA256]… [options]",
          .vi =
              "Thêm chứng thư số của tổ chức chứng thực (PEM, DER, P7B). Chứng thư số gốc chỉ được "
              "thêm khi dấu vân tay của nó đã được xác nhận.",
          .en =
              "Adds authorities' certificates (PEM, DER, P7B). A root is added only when its "
              "fingerprint was confirmed.",
          .options =
              {{"fingerprint", Kind::kRepeatable, "SHA256",
                "dấu vân tay SHA-256 lấy từ tổ chức chứng thực (64 chữ số)",
                "SHA-256 fingerprint got from the authority (64 digits)"},
               {"purpose", Kind::kValue, "LIST", "chỉ tin cậy cho: sign,seal,timestamp,ocsp",
                "trust it for these only: sign,seal,timestamp,ocsp"},
               {"from", Kind::kValue, "TIME", "chỉ tin cậy từ ngày này", "trust it from this day"},
               {"until", Kind::kValue, "TIME", "chỉ tin cậy đến hết ngày này",
                "trust it until the end of this day"},
               {"anchor", Kind::kFlag, "", "coi cả chứng thư số trung gian là gốc tin cậy",
                "make intermediates anchors too"},
               {"dir", Kind::kValue, "DIR", "thư mục tin cậy (mặc định: verify.trust của cấu hình)",
                "trust folder (default: verify.trust of the configuration)"},
               {"config", Kind::kValue, "FILE", "tệp cấu hình (mặc định: /etc/antin/antin.toml)",
                "configuration (default: /etc/antin/antin.toml)"},
               {"pins", Kind::kValue, "FILE", "danh sách dấu vân tay đã công bố để so sánh",
                "published fingerprints to compare with"},
               {"json", Kind::kFlag, "", "kết quả dạng JSON", "result as JSON"},
               {"allow-test-pki", Kind::kFlag, "", "chấp nhận chứng thư số thử nghiệm",
                "accept test certificates"}},
          .min_positional = 1,
          .max_positional = kMostFiles};
}

Result<int> trust_add(const TrustRun& run) {
  return Adding{run}.add();
}

}  // namespace antin::service
