#include "service/cli/inputs.h"

#include <utility>

#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostCrl = std::size_t{256} << 20U;

}  // namespace

Result<certs::TrustStore> load_trust_folder(const std::string& folder, certs::TestPki test_pki) {
  ANTIN_TRY(const auto names, list_files(folder));
  const auto inside = folder + "/";
  std::vector<certs::TrustFile> files;
  files.reserve(names.size());
  for (const auto& name : names) {
    ANTIN_TRY(auto octets, read_file(inside + name, kMostSmallFile));
    files.push_back({.name = name, .octets = std::move(octets)});
  }
  return certs::load_trust_store(files, test_pki);
}

Result<std::vector<certs::Crl>> load_crls(const std::vector<std::string>& paths) {
  ANTIN_TRY(const auto files, expand_folders(paths, ".crl"));
  std::vector<certs::Crl> crls;
  for (const auto& path : files) {
    ANTIN_TRY(const auto octets, read_file(path, kMostCrl));
    ANTIN_TRY(auto crl, certs::Crl::from_bytes(octets));
    crls.push_back(std::move(crl));
  }
  return crls;
}

Result<std::vector<certs::Certificate>> load_certificates(const std::vector<std::string>& paths) {
  std::vector<certs::Certificate> all;
  for (const auto& path : paths) {
    ANTIN_TRY(const auto octets, read_file(path, kMostSmallFile));
    ANTIN_TRY(const auto some, certs::Certificate::from_file_bytes(octets));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace antin::service
