#include "service/cli_verify/inputs.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{4} << 30U;
constexpr std::size_t kMaxTrustFile = std::size_t{16} << 20U;
constexpr std::size_t kMaxCrl = std::size_t{256} << 20U;

}  // namespace

Result<SharedBytes> read_document(const std::string& path) {
  ANTIN_TRY(auto octets, read_file(path, kMaxDocument));
  return SharedBytes{std::move(octets)};
}

Result<certs::TrustStore> read_trust(const std::vector<std::string>& folders,
                                     certs::TestPki test_pki) {
  certs::TrustStore whole;
  for (const auto& folder : folders) {
    ANTIN_TRY(const auto names, list_files(folder));
    std::vector<certs::TrustFile> files;
    for (const auto& name : names) {
      ANTIN_TRY(auto octets, read_file(folder + "/" + name, kMaxTrustFile));
      files.push_back({name, std::move(octets)});
    }
    ANTIN_TRY(auto store, certs::load_trust_store(files, test_pki));
    std::move(store.anchors.begin(), store.anchors.end(), std::back_inserter(whole.anchors));
    std::move(store.intermediates.begin(), store.intermediates.end(),
              std::back_inserter(whole.intermediates));
  }
  return whole;
}

Result<std::vector<certs::Crl>> read_crls(const std::vector<std::string>& paths) {
  ANTIN_TRY(const auto files, expand_folders(paths, ".crl"));
  std::vector<certs::Crl> crls;
  for (const auto& path : files) {
    ANTIN_TRY(const auto octets, read_file(path, kMaxCrl));
    ANTIN_TRY(auto crl, certs::Crl::from_bytes(octets));
    crls.push_back(std::move(crl));
  }
  return crls;
}

std::string error_json(const std::string& file, const Error& error) {
  const auto texts = [&](auto text) {
    return nlohmann::ordered_json{{"vi", text(error.code, Language::kVietnamese, error.params)},
                                  {"en", text(error.code, Language::kEnglish, error.params)}};
  };
  const nlohmann::ordered_json document = {
      {"schema", "antin-error/1"},
      {"file", file},
      {"error",
       {{"code", info(error.code).name}, {"message", texts(sentence)}, {"advice", texts(advice)}}}};
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace antin::service
