#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "pdf/read/byte_range.h"
#include "pdf/read/form.h"
#include "pdf/read/lexer.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;
using Kind = Lexer::Kind;

void add(Findings& findings, Code code, std::string detail = {}, Params params = {}) {
  findings.push_back({code, Severity::kError, std::move(params), std::move(detail)});
}

std::string string_value(const Object& object) {
  auto text = object;
  return text.isString() ? text.getStringValue() : std::string{};
}

constexpr std::array<std::int8_t, 256> kHexDigits = [] {
  std::array<std::int8_t, 256> digits{};
  for (auto& digit : digits) digit = -1;
  for (std::int8_t i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0' + i)] = i;
  for (std::int8_t i = 0; i < 6; ++i) {
    digits[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    digits[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
  }
  return digits;
}();

constexpr std::string_view kZeros =
    "0000000000000000000000000000000000000000000000000000000000000000";
static_assert(kZeros.size() % 2 == 0);

/// `written` with its angle brackets. Other strings may have white space between their digits (ISO
/// 32000-2 7.3.4.3); here it would be octets that nobody signed and that are no zero padding.
std::optional<Bytes> decode_hex_string(ByteView written) {
  Bytes out(written.size() / 2);
  std::size_t count = 0;
  const auto digits = written.subspan(1, written.size() - 2);
  for (std::size_t at = 0; at < digits.size(); ++at) {
    // Two digits to an octet, as everybody writes them.
    while (count % 2 == 0 && digits.size() - at >= 2) {
      const auto high = kHexDigits[digits[at]];
      const auto low = kHexDigits[digits[at + 1]];
      if ((high | low) < 0) break;
      // Most is the padding behind the CMS, and `out` is zero already.
      if ((high | low) == 0 && as_text(digits.subspan(at)).starts_with(kZeros)) {
        count += kZeros.size();
        at += kZeros.size();
        continue;
      }
      out[count / 2] = static_cast<std::uint8_t>(high * 16 + low);
      count += 2;
      at += 2;
    }
    if (at == digits.size()) break;
    const auto c = digits[at];
    const auto digit = kHexDigits[c];
    if (digit < 0) return std::nullopt;
    const auto half = static_cast<std::uint8_t>(digit);
    auto& octet = out[count / 2];
    octet = count % 2 == 0 ? static_cast<std::uint8_t>(half << 4U)
                           : static_cast<std::uint8_t>(octet | half);
    ++count;
  }
  out.resize((count + 1) / 2);  // a missing last digit is 0
  return out;
}

/// The signature dictionary as it stands in the file. libqpdf's own value of /Contents is not
/// used: it would be decrypted in files whose dictionary has no /Type.
std::optional<RawDictionary> locate(const Document::Inside& inside, const Object& value) {
  auto dictionary = value;
  const auto parsed = dictionary.getParsedOffset();
  if (parsed < 0) return std::nullopt;
  const auto view = inside.file.view();
  const auto offset = static_cast<std::size_t>(parsed) + inside.map.header_offset;
  if (offset >= view.size()) return std::nullopt;
  Lexer lexer{view, offset};
  auto raw = read_dictionary(lexer, inside.options.limits.max_depth);
  if (!raw) return std::nullopt;
  // It really is what libqpdf read, not something at the same offset of an object stream.
  const auto keys = dictionary.getKeys();
  for (const auto& entry : raw->entries) {
    const bool null_value = entry.value.kind == Kind::kKeyword;
    if (keys.count("/" + entry.key) == 0 && !null_value) return std::nullopt;
  }
  for (const auto& key : keys) {
    if (raw->find(std::string_view{key}.substr(1)) == nullptr) return std::nullopt;
  }
  return raw;
}

/// A signature's value as a dictionary that libqpdf need not read octet by octet: most of it is the
/// hexadecimal /Contents, which is replaced by an empty string here and read from the file.
struct QuickValue {
  Object dictionary;
  RawDictionary raw;
};

std::optional<QuickValue> read_quickly(Document::Inside& inside, const Object& value) {
  if (inside.encryption || !value.isIndirect()) return std::nullopt;
  const auto id = id_of(value);
  const auto& objects = inside.map.update_objects;
  const auto found = std::lower_bound(
      objects.begin(), objects.end(), id.number,
      [](const UpdateObject& object, int number) { return object.number < number; });
  if (found == objects.end() || found->number != id.number || found->offset == 0 ||
      found->generation != id.generation) {
    return std::nullopt;
  }
  const auto view = inside.file.view();
  Lexer lexer{view, found->offset};
  const auto number = lexer.next(), generation = lexer.next();
  if (number.kind != Kind::kInteger || number.integer != id.number ||
      generation.kind != Kind::kInteger || generation.integer != id.generation ||
      !lexer.is_keyword(lexer.next(), "obj")) {
    return std::nullopt;
  }
  auto raw = read_dictionary(lexer, inside.options.limits.max_depth);
  if (!raw || !lexer.is_keyword(lexer.next(), "endobj") || raw->duplicate()) return std::nullopt;
  const auto* contents = raw->find("Contents");
  if (contents == nullptr || contents->kind != Kind::kHexString) return std::nullopt;
  const auto text = as_text(view);
  std::string shortened{text.substr(raw->begin, contents->begin - raw->begin)};
  shortened += "()";
  shortened += text.substr(contents->end, raw->end - contents->end);
  return QuickValue{Object::parse(&inside.qpdf, shortened, "signature"), std::move(*raw)};
}

bool in_object_stream(Document::Inside& inside, const Object& value) {
  const auto table = inside.qpdf.getXRefTable();
  const auto entry = table.find(value.getObjGen());
  return entry != table.end() && entry->second.getType() == 2;
}

void read_byte_range(const Object& dictionary, SignatureField& field) {
  auto range = key_of(dictionary, "/ByteRange");
  if (range.isNull()) return add(field.findings, Code::kPdfByteRangeMissing);
  if (!range.isArray()) return add(field.findings, Code::kPdfByteRangeNumber, "no array");
  if (range.getArrayNItems() > 1'000) return add(field.findings, Code::kPdfByteRangeCount);
  for (int i = 0; i < range.getArrayNItems(); ++i) {
    auto number = range.getArrayItem(i);
    if (!number.isInteger()) {
      field.byte_range.clear();
      return add(field.findings, Code::kPdfByteRangeNumber, "element " + std::to_string(i));
    }
    field.byte_range.push_back(number.getIntValue());
  }
}

void read_contents(Document::Inside& inside, const Object& dictionary,
                   const std::optional<QuickValue>& quick, SignatureField& field) {
  const auto raw = quick ? std::optional{quick->raw} : locate(inside, dictionary);
  if (!raw) {
    if (in_object_stream(inside, dictionary)) {
      return add(field.findings, Code::kPdfSignatureInObjectStream);
    }
    return add(field.findings, Code::kPdfContentsNotLocated);
  }
  if (const auto twice = raw->duplicate()) {
    add(field.findings, Code::kPdfSignatureDuplicateKey, *twice, {{"key", *twice}});
  }
  const auto* contents = raw->find("Contents");
  if (contents == nullptr || contents->kind != Kind::kHexString) {
    return add(field.findings, Code::kPdfContentsKind, contents == nullptr ? "absent" : "");
  }
  auto decoded = decode_hex_string(
      inside.file.view().subspan(contents->begin, contents->end - contents->begin));
  if (!decoded) return add(field.findings, Code::kPdfContentsKind, "not hexadecimal");
  field.contents = std::move(*decoded);
  field.contents_begin = contents->begin;
  field.contents_end = contents->end;
  field.contents_located = true;
}

/// /Reference: what the signature locks (12.8.2).
void read_references(Document::Inside& inside, const Object& dictionary, SignatureField& field) {
  auto certification = key_of(key_of(inside.root(), "/Perms"), "/DocMDP");
  const bool certifies =
      !certification.isNull() && certification.isIndirect() && id_of(certification) == field.value;
  auto references = key_of(dictionary, "/Reference");
  if (references.isArray()) {
    for (int i = 0; i < std::min(references.getArrayNItems(), 100); ++i) {
      const auto reference = references.getArrayItem(i);
      const auto method = name_of(key_of(reference, "/TransformMethod"));
      const auto parameters = key_of(reference, "/TransformParams");
      if (method == "DocMDP") {
        auto p = key_of(parameters, "/P");
        field.doc_mdp = p.isNull() ? DocMdp::kFormFilling : to_doc_mdp(p);  // default 2, table 257
        if (!field.doc_mdp) {
          add(field.findings, Code::kPdfSignatureReference, "DocMDP /P");
          field.doc_mdp = DocMdp::kNoChanges;
        }
      } else if (method == "FieldMDP") {
        field.field_mdp = read_field_lock(parameters);
        if (!field.field_mdp) {
          add(field.findings, Code::kPdfSignatureReference, "FieldMDP");
          field.field_mdp = FieldLock{FieldLock::Action::kAll, {}, std::nullopt};
        }
      }
    }
  } else if (!references.isNull()) {
    add(field.findings, Code::kPdfSignatureReference, "/Reference is no array");
  }
  if (certifies && !field.doc_mdp) {
    add(field.findings, Code::kPdfSignatureReference, "/Perms without a DocMDP reference");
    field.doc_mdp = DocMdp::kNoChanges;
  }
}

std::vector<std::string> texts(const Object& array, std::string (*read)(const Object&)) {
  std::vector<std::string> out;
  if (auto items = array; items.isArray()) {
    for (int i = 0; i < items.getArrayNItems(); ++i) out.push_back(read(items.getArrayItem(i)));
  }
  return out;
}

/// Table 237. Bits of /Ff: 1 Filter, 2 SubFilter, 3 V, 4 Reasons, 5 LegalAttestation, 6 AddRevInfo,
/// 7 DigestMethod.
std::optional<SeedValue> read_seed_value(const Object& dictionary) {
  if (!Object{dictionary}.isDictionary()) return std::nullopt;
  SeedValue seed;
  if (auto flags = key_of(dictionary, "/Ff"); flags.isInteger()) {
    seed.flags = static_cast<std::uint32_t>(flags.getIntValue() & 0xFFFFFFFF);
  }
  if (const auto filter = name_of(key_of(dictionary, "/Filter")); !filter.empty()) {
    seed.filter = filter;
  }
  seed.sub_filters = texts(key_of(dictionary, "/SubFilter"), name_of);
  seed.digest_methods = texts(key_of(dictionary, "/DigestMethod"), text_of);
  if (auto reasons = key_of(dictionary, "/Reasons"); reasons.isArray()) {
    seed.reasons = texts(reasons, text_of);
  } else if (reasons.isString()) {
    seed.reasons = {text_of(reasons)};
  }
  if (auto p = key_of(key_of(dictionary, "/MDP"), "/P"); p.isInteger()) {
    seed.mdp = to_doc_mdp(p);
    seed.mdp_approval_only = p.getIntValue() == 0;
  }
  const auto timestamp = key_of(dictionary, "/TimeStamp");
  seed.timestamp_url = text_of(key_of(timestamp, "/URL"));
  if (auto required = key_of(timestamp, "/Ff"); required.isInteger()) {
    seed.timestamp_required = required.getIntValue() != 0;
  }
  auto certificate = key_of(dictionary, "/Cert");
  seed.certificate_constraints = !certificate.isNull();
  if (auto flags = key_of(certificate, "/Ff"); flags.isInteger() && flags.getIntValue() != 0) {
    seed.unsupported.emplace_back("Cert");
  }
  if ((seed.flags & 4U) != 0) {
    if (auto v = key_of(dictionary, "/V"); v.isNumber() && v.getNumericValue() > 3) {
      seed.unsupported.emplace_back("V");
    }
  }
  if ((seed.flags & 16U) != 0) seed.unsupported.emplace_back("LegalAttestation");
  if ((seed.flags & 32U) != 0) {
    if (auto add_revocation = key_of(dictionary, "/AddRevInfo");
        add_revocation.isBool() && add_revocation.getBoolValue()) {
      seed.unsupported.emplace_back("AddRevInfo");
    }
  }
  return seed;
}

void read_value_of(Document::Inside& inside, const Object& dictionary,
                   const std::optional<QuickValue>& quick, SignatureField& field) {
  field.type = name_of(key_of(dictionary, "/Type"));
  field.filter = name_of(key_of(dictionary, "/Filter"));
  field.sub_filter = name_of(key_of(dictionary, "/SubFilter"));
  field.date = string_value(key_of(dictionary, "/M"));
  field.reason = text_of(key_of(dictionary, "/Reason"));
  field.location = text_of(key_of(dictionary, "/Location"));
  field.signer_name = text_of(key_of(dictionary, "/Name"));
  field.contact = text_of(key_of(dictionary, "/ContactInfo"));
  auto certificate = key_of(dictionary, "/Cert");
  if (certificate.isArray() && certificate.getArrayNItems() > 0) {
    certificate = certificate.getArrayItem(0);
  }
  field.cert_entry = to_bytes(std::string_view{string_value(certificate)});
  // 12.8.1 table 255: a timestamp's type is DocTimeStamp, a signature's is Sig or left out. Some
  // producers write Sig for timestamps, which changes nothing that anybody relies on.
  const bool timestamp = field.sub_filter == "ETSI.RFC3161";
  const bool stamped = field.type == "DocTimeStamp";
  if (timestamp != stamped || (!stamped && !field.type.empty() && field.type != "Sig")) {
    field.findings.push_back({Code::kPdfSignatureType,
                              timestamp ? Severity::kWarning : Severity::kError,
                              {},
                              field.type + ", " + field.sub_filter});
  }
  read_byte_range(dictionary, field);
  read_contents(inside, dictionary, quick, field);
  read_references(inside, dictionary, field);
  const auto& map = inside.map;
  field.revision = map.revisions.size() - 1;
  const bool unreadable =
      std::any_of(field.findings.begin(), field.findings.end(), [](const Finding& finding) {
        return finding.code == Code::kPdfByteRangeMissing ||
               finding.code == Code::kPdfByteRangeNumber ||
               finding.code == Code::kPdfByteRangeCount;
      });
  if (unreadable) return;
  const ContentsPlace place{field.contents_located, field.contents_begin, field.contents_end};
  field.revision =
      judge_byte_range(field.byte_range, place, inside.file.size(), map, field.findings);
}

/// Zero-based page of each widget, from the pages' /Annots; only asked when there is a widget.
class PageFinder {
 public:
  explicit PageFinder(Document::Inside& inside) : inside_(inside) {}

  std::optional<std::size_t> page_of(const Object& widget) {
    if (!widget.isIndirect()) return std::nullopt;
    const auto pages = inside_.pages();
    if (!pages) return std::nullopt;  // Document::findings() tells
    const auto parent = key_of(widget, "/P");
    if (parent.isIndirect()) {
      if (numbers_.empty()) {
        for (std::size_t i = 0; i < pages.value()->size(); ++i) {
          numbers_.emplace((*pages.value())[i].dictionary.getObjGen(), i);
        }
      }
      const auto found = numbers_.find(parent.getObjGen());
      if (found != numbers_.end() && holds(pages.value()->at(found->second), widget)) {
        return found->second;
      }
    }
    if (!all_) {
      all_.emplace();
      for (std::size_t i = 0; i < pages.value()->size(); ++i) {
        auto annotations = key_of((*pages.value())[i].dictionary, "/Annots");
        if (!annotations.isArray()) continue;
        for (int k = 0; k < annotations.getArrayNItems(); ++k) {
          all_->emplace(annotations.getArrayItem(k).getObjGen(), i);
        }
      }
    }
    const auto found = all_->find(widget.getObjGen());
    return found == all_->end() ? std::nullopt : std::optional{found->second};
  }

 private:
  static bool holds(const PageLeaf& page, const Object& widget) {
    auto annotations = key_of(page.dictionary, "/Annots");
    // A long list is looked up in the table of all instead.
    if (!annotations.isArray() || annotations.getArrayNItems() > 256) return false;
    for (int i = 0; i < annotations.getArrayNItems(); ++i) {
      if (annotations.getArrayItem(i).getObjGen() == widget.getObjGen()) return true;
    }
    return false;
  }

  Document::Inside& inside_;
  std::map<QPDFObjGen, std::size_t> numbers_;
  std::optional<std::map<QPDFObjGen, std::size_t>> all_;
};

}  // namespace

Result<std::vector<SignatureField>> Document::signature_fields() const {
  Findings form_findings;
  const auto& limits = inside_->options.limits;
  ANTIN_TRY(const auto fields, read_form_fields(inside_->root(), limits, form_findings));
  return guarded("reading signature fields", [&]() -> Result<std::vector<SignatureField>> {
    std::vector<SignatureField> signatures;
    PageFinder finder{*inside_};
    std::map<ObjectId, std::size_t> values;
    for (const auto& form_field : fields) {
      if (form_field.type != "/Sig") continue;
      if (signatures.size() >= limits.max_signatures) {
        return make_error(Code::kResourceLimit, "too many signature fields");
      }
      SignatureField field;
      field.name = form_field.name;
      field.field = id_of(form_field.dictionary);
      for (const auto& widget : form_field.widgets) {
        if (!field.rect) field.rect = read_rect(key_of(widget, "/Rect"));
        if (!field.page) field.page = finder.page_of(widget);
      }
      field.lock = read_field_lock(form_field.lock);
      field.seed = read_seed_value(form_field.seed);
      const auto quick = read_quickly(*inside_, form_field.value);
      if (auto value = quick ? quick->dictionary : form_field.value; value.isDictionary()) {
        field.is_signed = true;
        field.value = id_of(form_field.value);
        read_value_of(*inside_, value, quick, field);
        // Whoever meets it later need not read the digits either.
        if (quick) inside_->qpdf.replaceObject(form_field.value.getObjGen(), quick->dictionary);
        if (form_field.value_inherited) add(field.findings, Code::kPdfSignatureShared, "inherited");
        if (form_field.value.isIndirect()) {
          const auto [other, is_new] = values.emplace(field.value, signatures.size());
          if (!is_new) {
            add(field.findings, Code::kPdfSignatureShared, signatures[other->second].name);
            add(signatures[other->second].findings, Code::kPdfSignatureShared, field.name);
          }
        }
      } else if (!value.isNull()) {
        field.is_signed = true;
        field.revision = inside_->map.revisions.size() - 1;
        add(field.findings, Code::kPdfSignatureValueKind);
      }
      signatures.push_back(std::move(field));
    }
    return signatures;
  });
}

}  // namespace antin::pdf
