#pragma once

// Only pdf/ includes this: it shows libqpdf.

#include <string>
#include <vector>

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// A terminal form field (ISO 32000-2 12.7.4) with what it inherits.
struct FormField {
  std::string name;             ///< fully qualified, UTF-8
  std::string type;             ///< "/Sig", "/Tx", …, "" when nobody says
  QPDFObjectHandle dictionary;  ///< the field itself
  QPDFObjectHandle value;       ///< /V, own or inherited; null when there is none
  QPDFObjectHandle lock, seed;  ///< /Lock and /SV, null when there is none
  bool value_inherited = false;
  std::int64_t flags = 0;                 ///< /Ff
  std::vector<QPDFObjectHandle> widgets;  ///< the field itself when merged, else its widget kids
};

/// Any dictionary of the field tree: terminal field, group or widget.
struct FormNode {
  QPDFObjectHandle dictionary;
  std::string name;       ///< fully qualified name of the field it is or belongs to
  std::size_t field = 0;  ///< index of its terminal field; kGroup for a group
  static constexpr std::size_t kGroup = static_cast<std::size_t>(-1);
};

/// The form as a tree: every node, terminal fields apart as well.
struct Form {
  std::vector<FormField> fields;
  std::vector<FormNode> nodes;
};
Result<Form> read_form(const QPDFObjectHandle& root, const ReadLimits& limits, Findings& findings);

/// All terminal fields below /AcroForm /Fields in tree order. Damage (a node reached twice, a kid
/// that is no dictionary, a name that is no text or holds a period, a name used twice) goes into
/// `findings`. Fails with kResourceLimit.
Result<std::vector<FormField>> read_form_fields(const QPDFObjectHandle& root,
                                                const ReadLimits& limits, Findings& findings);

/// /Rect, normalised; nullopt when it is no array of four numbers.
std::optional<Rect> read_rect(const QPDFObjectHandle& array);
/// DocMDP's P and the like: 1, 2, 3.
std::optional<DocMdp> to_doc_mdp(const QPDFObjectHandle& number);
/// UTF-8 of a text string; "" for anything else.
std::string text_of(const QPDFObjectHandle& object);
/// Name without "/"; "" for anything else.
std::string name_of(const QPDFObjectHandle& object);
/// FieldMDP parameters or /Lock; nullopt when there is no valid /Action.
std::optional<FieldLock> read_field_lock(const QPDFObjectHandle& dictionary);

/// getKey() that does not warn: null for anything that is not a dictionary (or stream).
QPDFObjectHandle key_of(const QPDFObjectHandle& dictionary, const char* key);

}  // namespace antin::pdf
