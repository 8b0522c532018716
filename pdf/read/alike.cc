#include "pdf/read/alike.h"

#include <algorithm>

#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

bool is_followed(const std::string& key, bool of_stream) {
  if (key == "/Parent" || key == "/P" || key == "/StructParent" || key == "/StructParents")
    return false;
  return !of_stream ||
         (key != "/Length" && key != "/Filter" && key != "/DecodeParms" && key != "/DL");
}

std::vector<std::string> keys_of(Object dictionary, bool of_stream) {
  std::vector<std::string> keys;
  for (const auto& key : dictionary.getKeys()) {
    if (is_followed(key, of_stream) && !dictionary.getKey(key).isNull()) keys.push_back(key);
  }
  return keys;
}

}  // namespace

bool Alike::operator()(const Object& a, const Object& b) {
  auto shown = equal_;  // an answer of "no" takes back what was assumed on the way
  work_.assign(1, {a, b});
  while (!work_.empty()) {
    const auto pair = work_.back();
    work_.pop_back();
    if (!complete_ || steps_ == 0 || !one(pair)) {
      complete_ = complete_ && steps_ > 0;
      equal_ = std::move(shown);
      return false;
    }
    --steps_;
  }
  return true;
}

bool Alike::one(const Pair& pair) {
  auto [a, b] = pair;
  if (a.isIndirect() && b.isIndirect() && !equal_.emplace(a.getObjGen(), b.getObjGen()).second)
    return true;
  if (a.isNumber() && b.isNumber()) return a.getNumericValue() == b.getNumericValue();
  if (a.getTypeCode() != b.getTypeCode()) return false;
  if (a.isStream()) return streams(a, b);
  if (a.isDictionary()) return dictionaries(a, b, false);
  if (a.isArray()) {
    if (a.getArrayNItems() != b.getArrayNItems()) return false;
    for (int i = 0; i < a.getArrayNItems(); ++i)
      work_.emplace_back(a.getArrayItem(i), b.getArrayItem(i));
    return true;
  }
  if (a.isString()) return a.getStringValue() == b.getStringValue();
  if (a.isName()) return a.getName() == b.getName();
  if (a.isBool()) return a.getBoolValue() == b.getBoolValue();
  return a.isNull();
}

bool Alike::dictionaries(Object a, Object b, bool of_streams) {
  const auto keys = keys_of(a, of_streams);
  if (keys != keys_of(b, of_streams)) return false;
  for (const auto& key : keys) work_.emplace_back(a.getKey(key), b.getKey(key));
  return true;
}

bool Alike::streams(const Object& a, const Object& b) {
  if (!dictionaries(Object{a}.getDict(), Object{b}.getDict(), true)) return false;
  const auto decoded = decoded_stream(a, octets_);
  const auto other = decoded_stream(b, octets_);
  if (!decoded || !other) {
    complete_ = false;
    return false;
  }
  if (decoded.value() && other.value()) {
    const auto cost = decoded.value()->size() + other.value()->size();
    octets_ -= std::min(octets_, cost);
    return *decoded.value() == *other.value();
  }
  if (decoded.value() || other.value()) return false;
  // Filters that lose something: the same filters over the same octets.
  const auto x = Object{a}.getRawStreamData();
  const auto y = Object{b}.getRawStreamData();
  octets_ -= std::min(octets_, x->getSize() + y->getSize());
  for (const auto* const key : {"/Filter", "/DecodeParms"})
    work_.emplace_back(Object{a}.getDict().getKey(key), Object{b}.getDict().getKey(key));
  return x->getSize() == y->getSize() &&
         std::equal(x->getBuffer(), x->getBuffer() + x->getSize(), y->getBuffer());
}

}  // namespace antin::pdf
