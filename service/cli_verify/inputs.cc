#include "service/cli_verify/inputs.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "service/cli/inputs.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{4} << 30U;

}  // namespace

Result<SharedBytes> read_document(const std::string& path) {
  ANTIN_TRY(auto octets, read_file(path, kMaxDocument));
  return SharedBytes{std::move(octets)};
}

Result<certs::TrustStore> read_trust(const std::vector<std::string>& folders,
                                     certs::TestPki test_pki) {
  certs::TrustStore whole;
  for (const auto& folder : folders) {
    ANTIN_TRY(auto store, load_trust_folder(folder, test_pki));
    std::move(store.anchors.begin(), store.anchors.end(), std::back_inserter(whole.anchors));
    std::move(store.intermediates.begin(), store.intermediates.end(),
              std::back_inserter(whole.intermediates));
  }
  return whole;
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
