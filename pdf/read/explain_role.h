#pragma once

// Only pdf/read includes this.

#include <cstdint>
#include <string_view>

#include "pdf/read/changes.h"

namespace antin::pdf {

/// What part of the document an object serves where it is met; decides what a difference means.
enum class Role : std::uint8_t {
  kTrailer,
  kInfo,
  kEncryption,
  kCatalogue,
  kPageTree,
  kPageContent,
  kPageResources,
  kFont,
  kPageAttributes,
  kAnnotation,
  kAction,
  kAttachment,
  kForm,
  kFieldDefinition,
  kFieldValue,
  kFieldAppearance,
  kSignatureValue,
  kSignatureAppearance,
  kSignedAppearance,
  kDocMdp,
  kStructure,
  kOptionalContent,
  kNavigation,
  kUnclassified,
};

struct Meaning {
  Code what;
  ChangeLevel level;
  bool never_permitted;
};

/// What a difference means that no handler knows better about.
Meaning meaning_of(Role role);

/// Parts of a part that an officer wants to be told apart: the role of what stands under the key
/// `segment` of an object with this role.
Role role_below(Role role, std::string_view segment);

}  // namespace antin::pdf
