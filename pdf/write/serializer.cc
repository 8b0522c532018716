#include "pdf/write/serializer.h"

#include "pdf/write/incremental_writer.h"

namespace antin::pdf {
namespace {

constexpr int kMaxDepth = 500;

// Readable when it is plain ASCII, hexadecimal otherwise.
void write_string(ByteView octets, std::string& out) {
  for (const std::uint8_t octet : octets) {
    if (octet < 0x20 || octet > 0x7E) {
      out += hex_string(octets);
      return;
    }
  }
  out += '(';
  for (const char c : as_text(octets)) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  out += ')';
}

class Serializer {
 public:
  Serializer(ObjectId owner, const ObjectCipher& cipher, std::string& out)
      : owner_(owner), cipher_(cipher), out_(out) {}

  Status write(QPDFObjectHandle value, int depth) {
    if (depth > kMaxDepth) return make_error(Code::kPdfMalformed, "object nested too deeply");
    if (value.isIndirect()) {
      out_ += reference(id_of(value));
      return Done{};
    }
    if (value.isDictionary()) return write_dictionary(value, depth);
    if (value.isArray()) {
      out_ += '[';
      for (const auto& item : value.getArrayAsVector()) {
        ANTIN_CHECK(write(item, depth + 1));
        out_ += ' ';
      }
      out_ += ']';
      return Done{};
    }
    if (value.isString()) {
      const std::string plain = value.getStringValue();
      ANTIN_TRY(const Bytes octets, cipher_.string(owner_, as_bytes(plain)));
      if (cipher_.encrypts_strings()) {
        out_ += hex_string(octets);
      } else {
        write_string(octets, out_);
      }
      return Done{};
    }
    if (value.isStream()) return make_error(Code::kPdfMalformed, "direct stream object");
    out_ += value.unparse();  // numbers and names as they were written
    return Done{};
  }

 private:
  Status write_dictionary(QPDFObjectHandle dictionary, int depth) {
    auto entries = dictionary.getDictAsMap();
    // 7.6.2: /Contents of a signature is never encrypted; libqpdf did not decrypt it under the
    // same condition.
    const auto is_name = [&](const char* key, const char* name) {
      const auto entry = entries.find(key);
      return entry != entries.end() && entry->second.isNameAndEquals(name);
    };
    const auto contents = entries.find("/Contents");
    const bool signature = is_name("/Type", "/Sig") && entries.contains("/ByteRange") &&
                           contents != entries.end() && !contents->second.isIndirect() &&
                           contents->second.isString();
    out_ += "<<";
    for (auto& [key, value] : entries) {
      out_ += name_text(key) + " ";
      if (signature && key == "/Contents") {
        out_ += hex_string(as_bytes(value.getStringValue()));
      } else {
        ANTIN_CHECK(write(value, depth + 1));
      }
      out_ += ' ';
    }
    out_ += ">>";
    return Done{};
  }

  ObjectId owner_;
  const ObjectCipher& cipher_;
  std::string& out_;
};

}  // namespace

std::string hex_string(ByteView octets) {
  return "<" + to_hex(octets) + ">";
}

std::string name_text(const std::string& name) {
  return QPDFObjectHandle::newName(name).unparse();
}

Status serialize(const QPDFObjectHandle& value, ObjectId owner, const ObjectCipher& cipher,
                 std::string& out) {
  return Serializer{owner, cipher, out}.write(value, 0);
}

}  // namespace antin::pdf
