#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/http_fetcher.h"
#include "certs/core/random.h"
#include "certs/crl.h"
#include "certs/online/online_evidence.h"
#include "certs/trust_store.h"
#include "service/ipc/channel.h"
#include "service/sandbox/worker_profile.h"
#include "service/worker/evidence_by_message.h"
#include "signer/tsa_health.h"
#include "verifier/verify.h"

namespace antin::signer {
struct CertificateCheck;
}

namespace antin::service::worker {

/// What every judgement of this worker rests on; sent once by antind, never read from files.
struct Settings {
  certs::TrustStore trust;
  std::vector<certs::Crl> crls;
  verifier::Policy policy;
  std::vector<std::string> tsa_urls;
  std::optional<certs::OnlineOptions> online;  ///< nothing: only what is given
};

/// How the process stands that a worker runs in.
struct Standing {
  std::optional<sandbox::WorkerConfinement> confinement;
  bool for_development = false;  ///< unconfined because somebody wanted it: reports say so
  Descriptor statm;              ///< /proc/self/statm, opened while files could be opened
};

/// What the libraries read from files, before there are none: to be called before confinement.
void warm_up();

/// The side that reads foreign octets: it holds no key, opens no file and no connection, and knows
/// nothing but the documents it is handed. One request at a time, as they come over its channel.
class Worker {
 public:
  Worker(Channel& channel, RandomSource& random, Standing standing)
      : channel_(channel), random_(random), standing_(std::move(standing)) {}
  /// Until antind closes the channel.
  Status run();
  /// Likewise, but reads its configuration and nothing else: what is asked of it is a copy of
  /// itself, which then runs at a channel of its own.
  Status run_nursery();

 private:
  Result<Message> configure(Message& request);
  Result<Message> verify(Message& request);
  Result<Message> inspect(Message& request);
  Result<Message> prepare(Message& request);
  Result<Message> complete(Message& request);
  Result<Message> compare(Message& request);
  Result<Message> extend(Message& request);
  Result<Message> check(Message& request);
  Result<Message> capture(Message& request);
  Result<Message> compose(Message& request);
  Result<Message> check_login(Message& request);
  std::vector<Route> routes();
  Result<const Settings*> settings() const;
  void note_development(Findings& findings) const;
  Result<verifier::Report> judge(verifier::Input input, const Message& request);
  Status hold_against_register(const verifier::Input& input, const Message& request,
                               verifier::Report& report);

