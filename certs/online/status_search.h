#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "certs/online/known_answers.h"
#include "certs/online/online_evidence.h"
#include "certs/revocation.h"

namespace antin::certs {

/// One certificate of a path whose status is wanted: path.chain[index].
struct StatusTask {
  ProspectiveChain path;
  std::size_t index;
  Purpose purpose;  ///< of the path's leaf
  const Certificate& certificate() const { return path.chain[index]; }
  const Certificate& issuer() const { return path.chain[index + 1]; }
};

/// What one search came to.
struct StatusFound {
  Evidence added;
  Findings findings;
  std::optional<RevocationStatement> statement;  ///< the one that is enough, if any
};

/// How one collect() asks about certificates: at hand, in the cache, then from the network, within
/// its deadline and budget. Thread-safe.
class StatusSearch {
 public:
  StatusSearch(const OnlineOptions& options, const OnlineEvidence::Parts& parts,
               KnownAnswers& known, const EvidenceWanted& wanted);

  /// A statement that is enough, from `evidence` alone.
  std::optional<RevocationStatement> enough(const StatusTask& task, const Evidence& evidence) const;
  enum class Reach { kCache, kNetwork };
  StatusFound search(const StatusTask& task, const Evidence& at_hand, Reach reach);
  /// Certificates from the caIssuers addresses of `certificate` that did sign it.
  std::vector<Certificate> fetch_issuers(const Certificate& certificate, Findings& findings);

 private:
  struct State;  ///< of one search()
  struct Answer {
    HttpResponse response;
    UtcTime fetched;
  };
  std::vector<RevocationStatement> statements(const StatusTask& task,
                                              const Evidence& evidence) const;
  bool is_enough(const RevocationStatement& statement, const Certificate& certificate) const;
  bool asked_lately(UtcTime fetched) const;

  bool ask_responders(State& state, Reach reach);
  bool ask_lists(State& state, Reach reach);
  bool take_response(State& state, const OcspResponse& response);
  void search_responder(State& state, const OcspResponse& response, Reach reach);
  std::optional<OcspResponse> fetch_response(State& state, const std::string& url,
                                             const std::string& key, Bytes& body);
  enum class Taken { kRefused, kNotEnough, kEnough };
  Taken take_list(State& state, const Crl& crl);
  bool known_list(State& state, const std::string& url);
  bool fetch_list(State& state, const std::string& url);
  void ask_deltas(State& state, Reach reach);
  std::optional<Answer> fetch(const HttpRequest& request, OctetCount most, Findings& findings);

  const OnlineOptions& options_;
  const OnlineEvidence::Parts& parts_;
  KnownAnswers& known_;
  const EvidenceWanted& wanted_;
  const std::chrono::steady_clock::time_point began_;
  std::atomic<std::size_t> fetches_ = 0;
};

}  // namespace antin::certs
