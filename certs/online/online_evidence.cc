#include "certs/online/online_evidence.h"

#include <algorithm>
#include <deque>
#include <set>
#include <thread>
#include <utility>

#include "certs/online/known_answers.h"
#include "certs/online/status_search.h"
#include "certs/revocation.h"

namespace antin::certs {
namespace {

// Other paths to the same leaf (cross-certificates) are asked about too, but not all there may be.
constexpr std::size_t kMostPaths = 3;
constexpr std::size_t kMostLeaves = 64;
constexpr std::size_t kMostIssuers = 8;
// Signers of lists and answers, and theirs.
constexpr int kMostRounds = 3;

using Reach = StatusSearch::Reach;

Finding note(Code code, Severity severity, Params params) {
  return {.code = code, .severity = severity, .params = std::move(params), .detail = {}};
}

/// One collect(): grows `evidence_` (all there is) and `found_` (what was added).
class Collection {
 public:
  Collection(const OnlineOptions& options, const EvidenceWanted& wanted, StatusSearch& search)
      : options_(options), wanted_(wanted), search_(search), evidence_(wanted.at_hand) {}

  EvidenceFound run() {
    std::vector<StatusTask> tasks;
    if (wanted_.leaves.size() > kMostLeaves)
      found_.findings.push_back(note(Code::kEvidenceTooMany, Severity::kWarning, {}));
    for (const auto& leaf : wanted_.leaves) {
      if (&leaf - wanted_.leaves.data() >= static_cast<std::ptrdiff_t>(kMostLeaves)) break;
      for (const auto& path : paths_of(leaf)) add_tasks(path, leaf.purpose, tasks);
    }
    for (int round = 0; round < kMostRounds && !tasks.empty(); ++round) {
      std::vector<StatusTask> next;
      answer(tasks, next);
      tasks = std::move(next);
    }
    return std::move(found_);
  }

 private:
  std::vector<ProspectiveChain> paths_of(const EvidenceWanted::Leaf& leaf) {
    auto paths = build(leaf);
    if (!paths.empty()) {
      paths.resize(std::min(paths.size(), kMostPaths), paths.front());
      return paths;
    }
    auto top = top_of(leaf.certificate);
    for (std::size_t i = 0; i < kMostIssuers && !top.self_issued(); ++i) {
      std::vector<Certificate> issuers;
      if (options_.issuers == OnlineOptions::MissingIssuers::kFetch)
        issuers = search_.fetch_issuers(top, found_.findings);
      if (issuers.empty()) {
        found_.findings.push_back(note(Code::kEvidenceNoIssuer, Severity::kWarning,
                                       {{"ten", top.subject_common_name()}}));
        break;
      }
      for (const auto& issuer : issuers) {
        evidence_.certificates.push_back(issuer);
        found_.evidence.certificates.push_back(issuer);
      }
      paths = build(leaf);
      if (!paths.empty()) break;
      top = top_of(leaf.certificate);
    }
    paths.resize(std::min(paths.size(), kMostPaths),
                 ProspectiveChain{.chain = {leaf.certificate}, .anchor = 0});
    return paths;
  }

  std::vector<ProspectiveChain> build(const EvidenceWanted::Leaf& leaf) const {
    return prospective_chains({.leaf = leaf.certificate,
                               .candidates = evidence_.certificates,
                               .trust = wanted_.trust,
                               .crls = {},
                               .purpose = leaf.purpose,
                               .at = wanted_.at,
                               .check_revocation = false});
  }

  // The last certificate that issuers at hand lead to.
  Certificate top_of(const Certificate& leaf) const {
    auto top = leaf;
    for (std::size_t i = 0; i < kMostIssuers && !top.self_issued(); ++i) {
      const auto* issuer = issuer_at_hand(top);
      if (issuer == nullptr) break;
      top = *issuer;
    }
    return top;
  }

  const Certificate* issuer_at_hand(const Certificate& certificate) const {
    for (const auto* pool : {&evidence_.certificates, &wanted_.trust->intermediates}) {
      for (const auto& one : *pool) {
        if (one.subject_line() == certificate.issuer_line() &&
            certificate.signature_verifies_with(one))
          return &one;
      }
    }
    return nullptr;
  }