  Channel& channel_;
  RandomSource& random_;
  Standing standing_;
  RequestClock clock_;
  signer::TsaHealth tsa_health_{clock_};
  std::optional<Settings> settings_;
  std::unique_ptr<EvidenceByMessage> evidence_;  ///< nullptr: only what is given
};

/// What a register records of a released document: "pages", "signed_end", and the SHA-256 of the
/// certificates of "officers" and "agencies". A document that cannot be judged has none of it.
void describe_signed(const SharedBytes& octets, const Settings& settings, UtcTime at,
                     cbor::Map& body);

/// A copy and an original, and how much may be spent on telling what they are to each other.
struct Compared {
  SharedBytes copy, original;
  std::string password;  ///< for both
  UtcTime at;
  std::chrono::milliseconds draw_within{0};
  std::size_t pictures = 0;  ///< pages whose differences are wanted as a picture
};
/// The copy's report with what it is to the original; pages are drawn over `channel`. Fails as
/// verifier::verify() does when the copy cannot be read.
Result<verifier::Report> compare_documents(const Compared& compared, const Settings& settings,
                                           Channel& channel);
/// What the copy is to the original, for whoever may not see the original: pages are drawn and
/// marked, and neither its pages nor its words are in the answer.
verifier::Comparison compare_for_strangers(const Compared& compared, const Settings& settings,
                                           Channel& channel);

/// Holds a report that has its comparison against the entry in `request`, "entry", if any.
Status judge_entry(const SharedBytes& copy, const SharedBytes& original, const Settings& settings,
                   const cbor::Value& request, verifier::Report& report);

SharedBytes joined(const SharedBytes& document, ByteView tail);

/// Octets to append to a document, and what there is to say about them.
struct Completed {
  cbor::Value body;
  Bytes tail;
};
/// First half of a signature: the octets to append, with a placeholder, and what is to be signed.
/// `request` is the body of kPrepare. Also refuses what the agency must not sign: a document whose
/// signatures are broken (vietnam.md S-17), kInputSignatureBroken. Of a person's certificate
/// `evidence`, unless it is null, is asked whether it is revoked (S-04).
Result<Completed> prepare_document(const cbor::Value& request, const SharedBytes& document,
                                   const Settings& settings, RandomSource& random,
                                   EvidenceByMessage* evidence = nullptr);
/// What the worker has to work with beside the document. `evidence` may be null.
struct Surroundings {
  const Settings& settings;
  RandomSource& random;
  HttpFetcher& fetcher;
  signer::TsaHealth& health;
  EvidenceByMessage* evidence;
};
/// Second half: the octets to append. Judges the result before it leaves: what antin would call
/// INVALID is kOutputWouldBeInvalid.
Result<Completed> complete_document(const cbor::Value& request, const SharedBytes& document,
                                    const Surroundings& surroundings);
/// Raises the level of what is signed already. `request` is the body of kExtend; the tail is empty
/// when nothing was to be done. Fails with kExtendInputBroken, kExtendWouldBreak, and as
/// signer::extend() does.
Result<Completed> extend_document(const cbor::Value& request, const SharedBytes& document,
                                  const Surroundings& surroundings);

/// The second worker's part of a signature: is what was added since octet "from" of `body`, object
/// by object, one signature field ("signature"), one signature of any format ("person") or data for
/// long-term validation ("proof") and nothing else? Fails with kPreparedChanges, kUploadMore,
/// kExtendedChanges ({thay_doi}), and as pdf::Document::open() and pdf::changes_since() do.
Status check_added(const cbor::Value& body, const SharedBytes& octets,
                   const pdf::ReadLimits& limits);

/// The second worker's part of a release: does the signature in "field" of `body`, made with
/// "certificate", hold in the finished document, as far as that can be judged without trust, and is
/// it of the "level" that the worker which made it says, as far as a timestamp shows; and is what
/// stands behind octet "from" data for long-term validation and nothing else? Fails with
/// kCompletedUnsound ({ly_do}, {reason}), kExtendedChanges, and as check_added().
Status check_finished(const cbor::Value& body, const SharedBytes& octets, const Settings& settings);

/// A sign-in with a certificate (docs/PROTOCOL.login.md). `body`, of kCheckLogin, asks one of two:
/// "signature": is the signature over the attributes that antind built the certificate's own? or
/// "certificate": may its person sign with it today (S-04)? `evidence` may be null; a revocation
/// that nobody can tell refuses. Fails with kLoginSignature and as signer::check_certificate().
Status judge_login(const cbor::Value& body, const Settings& settings, EvidenceByMessage* evidence);

/// "algorithm" and "digest" of a message. Fails with kIpcMalformed.
Result<SignatureScheme> scheme_at(const cbor::Value& body);
/// "chain" of a message: DER. Fails with kIpcMalformed and as Certificate::from_der().
Result<std::vector<certs::Certificate>> chain_at(const cbor::Value& body);
/// S-04: before a person's key is used. What cannot be had leaves the question open.
void collect_status(EvidenceByMessage& evidence, UtcTime now, const certs::Certificate& certificate,
                    const std::vector<certs::Certificate>& chain, signer::CertificateCheck& check);

/// The report as "html", "pdf" or "etsi"; `language`: "vi", "en", or "" for both. Fails with
/// kIpcMalformed for other words, and as sheet_pdf() does.
Result<Bytes> render_report(const verifier::Report& report, const std::string& format,
                            const std::string& language);

/// Findings in a message: [{code, severity, vi, en}].
cbor::Array findings_to_value(const Findings& findings);

/// Seconds since 1970 in a message. Fails with kIpcMalformed beyond the year 9999.
Result<UtcTime> time_at(const cbor::Value& body, const cbor::Key& key);

}  // namespace antin::service::worker
