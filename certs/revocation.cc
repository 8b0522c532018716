#include "certs/revocation.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "certs/path_judge.h"
#include "certs/statements.h"

namespace antin::certs {
namespace {

RevocationStatement public_form(const Statement& said) {
  return {said.source, said.evidence, said.status, said.issued, said.signer_chain};
}

/// Takes good statements newest first and lets those for some reasons wait until they cover all.
class GoodStatements {
 public:
  std::optional<RevocationStatement> add(const Statement& said) {
    if (said.reasons == kAllReasons) return public_form(said);
    // Together they know no more than the oldest of them, and it is taken last.
    covered_ |= said.reasons;
    auto until = said.status.next_update;
    if (next_update_ && (!until || *next_update_ < *until)) until = next_update_;
    next_update_ = until;
    if (covered_ != kAllReasons) return std::nullopt;
    auto whole = public_form(said);
    whole.status.next_update = next_update_;
    covered_ = 0;
    next_update_.reset();
    return whole;
  }

 private:
  ReasonMask covered_ = 0;
  std::optional<UtcTime> next_update_;
};

}  // namespace

std::vector<ProspectiveChain> prospective_chains(const PathInput& input) {
  PathJudge judge{input};
  const auto use = use_of(input.purpose);
  std::vector<ProspectiveChain> found;
  judge.each_candidate(input.leaf, [&](const CandidatePath& path) {
    if (input.trust->anchors[path.anchor].purposes.count(input.purpose) != 0 &&
        usage_permits(input.leaf, use) && !rfc5280_objection(path, input.policies, input.at))
      found.push_back({path.chain, path.anchor});
    return Visit::kContinue;
  });
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair{a.chain.size(), a.anchor} < std::pair{b.chain.size(), b.anchor};
  });
  return found;
}

std::vector<RevocationStatement> revocation_statements(const PathInput& input,
                                                       const ProspectiveChain& chain,
                                                       std::size_t index) {
  if (index + 1 >= chain.chain.size() || never_revoked(chain.chain[index])) return {};
  const ossl::ErrorMark probe;
  auto asked = input;
  asked.check_revocation = true;  // of those who sign lists
  PathJudge judge{asked};
  const CandidatePath path{chain.chain, chain.anchor};
  Findings unheard;
  const auto all = read_statements({path, index, std::nullopt, judge, unheard});
  std::vector<RevocationStatement> heard;
  GoodStatements good;
  for (const auto& said : all) {
    if (said.revokes()) {
      heard.push_back(public_form(said));
    } else if (!said.nothing_good && !judge.budget().exhausted) {
      if (auto whole = good.add(said)) heard.push_back(std::move(*whole));
    }
  }
  return heard;
}

bool is_fresh(const RevocationStatement& statement, UtcTime at,
              std::optional<std::chrono::seconds> maximum) {
  const auto& status = statement.status;
  if (!status.this_update) return false;
  const auto known = status.this_update->since_epoch();
  if (!maximum) {
    if (status.next_update) {
      maximum = status.next_update->since_epoch() - known;
    } else {
      maximum = statement.source == RevocationStatement::Source::kOcsp
                    ? std::chrono::seconds{kOcspLeeway}
                    : std::chrono::seconds{0};
    }
  }
  return at.since_epoch() <= known + *maximum;
}

// The certificate itself says that nobody will ever list it.
bool never_revoked(const Certificate& certificate) {
  static const ossl::ObjectPtr kNoRevAvail{OBJ_txt2obj("2.5.29.56", 1)};        // RFC 9608
  static const ossl::ObjectPtr kShortTerm{OBJ_txt2obj("0.4.0.194121.2.1", 1)};  // EN 319 412-1
  auto* x509 = certificate.x509();
  if (certificate.is_ca()) return false;
  if (X509_get_ext_by_OBJ(x509, kNoRevAvail.get(), -1) >= 0 ||
      X509_get_ext_by_OBJ(x509, kShortTerm.get(), -1) >= 0)
    return true;
  // RFC 6960 §4.2.2.2.1
  return X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) >= 0 &&
         usage_permits(certificate, LeafUse::kOcsp);
}

}  // namespace antin::certs
