#include "hsm/pkcs11/objects.h"

#include <algorithm>
#include <array>

#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/mechanism.h"
#include "hsm/pkcs11/public_key.h"

namespace antin::hsm {
namespace {

constexpr CK_ULONG kMaxAttributeOctets = wire::kMaxCertificateOctets;

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, void* value, CK_ULONG octets) {
  return {type, value, octets};
}

template <class T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return attribute(type, &value, sizeof value);
}

Outcome<std::vector<CK_OBJECT_HANDLE>> find(const Session& session,
                                            std::vector<CK_ATTRIBUTE>& wanted) {
  const auto& p11 = session.functions();
  if (const auto rv = p11.C_FindObjectsInit(session.handle(), wanted.data(), wanted.size());
      rv != CKR_OK)
    return failure_of(rv, "C_FindObjectsInit", "");
  std::vector<CK_OBJECT_HANDLE> found;
  std::array<CK_OBJECT_HANDLE, 64> some{};
  CK_RV rv = CKR_OK;
  while (found.size() < wire::kMaxObjects) {
    CK_ULONG count = 0;
    rv = p11.C_FindObjects(session.handle(), some.data(), some.size(), &count);
    if (rv != CKR_OK || count == 0 || count > some.size()) break;
    found.insert(found.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
  }
  p11.C_FindObjectsFinal(session.handle());
  if (rv != CKR_OK) return failure_of(rv, "C_FindObjects", "");
  found.resize(std::min(found.size(), wire::kMaxObjects));
  return found;
}

Outcome<std::vector<CK_OBJECT_HANDLE>> find(const Session& session, CK_OBJECT_CLASS object_class,
                                            const KeySelector& selector) {
  auto label = selector.label.value_or("");
  auto id = selector.id.value_or(Bytes{});
  std::vector<CK_ATTRIBUTE> wanted{attribute(CKA_CLASS, object_class)};
  if (selector.label) wanted.push_back(attribute(CKA_LABEL, label.data(), label.size()));
  if (selector.id) wanted.push_back(attribute(CKA_ID, id.data(), id.size()));
  return find(session, wanted);
}

// Empty when the object has no such attribute or keeps it to itself.
Bytes read(const Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  const auto& p11 = session.functions();
  auto one = attribute(type, nullptr, 0);
  if (p11.C_GetAttributeValue(session.handle(), object, &one, 1) != CKR_OK) return {};
  if (one.ulValueLen == 0 || one.ulValueLen > kMaxAttributeOctets) return {};
  Bytes value(one.ulValueLen);
  one.pValue = value.data();
  if (p11.C_GetAttributeValue(session.handle(), object, &one, 1) != CKR_OK) return {};
  value.resize(std::min<CK_ULONG>(one.ulValueLen, value.size()));
  return value;
}

std::string read_text(const Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  return valid_utf8(as_text(read(session, object, type)));
}

bool read_flag(const Session& session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
               bool if_absent) {
  const auto value = read(session, object, type);
  return value.empty() ? if_absent : value.front() != CK_FALSE;
}

std::vector<CK_MECHANISM_TYPE> signing_mechanisms(const Session& session) {
  const auto& p11 = session.functions();
  CK_ULONG count = 0;
  if (p11.C_GetMechanismList(session.slot(), nullptr, &count) != CKR_OK) return {};
  std::vector<CK_MECHANISM_TYPE> all(std::min<CK_ULONG>(count, 4096));
  count = all.size();
  if (p11.C_GetMechanismList(session.slot(), all.data(), &count) != CKR_OK) return {};
  all.resize(std::min<CK_ULONG>(count, all.size()));
  return all;
}

PublicKey public_key_of(const Session& session, CK_OBJECT_HANDLE key, const KeyTraits& traits,
                        const Bytes& id) {
  if (traits.type == CKK_RSA) return {.modulus = read(session, key, CKA_MODULUS), .point = {}};
  auto point = read(session, key, CKA_EC_POINT);
  if (point.empty() && !id.empty()) {
    const auto twins = find(session, CKO_PUBLIC_KEY, {.label = std::nullopt, .id = id});
    if (!failed(twins) && std::get<0>(twins).size() == 1)
      point = read(session, std::get<0>(twins).front(), CKA_EC_POINT);
  }
  return {.modulus = {}, .point = bare_point(point)};
}

// Indices of `certificates` that belong to the key, best first: same CKA_ID, then the one that
// became valid last (a renewed certificate keeps its key).
std::vector<std::uint16_t> matching(const std::vector<ParsedCertificate>& certificates,
                                    const PublicKey& key, CK_KEY_TYPE type, const Bytes& id) {
  std::vector<std::uint16_t> found;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const auto& one = certificates[i];
    const bool same_id = !id.empty() && one.id == id;
    if (key.known() ? one.has(key) : same_id && one.is_of_type(type))
      found.push_back(static_cast<std::uint16_t>(i));
  }
  std::stable_sort(found.begin(), found.end(), [&](std::uint16_t a, std::uint16_t b) {
    const auto& left = certificates[a];
    const auto& right = certificates[b];
    if ((left.id == id) != (right.id == id)) return left.id == id;
    return left.became_valid_after(right);
  });
  return found;
}

}  // namespace

