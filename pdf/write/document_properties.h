#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::pdf {

/// What a document says of itself beside its pages: a key of its information dictionary
/// (ISO 32000-2 14.3.3), and the same in its XMP packet (14.3.2, ISO 16684-1).
struct DocumentProperty {
  std::string name;   ///< "MaKetQua": ASCII letters
  std::string value;  ///< UTF-8
};
using DocumentProperties = std::vector<DocumentProperty>;

/// Of the properties in an XMP packet; their prefix there is "antin".
inline constexpr std::string_view kPropertyNamespace = "urn:antin:giay-to:1#";

/// Fails with kUsage for a name of anything but letters or one that is there twice, and for a value
/// that is empty, no UTF-8 or holds control characters.
Status check_properties(const DocumentProperties& properties);

/// The packet with these properties beside what it says already; PDF/A (ISO 19005-1 6.7.8) wants
/// each explained, so one that claims it gets that as well. Nothing when it is none that can be
/// added to without doubt: not UTF-8, damaged, or with properties of this namespace already.
std::optional<std::string> with_properties(std::string_view packet,
                                           const DocumentProperties& properties);

/// What an information dictionary says, by its keys without "/", as readers show it.
struct AboutFile {
  std::string title, author, subject, keywords, creator, producer;
  std::string created, modified;  ///< RFC 3339
};
/// A packet that says the same as the dictionary, and the properties.
std::string new_packet(const AboutFile& about, const DocumentProperties& properties);

}  // namespace antin::pdf
