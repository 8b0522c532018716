#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/error.h"
#include "certs/crl.h"
#include "certs/trust_store.h"

namespace antin::service {

constexpr std::size_t kMostSmallFile = std::size_t{64} << 20U;  ///< certificates, CRLs, CMS, states

/// A `--trust DIR`. Fails as read_file() and certs::load_trust_store() do.
Result<certs::TrustStore> load_trust_folder(const std::string& folder, certs::TestPki test_pki);
/// `--crl FILE…`
Result<std::vector<certs::Crl>> load_crls(const std::vector<std::string>& paths);
/// `--cert FILE…`, in the order given.
Result<std::vector<certs::Certificate>> load_certificates(const std::vector<std::string>& paths);

}  // namespace antin::service
