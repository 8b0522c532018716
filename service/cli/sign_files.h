#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "certs/core/time.h"
#include "service/cli/key_choice.h"
#include "service/cli/sign_setup.h"
#include "service/system/files.h"
#include "signer/batch.h"

namespace antin::service {

/// Judges a document with antin's own verifier before and after it is signed.
///
/// The input: a broken earlier signature is refused (S-17), except for a person who said
/// --accept-broken-input; then it is a warning. The output: whatever antin would call INVALID is
/// not released. Thread-safe.
class SignedDocumentJudge {
 public:
  SignedDocumentJudge(const SignSetup& setup, const Clock& clock) : setup_(setup), clock_(clock) {}
  /// Fails with kInputSignatureBroken, its cause the first finding that says why.
  Result<Findings> judge_input(const SharedBytes& document) const;
  /// Fails with kOutputWouldBeInvalid. kIntact: something else about it was accepted as it is (an
  /// earlier signature, a development certificate), so only the new signature must be intact.
  enum class Wanted { kNotInvalid, kIntact };
  Status judge_output(const SharedBytes& document, const std::string& field, Wanted wanted) const;
  /// The same for a detached signature. With a development key a certificate that antin would call
  /// INVALID comes out all the same, as with PDF.
  Status judge_detached(const SharedBytes& content, const Bytes& signature, Wanted wanted) const;

 private:
  const SignSetup& setup_;
  const Clock& clock_;
};

/// Files on disk as the outside of a batch.
///
/// A document is read into memory that has room for the update, so that the finished file can be
/// judged as a whole without a second copy of it.
class FileBatchHost final : public signer::BatchHost {
 public:
  using Report = std::function<void(const signer::BatchItem&, const signer::BatchOutcome&)>;
  struct Wiring {
    const SignSetup& setup;
    KeyChoice& key;
    const signer::SignRequest& request;  ///< without its document
    const signer::Environment& environment;
    IfExists if_exists;
  };
  FileBatchHost(const std::vector<signer::BatchItem>& items, Wiring wiring, Report report)
      : items_(items),
        wiring_(wiring),
        report_(std::move(report)),
        judge_(wiring.setup, *wiring.environment.clock) {}

  Result<SharedBytes> load(const signer::BatchItem& item) override;
  Result<std::optional<SharedBytes>> existing_output(const signer::BatchItem& item) override;
  Result<bool> is_finished(const signer::BatchItem& item, const SharedBytes& input,
                           const SharedBytes& output) override;
  Result<signer::SignedDocument> sign(const signer::BatchItem& item,
                                      const SharedBytes& input) override;
  Status store(const signer::BatchItem& item, const signer::SignedDocument& document) override;
  Status commit(const std::vector<signer::BatchItem>& stored) override;
  void report(std::size_t index, const signer::BatchOutcome& outcome) override;

 private:
  Result<signer::SignedDocument> sign_detached(const SharedBytes& content);
  /// Evidence for a court (verifier/evidence.h) becomes ASiC-E when OUT ends in ".asice".
  static bool makes_container(const std::string& output);
  Result<signer::SignedDocument> sign_container(const SharedBytes& container);
  Result<bool> is_finished_container(const SharedBytes& input, const SharedBytes& output) const;
  std::shared_ptr<Bytes> take_buffer(const std::string& output);

  const std::vector<signer::BatchItem>& items_;
  Wiring wiring_;
  Report report_;
  SignedDocumentJudge judge_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Bytes>> buffers_;  ///< by output, while being signed
};

/// The whole output as one piece: `tail` appended to `buffer`, which holds the original.
SharedBytes append_tail(std::shared_ptr<Bytes> buffer, ByteView tail);

/// Reads a document into a buffer that append_tail() can extend.
Result<std::shared_ptr<Bytes>> read_growable(const std::string& path);

}  // namespace antin::service
