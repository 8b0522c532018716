#include "pdf/write/signature_update.h"

#include <algorithm>
#include <cstring>

#include "pdf/write/form_update.h"
#include "pdf/write/incremental_writer.h"
#include "pdf/write/numbers.h"
#include "pdf/write/signing_plan.h"
#include "pdf/write/stamp.h"
#include "pdf/write/target_page.h"

namespace antin::pdf {
namespace {

// Octets of the update beside the placeholder, so that the tail seldom moves.
constexpr std::size_t kUsualTail = 16'384;
// More than any CMS with timestamps and certificates; keeps a caller's slip from eating memory.
constexpr std::size_t kMaxContents = std::size_t{64} << 20U;
// "[0 " and three numbers of up to twenty digits.
constexpr std::size_t kByteRangeWidth = 66;

/// Where the placeholders are in the tail.
struct Placeholders {
  std::size_t byte_range = 0, contents = 0;
};

Result<Placeholders> put_value(IncrementalWriter& writer, Document::Inside& inside, ObjectId id,
                               const SignatureUpdate& update, const SigningPlan& plan) {
  const bool timestamp = update.type == SignatureUpdate::Type::kDocumentTimestamp;
  std::string body = timestamp ? "<</Type /DocTimeStamp" : "<</Type /Sig";
  body += " /Filter /Adobe.PPKLite /SubFilter " + name_text("/" + update.sub_filter);
  const auto text = [&](const char* key, const std::string& utf8) -> Status {
    if (utf8.empty()) return Done{};
    ANTIN_TRY(const std::string value, writer.text_string(id, utf8));
    body += std::string{"\n"} + key + " " + value;
    return Done{};
  };
  if (!timestamp) {
    if (update.signing_time) ANTIN_CHECK(text("/M", to_pdf_date(*update.signing_time)));
    ANTIN_CHECK(text("/Name", update.signer_name));
    ANTIN_CHECK(text("/Reason", update.reason));
    ANTIN_CHECK(text("/Location", update.location));
    ANTIN_CHECK(text("/ContactInfo", update.contact));
    ANTIN_TRY(const std::string references, signature_references(writer, inside, id, update, plan));
    body += references;
  }
  Placeholders at;
  body += "\n/ByteRange ";
  at.byte_range = body.size();
  body.append(kByteRangeWidth, ' ');
  body += "\n/Contents <";
  at.contents = body.size();
  ANTIN_TRY(const std::size_t start,
            writer.put_with_room(id, body, 2 * update.contents_octets, ">>>"));
  at.byte_range += start;
  at.contents += start;
  return at;
}

/// Page, rectangle and drawing of a visible stamp.
struct PlacedStamp {
  Rect rect;
  ObjectId form;
};

Result<PlacedStamp> make_stamp(IncrementalWriter& writer, Document::Inside& inside,
                               const TargetPage& page, const SignatureUpdate& update,
                               const SigningPlan& plan, const std::vector<SignatureField>& fields) {
  const auto& geometry = page.geometry;
  StampSize size;
  Rect rect;
  if (plan.existing) {
    rect = *plan.existing->rect;
    const bool turned = geometry.rotate % 180 != 0;
    size = {(turned ? rect.height() : rect.width()) * geometry.user_unit,
            (turned ? rect.width() : rect.height()) * geometry.user_unit};
  } else {
    ANTIN_TRY(size, stamp_size(*update.appearance, *update.facts, geometry));
    ANTIN_TRY(rect, place_stamp(inside, page, *update.appearance, size, fields));
  }
  ANTIN_TRY(const DrawnStamp drawn,
            draw_stamp(*update.appearance, *update.facts, size.width_pt, size.height_pt));
  ANTIN_TRY(const ObjectId form, import_stamp(writer, drawn, geometry.rotate));
  return PlacedStamp{rect, form};
}

int page_number(const SignatureUpdate& update, const SigningPlan& plan,
                const std::vector<SignatureField>& fields) {
  const auto page_of = [](const SignatureField& field) {
    return static_cast<int>(field.page.value_or(0)) + 1;
  };
  if (plan.existing) return page_of(*plan.existing);
  if (!plan.visible || update.appearance->kind == Appearance::Kind::kCopyLine) return 1;
  if (update.appearance->kind == Appearance::Kind::kSeal) {
    if (const auto* earlier = seal_target(*update.appearance, fields)) return page_of(*earlier);
  }
  return update.appearance->anchor.page;
}

Status check_request(const SignatureUpdate& update) {
  const auto usage = [](const char* what) { return make_error(Code::kUsage, what); };
  if (update.contents_octets == 0 || update.contents_octets > kMaxContents) {
    return usage("contents_octets");
  }
  if (update.sub_filter.empty()) return usage("sub_filter");
  if (update.appearance && !update.facts) return usage("appearance without facts");
  // the time shown is the time in /M.
  if (update.appearance && update.signing_time &&
      update.facts->signing_time != *update.signing_time) {
    return usage("the stamp's time is not the signature's");
  }
  return Done{};
}

Result<PreparedSignature> prepare(const Document& document, const SignatureUpdate& update,
                                  DocumentCipher& cipher, RandomSource& random) {
  ANTIN_CHECK(check_request(update));
  ANTIN_TRY(const auto fields, document.signature_fields());
  ANTIN_TRY(SigningPlan plan, plan_signature(document, fields, update, random));

  auto& inside = document.inside();
  const ObjectCipher object_cipher{inside.encryption, cipher};
  IncrementalWriter writer{inside, object_cipher, 2 * update.contents_octets + kUsualTail};
  const ObjectId value = writer.allocate();
  FormUpdate form{writer, inside};

  if (plan.existing && !plan.visible) {
    ANTIN_CHECK(form.fill(*plan.existing, value, std::nullopt));
  } else {
    ANTIN_TRY(const TargetPage page, find_page(inside, page_number(update, plan, fields)));
    std::optional<PlacedStamp> stamp;
    if (plan.visible) {
      ANTIN_TRY(stamp, make_stamp(writer, inside, page, update, plan, fields));
      ANTIN_CHECK(form.settle_need_appearances(plan.first, plan.warnings));
    }
    if (plan.existing) {
      ANTIN_CHECK(form.fill(*plan.existing, value, stamp->form));
    } else {
      ANTIN_CHECK(form.add({.name = plan.name,
                            .value = value,
                            .rect = stamp ? stamp->rect : Rect{},
                            .appearance = stamp ? std::optional{stamp->form} : std::nullopt},
                           page));
    }
  }
  if (update.certify) ANTIN_CHECK(form.certify(value));
  ANTIN_CHECK(form.write());
  ANTIN_TRY(const Placeholders at, put_value(writer, inside, value, update, plan));
  ANTIN_TRY(Bytes tail, writer.finish(random));

  const std::uint64_t original = inside.file.size();
  const std::uint64_t before = original + at.contents - 1;  // up to '<'
  const std::uint64_t after = original + at.contents + 2 * update.contents_octets + 1;
  const std::array<std::uint64_t, 4> range{0, before, after, original + tail.size() - after};
  const std::string text = "[0 " + std::to_string(range[1]) + " " + std::to_string(range[2]) + " " +
                           std::to_string(range[3]) + "]";
  std::memcpy(tail.data() + at.byte_range, text.data(), text.size());

  PreparedSignature prepared{inside.file, std::move(tail), range,
                             plan.name,   at.contents,     update.contents_octets};
  prepared.warnings = std::move(plan.warnings);
  return prepared;
}

}  // namespace

std::array<ByteView, 3> PreparedSignature::covered() const noexcept {
  const ByteView tail{tail_};
  return {original_.view(), tail.first(contents_in_tail_ - 1),
          tail.subspan(contents_in_tail_ + 2 * capacity_ + 1)};
}

Status PreparedSignature::set_contents(ByteView cms) {
  if (cms.size() > capacity_) {
    return make_error(Code::kContentsTooSmall,
                      std::to_string(cms.size()) + " octets for " + std::to_string(capacity_));
  }
  const auto room = tail_.begin() + static_cast<std::ptrdiff_t>(contents_in_tail_);
  const std::string hex = to_hex(cms);
  std::copy(hex.begin(), hex.end(), room);
  std::fill(room + static_cast<std::ptrdiff_t>(hex.size()),
            room + static_cast<std::ptrdiff_t>(2 * capacity_), std::uint8_t{'0'});
  return Done{};
}

Result<PreparedSignature> prepare_signature(const Document& document, const SignatureUpdate& update,
                                            DocumentCipher& cipher, RandomSource& random) {
  return guarded("preparing a signature", [&]() -> Result<PreparedSignature> {
    return prepare(document, update, cipher, random);
  });
}

}  // namespace antin::pdf
