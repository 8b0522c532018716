#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "certs/path.h"
#include "tests/fuzz/require.h"

// Certificates and lists of tests/pki, for fuzzers that judge by them.

namespace antin::fuzz {

inline Bytes file(const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR "/tests/pki/"} + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  require(!text.empty());
  return to_bytes(text);
}

inline certs::Certificate cert(const std::string& name) {
  return certs::Certificate::from_file_bytes(file("certs/" + name + ".crt")).value().at(0);
}

inline certs::Crl crl(const std::string& name) {
  return certs::Crl::from_bytes(file("crl/" + name + ".crl")).value();
}

}  // namespace antin::fuzz
