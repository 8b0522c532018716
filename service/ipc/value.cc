#include <utility>

#include "service/ipc/cbor.h"

namespace antin::service::cbor {

Value::Value() = default;
Value::Value(std::nullptr_t) {}
Value::Value(bool value) : value_(value) {}
Value::Value(std::int64_t value) : value_(value) {}
Value::Value(int value) : value_(std::int64_t{value}) {}
Value::Value(Bytes value) : value_(std::move(value)) {}
Value::Value(ByteView value) : value_(to_bytes(value)) {}
Value::Value(std::string value) : value_(std::move(value)) {}
Value::Value(std::string_view value) : value_(std::string(value)) {}
Value::Value(const char* value) : value_(std::string(value)) {}
Value::Value(Array value) : value_(std::move(value)) {}
Value::Value(Map value) : value_(std::move(value)) {}
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

}  // namespace antin::service::cbor
