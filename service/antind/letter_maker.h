#pragma once

#include <string>

#include "service/antind/worker_pool.h"

namespace antin::service {

/// New pages from a template of the office: letters, books. Composed by a worker.
struct LetterOrder {
  std::string toml;  ///< the template, antin-layout/1
  std::string day;   ///< on which it must be in force, "2026-11-21"
  cbor::Map values = {};
  cbor::Array rows = {};
  std::string qr = {};       ///< "": none
  std::int64_t made_at = 0;  ///< seconds since 1970
};

/// A PDF. Fails as WorkerPool::ask() does, and with what stands against the template or a value.
Result<SharedBytes> make_letter(WorkerPool& workers, LetterOrder order,
                                std::chrono::milliseconds within);
/// NAME.toml of a folder of templates. Fails with kFileUnreadable.
Result<std::string> read_template(const std::string& folder, const std::string& name);

}  // namespace antin::service
