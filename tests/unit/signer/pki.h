#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "certs/certificate.h"
#include "certs/core/time.h"

namespace antin::signer {

/// The instant at which tests/pki is judged.
inline UtcTime test_now() {
  return *from_rfc3339("2026-06-01T00:00:00Z");
}

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string pki_path(const std::string& name) {
  return std::string(ANTIN_SOURCE_DIR "/tests/pki/") + name;
}

inline certs::Certificate pki_certificate(const std::string& name) {
  return certs::Certificate::from_file_bytes(
             as_bytes(read_text(pki_path("certs/" + name + ".crt"))))
      .value()
      .at(0);
}

inline std::string pki_key(const std::string& name) {
  return read_text(pki_path("keys/" + name + ".key"));
}

}  // namespace antin::signer
