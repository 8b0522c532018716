#include "service/cli/trust_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "service/system/files.h"

namespace antin::service {
namespace {

using certs::Certificate;
using certs::Purpose;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTrustFile = std::size_t{16} << 20U;
constexpr const char* kLogName = "trust.log";
constexpr std::array<std::pair<Purpose, const char*>, 4> kPurposes = {
    {{Purpose::kSign, "sign"},
     {Purpose::kSeal, "seal"},
     {Purpose::kTimestamp, "timestamp"},
     {Purpose::kOcsp, "ocsp"}}};

Error folder_error(const std::string& folder, int problem) {
  const auto why = std::generic_category().message(problem);
  return make_error(Code::kTrustFolder, folder + ": " + why, {{"thu_muc", folder}, {"ly_do", why}});
}

bool holds_certificates(const std::string& name) {
  auto suffix = std::filesystem::path(name).extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr std::array kSuffixes = {".crt", ".cer", ".pem", ".der", ".p7b", ".p7c"};
  return std::find(kSuffixes.begin(), kSuffixes.end(), suffix) != kSuffixes.end();
}

Result<std::vector<certs::TrustFile>> read_files(const std::string& folder) {
  ANTIN_TRY(const auto names, list_files(folder));
  std::vector<certs::TrustFile> files;
  for (const auto& name : names) {
    if (!holds_certificates(name) && !name.ends_with(".toml")) continue;
    auto path = folder;
    path.append("/").append(name);
    ANTIN_TRY(auto octets, read_file(path, kMostTrustFile));
    files.push_back({name, std::move(octets)});
  }
  return files;
}

/// trust.log of one folder, locked while it lives. Append only: nobody's line is ever rewritten.
class TrustLog {
 public:
  TrustLog(const std::string& folder, const Clock& clock)
      : clock_(clock),
        path_(folder + "/" + kLogName),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644)),
        problem_(fd_ < 0 ? errno : 0) {
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) == 0) return;
    problem_ = errno;
    ::close(std::exchange(fd_, -1));
  }
  ~TrustLog() {
    if (fd_ >= 0) ::close(fd_);
  }
  TrustLog(const TrustLog&) = delete;
  TrustLog& operator=(const TrustLog&) = delete;

  Status line(const char* action, const Certificate& certificate, const Json& more) const {
    Json entry{{"time", to_rfc3339(clock_.utc_now())}, {"uid", ::getuid()}};
    // Who called sudo is the person; a user who is not root cannot pretend to be another by it.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    if (const char* person = ::getuid() == 0 ? std::getenv("SUDO_UID") : nullptr)
      entry["sudo_uid"] = person;
    entry["action"] = action;
    entry["sha256"] = to_hex(certificate.sha256());
    entry["subject"] = certificate.subject_line();
    entry.update(more);
    const auto text = entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    if (fd_ < 0) return folder_error(path_, problem_);
    // One write: a line is there or not.
    if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fd_) != 0)
      return folder_error(path_, errno);
    return Done{};
  }

 private:
  const Clock& clock_;
  std::string path_;
  int fd_;
  int problem_;
};

Json about(const TrustAddition& addition) {
  Json more{{"role", addition.anchor ? "anchor" : "intermediate"}};
  if (addition.anchor) more["confirmed_by"] = addition.confirmed_by;
  if (!addition.purposes.empty()) more["purposes"] = purpose_names(addition.purposes);
  if (addition.from) more["from"] = to_rfc3339(*addition.from);
  if (addition.until) more["until"] = to_rfc3339(*addition.until);
  return more;
}

// Readable, and never the same for two certificates.
std::string stem_for(const Certificate& certificate) {
  constexpr std::size_t kLongest = 40;
  constexpr std::size_t kDigits = 16;
  std::string stem;
  for (const char c : certificate.subject_common_name()) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (stem.size() == kLongest) break;
    if (letter || capital) {
      stem += capital ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!stem.empty() && stem.back() != '-') {
      stem += '-';
    }
  }
  if (!stem.empty() && stem.back() != '-') stem += '-';
  return stem + to_hex(certificate.sha256()).substr(0, kDigits);
}

Status refuse_present(const std::vector<certs::TrustFile>& files,
                      const std::vector<TrustAddition>& additions) {
  for (const auto& file : files) {
    if (!holds_certificates(file.name)) continue;
    ANTIN_TRY(const auto all, Certificate::from_file_bytes(file.octets));
    for (const auto& addition : additions) {
      if (std::find(all.begin(), all.end(), addition.certificate) != all.end())
        return already_there(addition.certificate, file.name);
    }
  }
  return Done{};
}

// What the folder would be. It must load before anything is written: a folder that does not load
// stops the service.
Status would_load(const std::string& folder, const std::vector<TrustAddition>& additions,
                  certs::TestPki test_pki) {
  ANTIN_TRY(auto files, read_files(folder));
  ANTIN_CHECK(refuse_present(files, additions));
  for (const auto& addition : additions) {
    const auto stem = stem_for(addition.certificate);
    // Left behind when somebody was interrupted between the two files; it is written anew.
    std::erase_if(files, [&](const auto& file) { return file.name == stem + ".toml"; });
    files.push_back({stem + ".crt", addition.certificate.der()});
    const auto toml = trust_toml(addition);
    if (!toml.empty()) files.push_back({stem + ".toml", to_bytes(toml)});
  }
  ANTIN_TRY(const auto store, certs::load_trust_store(files, test_pki));
  for (const auto& addition : additions) {
    const bool anchor =
        std::any_of(store.anchors.begin(), store.anchors.end(),
                    [&](const auto& one) { return one.certificate == addition.certificate; });
    if (anchor != addition.anchor) return make_error(Code::kInternal, "another role than asked");
  }
  return Done{};
}

}  // namespace

