#include "service/ipc/cbor.h"

#include <limits>
#include <utility>

#include "service/ipc/utf8.h"

namespace antin::service::cbor {
namespace {

// Major types, RFC 8949 §3.1.
enum Major : std::uint8_t {
  kUnsigned = 0,
  kNegative = 1,
  kByteString = 2,
  kTextString = 3,
  kArray = 4,
  kMap = 5,
  kSimple = 7
};
constexpr std::uint8_t kFalse = 0xF4;
constexpr std::uint8_t kTrue = 0xF5;
constexpr std::uint8_t kNull = 0xF6;

void put_head(Bytes& out, Major major, std::uint64_t argument) {
  const auto type = static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5U);
  const auto big_endian = [&](unsigned octets) {
    for (unsigned i = octets; i-- > 0;)
      out.push_back(static_cast<std::uint8_t>((argument >> (8U * i)) & 0xFFU));
  };
  if (argument < 24) {
    out.push_back(static_cast<std::uint8_t>(type | argument));
  } else if (argument <= 0xFF) {
    out.push_back(type | 24U);
    big_endian(1);
  } else if (argument <= 0xFFFF) {
    out.push_back(type | 25U);
    big_endian(2);
  } else if (argument <= 0xFFFFFFFF) {
    out.push_back(type | 26U);
    big_endian(4);
  } else {
    out.push_back(type | 27U);
    big_endian(8);
  }
}

void put(Bytes& out, ByteView octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

void put_text(Bytes& out, std::string_view text) {
  put_head(out, kTextString, text.size());
  put(out, as_bytes(text));
}

void put_value(Bytes& out, const Value& value) {
  if (const auto* b = value.boolean()) {
    out.push_back(*b ? kTrue : kFalse);
  } else if (const auto* i = value.integer()) {
    // -1 - n, which is ~n in two's complement (§3.1).
    const auto bits = static_cast<std::uint64_t>(*i);
    if (*i >= 0)
      put_head(out, kUnsigned, bits);
    else
      put_head(out, kNegative, ~bits);
  } else if (const auto* octets = value.bytes()) {
    put_head(out, kByteString, octets->size());
    put(out, *octets);
  } else if (const auto* text = value.text()) {
    put_text(out, *text);
  } else if (const auto* array = value.array()) {
    put_head(out, kArray, array->size());
    for (const auto& item : *array) put_value(out, item);
  } else if (const auto* map = value.map()) {
    put_head(out, kMap, map->size());
    for (const auto& [key, item] : *map) {
      if (const auto* number = key.number())
        put_head(out, kUnsigned, *number);
      else
        put_text(out, *key.text());
      put_value(out, item);
    }
  } else {
    out.push_back(kNull);
  }
}

class Decoder {
 public:
  Decoder(ByteView octets, const Limits& limits) : rest_(octets), limits_(limits) {}

  Result<Value> value(std::size_t depth) {
    if (depth > limits_.depth) return bad("too deep");
    if (++items_ > limits_.items) return bad("too many items");
    if (rest_.empty()) return bad("ends early");
    switch (rest_.front()) {
      case kFalse:
      case kTrue: {
        const bool value = rest_.front() == kTrue;
        rest_ = rest_.subspan(1);
        return Value(value);
      }
      case kNull:
        rest_ = rest_.subspan(1);
        return Value();
      default:
        break;
    }
    ANTIN_TRY(const auto head, this->head());
    switch (head.major) {
      case kUnsigned:
      case kNegative: {
        if (head.argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
          return bad("integer out of range");
        const auto magnitude = static_cast<std::int64_t>(head.argument);
        return Value(head.major == kUnsigned ? magnitude : -1 - magnitude);
      }
      case kByteString: {
        ANTIN_TRY(const auto octets, take(head.argument));
        return Value(octets);
      }
      case kTextString: {
        ANTIN_TRY(auto text, take_text(head.argument));
        return Value(std::move(text));
      }
      case kArray:
        return array(head.argument, depth);
      case kMap:
        return map(head.argument, depth);
      default:
        return bad("type not in the subset");
    }
  }

  bool finished() const noexcept { return rest_.empty(); }
  static Error bad(const char* what, Where where = Where::here()) {
    return make_error(Code::kIpcMalformed, std::string("CBOR: ") + what, {}, where);
  }

 private:
  struct Head {
    Major major;
    std::uint64_t argument;
  };

  Result<Head> head() {
    if (rest_.empty()) return bad("ends early");
    const auto first = rest_.front();
    rest_ = rest_.subspan(1);
    const auto major = static_cast<Major>(first >> 5U);
    const unsigned low = first & 0x1FU;
    if (major == kSimple) return bad("type not in the subset");
    if (low < 24) return Head{major, low};
    if (low > 27) return bad("indefinite or reserved length");
    const std::size_t octets = std::size_t{1} << (low - 24U);
    if (rest_.size() < octets) return bad("ends early");
    std::uint64_t argument = 0;
    for (std::size_t i = 0; i < octets; ++i) argument = argument << 8U | rest_[i];
    rest_ = rest_.subspan(octets);
    const std::uint64_t smallest = octets == 1 ? 24
                                               : std::uint64_t{1} << (octets == 2   ? 8U
                                                                      : octets == 4 ? 16U
                                                                                    : 32U);
    if (argument < smallest) return bad("head not shortest");
    return Head{major, argument};
  }

  Result<ByteView> take(std::uint64_t count) {
    if (count > rest_.size()) return bad("ends early");
    const auto taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  Result<std::string> take_text(std::uint64_t count) {
    ANTIN_TRY(const auto octets, take(count));
    if (!is_utf8(as_text(octets))) return bad("text is not UTF-8");
    return std::string(as_text(octets));
  }

  // Each item is at least one octet, so a count above what is left cannot be honest; nothing is
  // reserved from a count alone.
  Result<Value> array(std::uint64_t count, std::size_t depth) {
    if (count > rest_.size()) return bad("ends early");
    Array items;
    for (std::uint64_t i = 0; i < count; ++i) {
      ANTIN_TRY(auto item, value(depth + 1));
      items.push_back(std::move(item));
    }
    return Value(std::move(items));
  }

  Result<Key> key() {
    if (++items_ > limits_.items) return bad("too many items");
    ANTIN_TRY(const auto head, this->head());
    if (head.major == kTextString) {
      ANTIN_TRY(auto text, take_text(head.argument));
      return Key(std::move(text));
    }
    if (head.major != kUnsigned || head.argument > 0xFFFF) return bad("key of another type");
    return Key(static_cast<std::uint16_t>(head.argument));
  }

  Result<Value> map(std::uint64_t count, std::size_t depth) {
    if (count > rest_.size()) return bad("ends early");
    Map members;
    for (std::uint64_t i = 0; i < count; ++i) {
      ANTIN_TRY(auto key, this->key());
      if (!members.empty() && !(members.rbegin()->first < key))
        return bad("keys out of order or twice");
      ANTIN_TRY(auto item, value(depth + 1));
      members.emplace_hint(members.end(), std::move(key), std::move(item));
    }
    return Value(std::move(members));
  }

  ByteView rest_;
  const Limits& limits_;
  std::size_t items_ = 0;
};

Error missing(const Key& key, const char* type) {
  const auto name = key.text() != nullptr ? *key.text() : std::to_string(*key.number());
  return make_error(Code::kIpcMalformed, "member " + name + " is not " + type);
}

}  // namespace

bool operator<(const Key& a, const Key& b) {
  if (a.number() != nullptr && b.number() != nullptr) return *a.number() < *b.number();
  if (a.number() != nullptr || b.number() != nullptr) return a.number() != nullptr;
  if (a.text()->size() != b.text()->size()) return a.text()->size() < b.text()->size();
  return *a.text() < *b.text();
}

const Value* Value::find(const Key& key) const {
  const auto* members = map();
  if (members == nullptr) return nullptr;
  const auto at = members->find(key);
  return at == members->end() ? nullptr : &at->second;
}

Bytes encode(const Value& value) {
  Bytes out;
  put_value(out, value);
  return out;
}

Result<Value> decode(ByteView octets, const Limits& limits) {
  if (octets.size() > limits.octets) return Decoder::bad("too large");
  Decoder decoder(octets, limits);
  ANTIN_TRY(auto value, decoder.value(1));
  if (!decoder.finished()) return Decoder::bad("octets after the item");
  return value;
}

Result<std::int64_t> integer_at(const Value& map, const Key& key) {
  const auto* item = map.find(key);
  if (item == nullptr || item->integer() == nullptr) return missing(key, "an integer");
  return *item->integer();
}

Result<bool> boolean_at(const Value& map, const Key& key) {
  const auto* item = map.find(key);
  if (item == nullptr || item->boolean() == nullptr) return missing(key, "a boolean");
  return *item->boolean();
}

Result<std::string> text_at(const Value& map, const Key& key) {
  const auto* item = map.find(key);
  if (item == nullptr || item->text() == nullptr) return missing(key, "a text");
  return *item->text();
}

Result<Bytes> bytes_at(const Value& map, const Key& key) {
  const auto* item = map.find(key);
  if (item == nullptr || item->bytes() == nullptr) return missing(key, "octets");
  return *item->bytes();
}

Result<Array> array_at(const Value& map, const Key& key) {
  const auto* item = map.find(key);
  if (item == nullptr || item->array() == nullptr) return missing(key, "an array");
  return *item->array();
}

}  // namespace antin::service::cbor
