#include "verifier/material.h"

#include <algorithm>

namespace antin::verifier {
namespace {

template <class T>
bool add_once(std::vector<T>& all, const T& one, std::size_t most) {
  const bool known = std::any_of(all.begin(), all.end(),
                                 [&](const T& other) { return other.sha256() == one.sha256(); });
  if (known) return true;
  if (all.size() >= most) return false;
  all.push_back(one);
  return true;
}

}  // namespace

bool Material::add(const certs::Certificate& certificate) {
  return add_once(certificates, certificate, kMostCertificates);
}

bool Material::add(const certs::Crl& crl) {
  return add_once(crls, crl, kMostCrls);
}

bool Material::add(const certs::OcspResponse& answer) {
  return add_once(ocsp, answer, kMostOcsp);
}

void Material::add(const Material& other) {
  for (const auto& one : other.certificates) add(one);
  for (const auto& one : other.crls) add(one);
  for (const auto& one : other.ocsp) add(one);
}

bool Material::add_certificate(ByteView der) {
  const auto read = certs::Certificate::from_der(der);
  return read && add(read.value());
}

bool Material::add_crl(ByteView octets) {
  const auto read = certs::Crl::from_bytes(octets);
  return read && add(read.value());
}

bool Material::add_ocsp(ByteView der) {
  const auto read = certs::OcspResponse::from_bytes(der);
  return read && add(read.value());
}

}  // namespace antin::verifier
