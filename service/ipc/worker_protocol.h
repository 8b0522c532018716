#pragma once

#include <cstddef>
#include <cstdint>

namespace antin::service::worker {

/// docs/PROTOCOL.worker.md: antind asks, antin-worker answers, version 4.
constexpr std::uint16_t kVersion = 4;

enum Type : std::uint16_t {
  kConfigure = 1,
  kVerify = 2,
  kInspect = 3,
  kPrepare = 4,
  kComplete = 5,
  kCompare = 6,
  kExtend = 7,
  kCheckAdded = 8,
  kSelfTest = 9,  ///< of a worker that was started for nothing else
  kCapture = 10,  ///< scans become a PDF of the prescribed standard
  kCompose = 11,
  kDouble = 12,  ///< of a nursery: a copy of itself, at the other end of a channel
  kCheckLogin = 13,
  // The worker asks, antind answers.
  kFetchTimestamp = 0x4001,
  kFetchEvidence = 0x4002,
  kFindEvidence = 0x4003,
  kKeepEvidence = 0x4004,
  kDraw = 0x4005,
  kFindOriginal = 0x4006,
};

/// antin-worker --self-test: tries what must be stopped and answers kSelfTest.
constexpr const char* kSelfTestOption = "--self-test";
/// antin-worker --nursery: reads nothing foreign, and copies itself for each document (kDouble).
constexpr const char* kNurseryOption = "--nursery";
/// antin-worker --unconfined: what it says carries kServiceUnconfined.
constexpr const char* kUnconfinedOption = "--unconfined";

/// Largest document that a worker maps.
constexpr std::size_t kMaxDocument = std::size_t{4} << 30U;
/// Largest picture of a page, or words of a document.
constexpr std::size_t kMaxDrawn = std::size_t{80} << 20U;

}  // namespace antin::service::worker
