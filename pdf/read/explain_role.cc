#include "pdf/read/explain_role.h"

namespace antin::pdf {

Meaning meaning_of(Role role) {
  using enum ChangeLevel;
  switch (role) {
    case Role::kTrailer:
      return {Code::kPdfChangeTrailer, kUnclassified, false};
    case Role::kInfo:
      return {Code::kPdfChangeMetadata, kMetadata, false};
    case Role::kEncryption:
      return {Code::kPdfChangeEncryption, kUnclassified, true};
    case Role::kCatalogue:
      return {Code::kPdfChangeCatalogue, kUnclassified, false};
    case Role::kPageTree:
      return {Code::kPdfChangePageTree, kContent, true};
    case Role::kPageContent:
      return {Code::kPdfChangePageContent, kContent, true};
    case Role::kPageResources:
      return {Code::kPdfChangePageResources, kContent, true};
    case Role::kFont:
      return {Code::kPdfChangeFont, kContent, true};
    case Role::kPageAttributes:
      return {Code::kPdfChangePageAttributes, kContent, true};
    case Role::kAnnotation:
      return {Code::kPdfChangeAnnotationChanged, kAnnotation, false};
    case Role::kAction:
      return {Code::kPdfChangeAction, kUnclassified, true};
    case Role::kAttachment:
      return {Code::kPdfChangeAttachment, kContent, true};
    case Role::kForm:
      return {Code::kPdfChangeForm, kUnclassified, false};
    case Role::kFieldDefinition:
      return {Code::kPdfChangeFieldDefinition, kUnclassified, false};
    case Role::kFieldValue:
      return {Code::kPdfChangeFieldValue, kFormFilling, false};
    case Role::kFieldAppearance:
      return {Code::kPdfChangeFieldAppearance, kFormFilling, false};
    case Role::kSignatureValue:
      return {Code::kPdfChangeSignatureModified, kContent, true};
    case Role::kSignatureAppearance:
      return {Code::kPdfChangeSignatureAppearance, kSignature, false};
    case Role::kSignedAppearance:
      return {Code::kPdfChangeSignedFieldAppearance, kContent, true};
    case Role::kDocMdp:
      return {Code::kPdfChangeDocMdp, kUnclassified, true};
    case Role::kStructure:
      return {Code::kPdfChangeStructure, kUnclassified, false};
    case Role::kOptionalContent:
      return {Code::kPdfChangeOptionalContent, kContent, true};
    case Role::kNavigation:
      return {Code::kPdfChangeNavigation, kUnclassified, false};
    case Role::kUnclassified:
      break;
  }
  return {Code::kPdfChangeUnclassified, kUnclassified, false};
}

Role role_below(Role role, std::string_view segment) {
  if (role == Role::kPageResources && segment == "/Font") return Role::kFont;
  if (role == Role::kNavigation) {
    if (segment == "/EmbeddedFiles") return Role::kAttachment;
    if (segment == "/JavaScript" || segment == "/A" || segment == "/AA") return Role::kAction;
  }
  if (role == Role::kAnnotation) {
    if (segment == "/A" || segment == "/AA" || segment == "/PA" || segment == "/Dest") {
      return Role::kAction;
    }
    if (segment == "/OC") return Role::kOptionalContent;
    if (segment == "/FS") return Role::kAttachment;
  }
  if (segment == "/AF" && (role == Role::kStructure || role == Role::kAnnotation)) {
    return Role::kAttachment;
  }
  return role;
}

}  // namespace antin::pdf
