#include "service/worker/compose.h"

#include <cmath>

#include "pdf/picture/raster.h"
#include "service/ipc/worker_protocol.h"
#include "service/layout/letter.h"
#include "service/worker/draw_by_message.h"

namespace antin::service::worker {
namespace {

using layout::Layout;

constexpr std::int64_t kMostDrawMs = 600'000;

Error malformed(const char* what) {
  return make_error(Code::kIpcMalformed, what);
}

class DrawnPages final : public layout::PagePictures {
 public:
  DrawnPages(Channel& channel, std::chrono::milliseconds total) : sources_(channel, total) {}

  Result<Picture> draw(const SharedBytes& document, std::size_t page, unsigned dpi) override {
    ANTIN_TRY(const auto source, sources_.open(document));
    ANTIN_TRY(const auto drawn, source->draw(page, dpi, verifier::PageSource::As::kSeen));
    ANTIN_TRY(auto raster, pdf::picture::read_pnm(drawn.octets.view(), dpi));
    return Picture{std::move(raster), drawn.complete};
  }

 private:
  DrawByMessage sources_;
};

std::string optional_text(const cbor::Value& body, const char* key) {
  const auto* value = body.find(key);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string{};
}

Result<layout::Data> data_of(const cbor::Value& body) {
  layout::Data data;
  const auto* values = body.find("values");
  if (values == nullptr || values->map() == nullptr) return malformed("values");
  for (const auto& [name, value] : *values->map()) {
    if (name.text() == nullptr || value.text() == nullptr) return malformed("values");
    data.values.emplace(*name.text(), *value.text());
  }
  ANTIN_TRY(const auto rows, cbor::array_at(body, "rows"));
  data.rows.reserve(rows.size());
  for (const auto& row : rows) {
    if (row.array() == nullptr) return malformed("rows");
    auto& cells = data.rows.emplace_back();
    cells.reserve(row.array()->size());
    for (const auto& cell : *row.array()) {
      if (cell.text() == nullptr) return malformed("rows");
      cells.push_back(*cell.text());
    }
  }
  return data;
}

Result<pdf::DocumentProperties> properties_of(const cbor::Value& body) {
  pdf::DocumentProperties properties;
  const auto* list = body.find("properties");
  if (list == nullptr) return properties;
  if (list->array() == nullptr) return malformed("properties");
  properties.reserve(list->array()->size());
  for (const auto& pair : *list->array()) {
    const auto* both = pair.array();
    if (both == nullptr || both->size() != 2 || (*both)[0].text() == nullptr ||
        (*both)[1].text() == nullptr)
      return malformed("properties");
    properties.push_back({*(*both)[0].text(), *(*both)[1].text()});
  }
  return properties;
}

Result<double> keep_top_of(const cbor::Value& body) {
  constexpr std::int64_t kMost = 200;
  if (body.find("keep_top_mm") == nullptr) return 0.0;
  ANTIN_TRY(const auto millimetres, cbor::integer_at(body, "keep_top_mm"));
  if (millimetres < 0 || millimetres > kMost) return malformed("keep_top_mm");
  return static_cast<double>(millimetres);
}

/// What every kind of template is composed from.
struct Asked {
  std::optional<Layout> layout;  ///< nothing: only a QR code and properties
  layout::Data data;
  layout::Style style;
  std::string qr, password;
  pdf::DocumentProperties properties;
  double keep_top_mm = 0;
  std::optional<UtcTime> made_at;
  SharedBytes document;
};

Result<Asked> asked_of(const Message& request) {
  const auto& body = request.body;
  Asked asked;
  ANTIN_TRY(const auto toml, cbor::text_at(body, "template"));
  ANTIN_TRY(const auto day, cbor::text_at(body, "day"));
  const auto on = layout::read_day(day);
  if (!on) return malformed("day");
  ANTIN_TRY(asked.data, data_of(body));
  if (!toml.empty()) {
    ANTIN_TRY(asked.layout, layout::read_layout(toml));
    ANTIN_CHECK(layout::check_in_force(*asked.layout, *on));
  }
  ANTIN_TRY(asked.qr, cbor::text_at(body, "qr"));
  ANTIN_TRY(asked.made_at, time_at(body, "made_at"));
  ANTIN_TRY(const auto size, cbor::integer_at(body, "size_pt"));
  ANTIN_TRY(const auto rgb, cbor::integer_at(body, "rgb"));
  constexpr std::int64_t kMostSize = 100, kWhite = 0xFFFFFF;
  if (size < 0 || size > kMostSize || rgb < 0 || rgb > kWhite) return malformed("style");
  asked.style = {static_cast<double>(size), static_cast<std::uint32_t>(rgb)};
  asked.password = optional_text(body, "password");
  ANTIN_TRY(asked.properties, properties_of(body));
  ANTIN_TRY(asked.keep_top_mm, keep_top_of(body));
  if (!request.descriptors.empty()) {
    ANTIN_TRY(asked.document, map_sealed(request.descriptors[0], kMaxDocument));
  }
  return asked;
}

std::int64_t micrometres(double millimetres) {
  return std::llround(millimetres * 1'000);
}

cbor::Array places_to_value(const std::vector<layout::Place>& places) {
  cbor::Array out;
  out.reserve(places.size());
  for (const auto& place : places) {
    out.push_back(cbor::Map{{"name", place.name},
                            {"page", static_cast<std::int64_t>(place.page)},
                            {"x_um", micrometres(place.x_mm)},
                            {"y_um", micrometres(place.y_mm)},
                            {"width_um", micrometres(place.width_mm)},
                            {"height_um", micrometres(place.height_mm)}});
  }
  return out;
}

Result<Message> answer(const Asked& asked, const char* made, std::size_t pages,
                       const std::vector<layout::Place>& places, const Findings& findings,
                       ByteView octets) {
  Message reply;
  reply.body = cbor::Map{{"made", made},
                         {"template", asked.layout ? asked.layout->name() : std::string{}},
                         {"pages", static_cast<std::int64_t>(pages)},
                         {"places", places_to_value(places)},
                         {"findings", findings_to_value(findings)}};
  ANTIN_TRY(auto memfd, sealed_memfd("antin-composed", {octets}));
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

Result<Message> stamped(const Asked& asked, const pdf::ReadLimits& limits,
                        layout::PagePictures& pictures, RandomSource& random) {
  if (asked.document.empty()) return malformed("no document");
  ANTIN_TRY(const auto made, layout::stamp({.document = asked.document,
                                            .password = asked.password,
                                            .limits = limits,
                                            .attestation = asked.layout ? &*asked.layout : nullptr,
                                            .data = asked.data,
                                            .style = asked.style,
                                            .qr = asked.qr,
                                            .keep_top_mm = asked.keep_top_mm,
                                            .properties = asked.properties},
                                           pictures, random));
  return answer(asked, "tail", made.pages, made.places, made.findings, made.tail);
}

}  // namespace

Result<Message> compose(const Message& request, const pdf::ReadLimits& limits, RandomSource& random,
                        Channel& channel) {
  ANTIN_TRY(const auto asked, asked_of(request));
  ANTIN_TRY(const auto draw_ms, cbor::integer_at(request.body, "draw_ms"));
  if (draw_ms < 0 || draw_ms > kMostDrawMs) return malformed("draw_ms");
  DrawnPages pictures{channel, std::chrono::milliseconds(draw_ms)};
  if (!asked.layout || asked.layout->kind == Layout::Kind::kStamp)
    return stamped(asked, limits, pictures, random);
  switch (asked.layout->kind) {
    case Layout::Kind::kLine: {
      ANTIN_TRY(const auto toml, layout::line_appearance(*asked.layout, asked.data));
      return answer(asked, "appearance", 0, {}, {}, as_bytes(toml));
    }
    case Layout::Kind::kFooter: {
      if (asked.document.empty()) return malformed("no document");
      ANTIN_TRY(const auto made, layout::printout({.document = asked.document,
                                                   .password = asked.password,
                                                   .limits = limits,
                                                   .footer = &*asked.layout,
                                                   .data = asked.data,
                                                   .qr = asked.qr,
                                                   .made_at = asked.made_at}));
      return answer(asked, "document", made.pages, made.places, {}, made.pdf);
    }
    default: {
      ANTIN_TRY(const auto made, layout::letter({.layout = &*asked.layout,
                                                 .data = asked.data,
                                                 .qr = asked.qr,
                                                 .made_at = asked.made_at},
                                                pictures, random));
      return answer(asked, "document", made.pages, made.places, {}, made.pdf);
    }
  }
}

}  // namespace antin::service::worker