  void add_tasks(const ProspectiveChain& path, Purpose purpose, std::vector<StatusTask>& tasks) {
    for (std::size_t i = 0; i + 1 < path.chain.size(); ++i) {
      if (never_revoked(path.chain[i])) continue;
      if (!seen_.emplace(path.chain[i].sha256(), path.chain[i + 1].sha256()).second) continue;
      if (seen_.size() > options_.max_statuses) {
        found_.findings.push_back(note(Code::kEvidenceTooMany, Severity::kWarning, {}));
        return;
      }
      tasks.push_back({.path = path, .index = i, .purpose = purpose});
    }
  }

  // What is at hand or cached answers without a thread; the rest is asked for side by side.
  void answer(const std::vector<StatusTask>& tasks, std::vector<StatusTask>& next) {
    std::vector<const StatusTask*> open;
    for (const auto& task : tasks) {
      auto found = search_.search(task, evidence_, Reach::kCache);
      if (!found.statement) open.push_back(&task);
      merge(task, std::move(found), next);
    }
    if (open.empty()) return;
    std::vector<StatusFound> found(open.size());
    std::atomic<std::size_t> first = 0;
    const auto work = [&] {
      for (auto i = first++; i < open.size(); i = first++)
        found[i] = search_.search(*open[i], evidence_, Reach::kNetwork);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(options_.parallel, open.size()); ++i)
      threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!found[i].statement) explain(*open[i], found[i].findings);
      merge(*open[i], std::move(found[i]), next);
    }
  }

  // Why nobody could even be asked.
  static void explain(const StatusTask& task, Findings& findings) {
    const auto& certificate = task.certificate();
    for (const auto& urls : {certificate.ocsp_urls(), certificate.crl_urls()}) {
      for (const auto& url : urls) {
        if (url.starts_with("http://") || url.starts_with("https://")) continue;
        findings.push_back(note(Code::kEvidenceScheme, Severity::kInfo, {{"url", url}}));
      }
    }
    if (ocsp_urls(certificate).empty() && crl_urls(certificate).empty())
      findings.push_back(note(Code::kEvidenceNoAddress, Severity::kWarning,
                              {{"ten", certificate.subject_common_name()}}));
  }

  void merge(const StatusTask& task, StatusFound found, std::vector<StatusTask>& next) {
    for (const auto& response : found.added.ocsp)
      add(evidence_.ocsp, found_.evidence.ocsp, response);
    for (const auto& crl : found.added.crls) add(evidence_.crls, found_.evidence.crls, crl);
    std::move(found.findings.begin(), found.findings.end(), std::back_inserter(found_.findings));
    if (!found.statement) return;
    add_tasks({.chain = found.statement->signer_chain, .anchor = task.path.anchor}, Purpose::kOcsp,
              next);
  }

  template <class Item>
  static void add(std::vector<Item>& all, std::vector<Item>& added, const Item& item) {
    const bool there = std::any_of(all.begin(), all.end(),
                                   [&](const Item& one) { return one.sha256() == item.sha256(); });
    if (there) return;
    all.push_back(item);
    added.push_back(item);
  }

  const OnlineOptions& options_;
  const EvidenceWanted& wanted_;
  StatusSearch& search_;
  Evidence evidence_;
  EvidenceFound found_;
  std::set<std::pair<Bytes, Bytes>> seen_;
};

// One line per address and reason, however many certificates name it.
void drop_repeated(Findings& findings) {
  Findings once;
  for (auto& finding : findings) {
    const bool there = std::any_of(once.begin(), once.end(), [&](const Finding& one) {
      return one.code == finding.code && one.params == finding.params;
    });
    if (!there) once.push_back(std::move(finding));
  }
  findings = std::move(once);
}

}  // namespace

struct OnlineEvidence::Inside {
  Inside(const OnlineOptions& wished, const Parts& given)
      : options(wished), parts(given), known(*given.cache) {}
  const OnlineOptions options;
  const Parts parts;
  KnownAnswers known;
};

OnlineEvidence::OnlineEvidence(OnlineOptions options, const Parts& parts)
    : inside_(std::make_unique<Inside>(options, parts)) {}
OnlineEvidence::~OnlineEvidence() = default;

EvidenceFound OnlineEvidence::collect(const EvidenceWanted& wanted) {
  StatusSearch search(inside_->options, inside_->parts, inside_->known, wanted);
  auto found = Collection(inside_->options, wanted, search).run();
  drop_repeated(found.findings);
  return found;
}

}  // namespace antin::certs
