#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::signer {

/// What prepare() hands to complete(): CBOR (RFC 8949), deterministic encoding, an array that
/// starts with "antin-state/1". Holds no secret and nothing of the document but the update made for
/// it.
struct State {
  std::string document_name;  ///< a hint; the SHA-256 decides
  Bytes document_sha256;
  std::uint64_t document_octets = 0;
  Bytes tail;  ///< the update, with an empty placeholder
  std::array<std::uint64_t, 4> byte_range{};
  std::string field;
  std::uint64_t contents_in_tail = 0;
  std::uint64_t capacity = 0;
  UtcTime signing_time{std::chrono::sys_seconds{}};
  SignatureScheme scheme{};
  std::uint64_t level = 0;              ///< 0: B, 1: T, 2: LT, 3: LTA
  std::uint64_t without_timestamp = 0;  ///< 0: fail, 1: keep B
  Bytes certificate;
  std::vector<Bytes> chain;
  Bytes attributes;
};

Bytes write_state(const State& state);
/// Accepts exactly what write_state() writes. Fails with kStateMalformed.
Result<State> read_state(ByteView octets);

}  // namespace antin::signer