Error already_there(const Certificate& certificate, const std::string& file) {
  return make_error(Code::kTrustPresent, file,
                    {{"ten", certificate.subject_common_name()}, {"tep", file}});
}

std::vector<std::string> purpose_names(const std::set<Purpose>& purposes) {
  std::vector<std::string> names;
  for (const auto& [purpose, name] : kPurposes) {
    if (purposes.count(purpose) != 0) names.emplace_back(name);
  }
  return names;
}

std::string trust_toml(const TrustAddition& addition) {
  std::string text;
  if (!addition.purposes.empty()) {
    text += "purposes = [";
    for (const auto& name : purpose_names(addition.purposes))
      text += (text.ends_with('[') ? "\"" : ", \"") + name + "\"";
    text += "]\n";
  }
  if (addition.from) text += "from = " + to_rfc3339(*addition.from) + "\n";
  if (addition.until) text += "until = " + to_rfc3339(*addition.until) + "\n";
  if (addition.anchor != addition.certificate.self_signed())
    text += addition.anchor ? "anchor = true\n" : "anchor = false\n";
  return text.empty() ? "" : "schema = \"antin-trust/1\"\n" + text;
}

Result<std::vector<TrustEntry>> read_trust_folder(const std::string& folder) {
  ANTIN_TRY(const auto files, read_files(folder));
  ANTIN_TRY(const auto store, certs::load_trust_store(files, certs::TestPki::kAllow));
  std::vector<TrustEntry> entries;
  for (const auto& file : files) {
    if (!holds_certificates(file.name)) continue;
    ANTIN_TRY(const auto all, Certificate::from_file_bytes(file.octets));
    for (const auto& one : all) {
      const auto found = std::find_if(store.anchors.begin(), store.anchors.end(),
                                      [&](const auto& it) { return it.certificate == one; });
      entries.push_back({one, file.name, all.size() == 1,
                         found == store.anchors.end() ? std::nullopt : std::optional{*found}});
    }
  }
  return entries;
}

// NAME.toml first: a root without the file that narrows it would be trusted for everything. A
// NAME.toml without a certificate only keeps the folder from being loaded.
Status TrustFolder::write(const TrustAddition& addition) {
  const auto stem = folder_ + "/" + stem_for(addition.certificate);
  const auto toml = to_bytes(trust_toml(addition));
  if (!toml.empty()) {
    ANTIN_CHECK(write_file(stem + ".toml", {toml}, IfExists::kReplace));
  } else if (::unlink((stem + ".toml").c_str()) != 0 && errno != ENOENT) {
    return folder_error(folder_, errno);
  }
  return write_file(stem + ".crt", {addition.certificate.der()}, IfExists::kRefuse);
}

Status TrustFolder::add(const std::vector<TrustAddition>& additions, certs::TestPki test_pki) {
  std::error_code problem;
  std::filesystem::create_directory(folder_, problem);
  if (problem) return folder_error(folder_, problem.value());
  const TrustLog log{folder_, clock_};
  ANTIN_CHECK(would_load(folder_, additions, test_pki));
  for (const auto& addition : additions) {
    ANTIN_CHECK(log.line("add", addition.certificate, about(addition)));
    auto written = write(addition);
    if (written) continue;
    ANTIN_CHECK(log.line("add failed", addition.certificate, Json::object()));
    return while_doing(std::move(written).error(), Code::kTrustFolder, folder_);
  }
  return Done{};
}

Result<Certificate> TrustFolder::remove(const Bytes& sha256) {
  const TrustLog log{folder_, clock_};
  ANTIN_TRY(const auto entries, read_trust_folder(folder_));
  std::vector<TrustEntry> named;
  for (const auto& entry : entries) {
    if (entry.certificate.sha256() == sha256) named.push_back(entry);
  }
  if (named.empty()) return make_error(Code::kTrustAbsent, folder_, {{"van_tay", to_hex(sha256)}});
  for (const auto& entry : named) {
    if (!entry.alone) return make_error(Code::kTrustShared, entry.file, {{"tep", entry.file}});
  }
  for (const auto& entry : named) {
    ANTIN_CHECK(log.line("remove", entry.certificate, Json{{"file", entry.file}}));
    // The certificate goes before what narrows it.
    const auto path = folder_ + "/" + entry.file;
    const auto toml = std::filesystem::path(path).replace_extension(".toml").string();
    if (::unlink(path.c_str()) != 0 || (::unlink(toml.c_str()) != 0 && errno != ENOENT)) {
      const auto why = errno;
      ANTIN_CHECK(log.line("remove failed", entry.certificate, Json::object()));
      return folder_error(folder_, why);
    }
  }
  ANTIN_CHECK(sync_written({folder_ + "/" + kLogName}));  // and the folder with it
  return named.front().certificate;
}

}  // namespace antin::service
