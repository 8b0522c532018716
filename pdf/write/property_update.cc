#include "pdf/write/property_update.h"

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxPacket = std::size_t{1} << 20U;

std::string instant(const QPDFObjectHandle& value) {
  const auto at = from_pdf_date(text_of(value));
  return at ? to_rfc3339(*at) : std::string();
}

AboutFile about(const QPDFObjectHandle& info) {
  const auto text = [&](const char* key) { return text_of(key_of(info, key)); };
  return {.title = text("/Title"),
          .author = text("/Author"),
          .subject = text("/Subject"),
          .keywords = text("/Keywords"),
          .creator = text("/Creator"),
          .producer = text("/Producer"),
          .created = instant(key_of(info, "/CreationDate")),
          .modified = instant(key_of(info, "/ModDate"))};
}

Status write_info(IncrementalWriter& writer, QPDFObjectHandle info, bool is_there,
                  const DocumentProperties& properties) {
  const ObjectId id = is_there ? id_of(info) : writer.allocate();
  // One that stands in the trailer itself is read all the same, and gets a place of its own.
  if (!info.isDictionary()) info = QPDFObjectHandle::newDictionary();
  Overrides changes;
  for (const auto& one : properties) {
    ANTIN_TRY(changes["/" + one.name], writer.text_string(id, one.value));
  }
  ANTIN_TRY(const std::string text, writer.edited(id, info, changes));
  ANTIN_CHECK(writer.put(id, text));
  if (!is_there) writer.set_info(id);
  return Done{};
}

Result<std::string> packet_of(QPDFObjectHandle metadata, const QPDFObjectHandle& info,
                              const DocumentProperties& properties) {
  if (metadata.isStream()) {
    ANTIN_TRY(const auto octets, decoded_stream(metadata, kMaxPacket));
    if (octets) {
      if (auto packet = with_properties(as_text(*octets), properties)) return std::move(*packet);
    }
  }
  return new_packet(about(info), properties);
}

}  // namespace

Status write_properties(IncrementalWriter& writer, Document::Inside& inside,
                        const DocumentProperties& properties) {
  if (properties.empty()) return Done{};
  ANTIN_CHECK(check_properties(properties));
  auto info = key_of(inside.trailer(), "/Info");
  ANTIN_CHECK(write_info(writer, info, info.isDictionary() && info.isIndirect(), properties));
  auto root = inside.root();
  auto metadata = key_of(root, "/Metadata");
  ANTIN_TRY(const std::string packet, packet_of(metadata, info, properties));
  const bool is_there = metadata.isStream();
  const ObjectId id = is_there ? id_of(metadata) : writer.allocate();
  ANTIN_CHECK(writer.put_stream(id, "/Type /Metadata /Subtype /XML ", as_bytes(packet)));
  if (is_there) return Done{};
  ANTIN_TRY(const std::string text,
            writer.edited(id_of(root), root, {{"/Metadata", reference(id)}}));
  ANTIN_TRY(const auto at, writer.put(id_of(root), text));
  static_cast<void>(at);
  return Done{};
}

}  // namespace antin::pdf
