#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "certs/core/bytes.h"

namespace antin::fakes {

inline Bytes der(std::uint8_t tag, const Bytes& content) {
  Bytes element{tag};
  if (content.size() >= 0x80) element.push_back(0x81);
  element.push_back(static_cast<std::uint8_t>(content.size()));
  element.insert(element.end(), content.begin(), content.end());
  return element;
}

inline Bytes attribute(std::initializer_list<std::uint8_t> oid, const Bytes& value) {
  auto content = der(0x06, Bytes{oid});
  const auto values = der(0x31, value);
  content.insert(content.end(), values.begin(), values.end());
  return der(0x30, content);
}

/// SignedAttributes as antin makes them: content-type, message-digest and signing-certificate-v2;
/// `more` are whole attributes.
inline ToBeSigned signed_attributes(const Bytes& message_digest, const Bytes& certificate_sha256,
                                    const std::vector<Bytes>& more = {}) {
  std::vector<Bytes> all = more;
  all.push_back(attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03},
                          der(0x06, {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01})));
  all.push_back(
      attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04}, der(0x04, message_digest)));
  if (!certificate_sha256.empty())
    all.push_back(attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F},
                            der(0x30, der(0x30, der(0x30, der(0x04, certificate_sha256))))));
  std::sort(all.begin(), all.end());
  Bytes content;
  for (const auto& one : all) content.insert(content.end(), one.begin(), one.end());
  return ToBeSigned{der(0x31, content)};
}

}  // namespace antin::fakes