Outcome<std::vector<CK_OBJECT_HANDLE>> find_private_keys(const Session& session,
                                                         const KeySelector& selector) {
  auto found = find(session, CKO_PRIVATE_KEY, selector);
  if (failed(found)) return found;
  auto& keys = std::get<0>(found);
  std::erase_if(
      keys, [&session](CK_OBJECT_HANDLE key) { return !read_flag(session, key, CKA_SIGN, true); });
  return found;
}

Outcome<KeyTraits> read_traits(const Session& session, CK_OBJECT_HANDLE key) {
  KeyTraits traits;
  traits.handle = key;
  CK_KEY_TYPE type = 0;
  auto wanted = attribute(CKA_KEY_TYPE, type);
  if (const auto rv = session.functions().C_GetAttributeValue(session.handle(), key, &wanted, 1);
      rv != CKR_OK)
    return failure_of(rv, "C_GetAttributeValue", "");
  traits.type = type;
  if (type == CKK_RSA) traits.bits = bit_length(read(session, key, CKA_MODULUS));
  if (type == CKK_ECDSA) traits.bits = curve_bits(read(session, key, CKA_EC_PARAMS));
  if (type == CKK_EC_EDWARDS) traits.bits = edwards_bits(read(session, key, CKA_EC_PARAMS));
  traits.always_authenticate = read_flag(session, key, CKA_ALWAYS_AUTHENTICATE, false);
  traits.mechanisms = signing_mechanisms(session);
  return traits;
}

Bytes read_ed25519_point(const Session& session, CK_OBJECT_HANDLE key) {
  const auto id = read(session, key, CKA_ID);
  if (id.empty()) return {};
  const auto twins = find(session, CKO_PUBLIC_KEY, {.label = std::nullopt, .id = id});
  if (failed(twins) || std::get<0>(twins).size() != 1) return {};
  return ed25519_point(read(session, std::get<0>(twins).front(), CKA_EC_POINT));
}

Outcome<wire::TokenObjects> read_objects(const Session& session, const KeySelector& selector) {
  const auto keys = find_private_keys(session, selector);
  if (const auto* why = failed(keys)) return *why;
  const auto certificates = find(session, CKO_CERTIFICATE, {});
  if (const auto* why = failed(certificates)) return *why;

  wire::TokenObjects objects;
  std::vector<ParsedCertificate> parsed;
  for (const auto handle : std::get<0>(certificates)) {
    wire::Certificate one{.label = read_text(session, handle, CKA_LABEL),
                          .id = read(session, handle, CKA_ID),
                          .der = read(session, handle, CKA_VALUE)};
    auto certificate = ParsedCertificate::parse(one.der, one.id);
    if (!certificate) continue;  // attribute and other non-X.509 certificates
    parsed.push_back(std::move(*certificate));
    objects.certificates.push_back(std::move(one));
  }
  for (const auto handle : std::get<0>(keys)) {
    const auto traits = read_traits(session, handle);
    if (const auto* why = failed(traits)) return *why;
    const auto& known = std::get<0>(traits);
    wire::Key key{.label = read_text(session, handle, CKA_LABEL),
                  .id = read(session, handle, CKA_ID),
                  .always_authenticate = known.always_authenticate,
                  .schemes = schemes_of(known),
                  .certificates = {}};
    key.certificates =
        matching(parsed, public_key_of(session, handle, known, key.id), known.type, key.id);
    objects.keys.push_back(std::move(key));
  }
  return objects;
}

}  // namespace antin::hsm
