#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service::cbor {

/// A map key: a small non-negative integer or a text.
class Key {
 public:
  // Implicit, so that `{{"id", 1}, {2, "x"}}` reads plainly.
  // NOLINTBEGIN(google-explicit-constructor)
  Key(std::uint16_t number) : key_(number) {}
  Key(std::string text) : key_(std::move(text)) {}
  Key(std::string_view text) : key_(std::string(text)) {}
  Key(const char* text) : key_(std::string(text)) {}
  // NOLINTEND(google-explicit-constructor)
  const std::uint16_t* number() const noexcept { return std::get_if<std::uint16_t>(&key_); }
  const std::string* text() const noexcept { return std::get_if<std::string>(&key_); }
  /// RFC 8949 §4.2.1: bytewise order of the encoded keys.
  friend bool operator<(const Key& a, const Key& b);
  friend bool operator==(const Key&, const Key&) = default;

 private:
  std::variant<std::uint16_t, std::string> key_;
};

/// One data item of the subset of CBOR (RFC 8949) that our processes speak: null, booleans,
/// integers of 64 bits with sign, octets, UTF-8 text, arrays, maps. No tags, no floats, no
/// indefinite lengths.
class Value {
 public:
  using Array = std::vector<Value>;
  using Map = std::map<Key, Value>;

  // NOLINTBEGIN(google-explicit-constructor)
  Value();
  Value(std::nullptr_t);
  Value(bool value);
  Value(std::int64_t value);
  Value(int value);
  Value(Bytes value);
  Value(ByteView value);
  Value(std::string value);
  Value(std::string_view value);
  Value(const char* value);
  Value(Array value);
  Value(Map value);
  // NOLINTEND(google-explicit-constructor)
  // Defined in value.cc, all of them: inlined into callers, GCC 12 warns of members of the variant
  // that are not the active one (-Wmaybe-uninitialized, GCC bug 105562).
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  bool is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(value_); }
  const bool* boolean() const noexcept { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&value_); }
  const Bytes* bytes() const noexcept { return std::get_if<Bytes>(&value_); }
  const std::string* text() const noexcept { return std::get_if<std::string>(&value_); }
  const Array* array() const noexcept { return std::get_if<Array>(&value_); }
  const Map* map() const noexcept { return std::get_if<Map>(&value_); }
  /// The member of a map; nullptr when absent or when this is no map.
  const Value* find(const Key& key) const;
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, Bytes, std::string, Array, Map> value_;
};

using Map = Value::Map;
using Array = Value::Array;

/// What a decoder accepts before it gives up.
struct Limits {
  std::size_t octets = 16U << 20U;
  std::size_t depth = 16;
  std::size_t items = 100'000;  ///< all data items together, keys included
};

/// Core deterministic encoding (RFC 8949 §4.2.1): one value, one sequence of octets.
Bytes encode(const Value& value);
/// Accepts exactly what encode() makes: shortest heads, keys in order and each once, texts in
/// UTF-8, nothing after the item. Fails with kIpcMalformed.
Result<Value> decode(ByteView octets, const Limits& limits = {});

/// Members of a message's body. Each fails with kIpcMalformed when absent or of another type.
Result<std::int64_t> integer_at(const Value& map, const Key& key);
Result<bool> boolean_at(const Value& map, const Key& key);
Result<std::string> text_at(const Value& map, const Key& key);
Result<Bytes> bytes_at(const Value& map, const Key& key);
Result<Array> array_at(const Value& map, const Key& key);

}  // namespace antin::service::cbor
