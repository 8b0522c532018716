#pragma once

#include <functional>
#include <string>

#include "service/antind/casework_api.h"

namespace antin::service {

/// The bridge to the signing tool that offices have (S-15, docs/PROTOCOL.officer.md): it fetches a
/// document from an address, has a person sign it, and sends the file to another, both good for ten
/// minutes and one file. Whoever knows the address may do that, so it is 256 random bits and only
/// its digest is kept. Thread-safe.
class UploadBridge {
 public:
  struct Parts {
    Store* store;
    CaseworkApi* casework;
    Log* log;
    const Clock* clock;
    RandomSource* random;
  };
  explicit UploadBridge(Parts parts) : parts_(parts) {}

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& token);

 private:
  static constexpr std::chrono::minutes kGoodFor{10};
  /// The tool gives up after three seconds.
  static constexpr std::chrono::milliseconds kJudgedWithin{2'400};
  enum class State : std::uint8_t { kOpen, kTaken, kDone, kRefused };
  struct Address {
    Bytes token_sha256;
    std::string case_id, owner, person;
    std::int64_t version = 0;
    Bytes document_sha256;
    std::size_t size = 0;
    UtcTime expires{std::chrono::sys_seconds{}};
    State state = State::kOpen;
    Bytes file_sha256;
  };
  Result<Response> open(const Request& request, const Caller& caller);
  Result<Response> document(const std::string& token);
  Response take(const std::string& token, const Request& request);
  Status take_file(const std::string& token, const SharedBytes& file, std::string& case_id);
  Status take_for(const Address& address, const SharedBytes& file);
  Result<Address> find(const std::string& token);
  /// True for the first; false when the same file came before and was taken.
  Result<bool> claim(const Address& address, const Bytes& file_sha256);
  Status settle(const Address& address, State state);

  const Parts parts_;
};

}  // namespace antin::service
