#include "pdf/read/stream_limits.h"

#include <set>

#include "pdf/read/lexer.h"

namespace antin::pdf {
namespace {

struct LimitReached {};

// Deflate cannot do better than 1032:1, LZW than 1365:1.
constexpr std::size_t kBestRatio = 1'400;
constexpr std::size_t kHarmless = std::size_t{64} << 20U;

std::size_t filters_of(QPDFObjectHandle stream) {
  auto filter = stream.getDict().getKey("/Filter");
  if (filter.isNull()) return 0;
  return filter.isArray() ? static_cast<std::size_t>(filter.getArrayNItems()) : 1;
}

std::size_t raw_length(QPDFObjectHandle stream) {
  auto length = stream.getDict().getKey("/Length");
  return length.isInteger() && length.getIntValue() > 0
             ? static_cast<std::size_t>(length.getIntValue())
             : 0;
}

}  // namespace

Status check_object_streams(Document::Inside& inside) {
  bool any = false;
  for (const auto& revision : inside.map.revisions) any = any || revision.kind != XrefKind::kTable;
  if (!any) return Done{};
  std::set<int> streams;
  for (const auto& [id, entry] : inside.qpdf.getXRefTable()) {
    if (entry.getType() == 2) streams.insert(entry.getObjStreamNumber());
  }
  const auto limit = inside.options.limits.max_stream_octets;
  for (const auto number : streams) {
    auto stream = inside.qpdf.getObject(number, 0);
    if (!stream.isStream()) return make_error(Code::kPdfMalformed, "an object stream is missing");
    if (filters_of(stream) <= 1 && raw_length(stream) <= std::min(limit, kHarmless) / kBestRatio) {
      continue;
    }
    ANTIN_TRY(const auto decoded, decoded_stream(stream, limit));
    if (!decoded) return make_error(Code::kPdfMalformed, "an object stream cannot be decoded");
  }
  return Done{};
}

namespace {

/// libqpdf keeps whole rows for a predictor, as long as the stream says they are (7.4.4.4).
bool has_bearable_rows(QPDFObjectHandle stream) {
  constexpr double kMaxRow = 16 << 20;
  const auto number = [](QPDFObjectHandle parameters, const char* key, double otherwise) {
    auto value = parameters.getKey(key);
    return value.isNumber() ? value.getNumericValue() : otherwise;
  };
  const auto bearable = [&](QPDFObjectHandle parameters) {
    if (!parameters.isDictionary()) return true;
    const double bits = number(parameters, "/Columns", 1) * number(parameters, "/Colors", 1) *
                        number(parameters, "/BitsPerComponent", 8);
    return bits / 8 <= kMaxRow;
  };
  auto parameters = stream.getDict().getKey("/DecodeParms");
  if (!parameters.isArray()) return bearable(parameters);
  for (auto& one : parameters.getArrayAsVector()) {
    if (!bearable(one)) return false;
  }
  return true;
}

Result<std::optional<Bytes>> decode(QPDFObjectHandle stream, std::size_t limit,
                                    qpdf_stream_decode_level_e level) {
  if (!has_bearable_rows(stream)) {
    return make_error(Code::kResourceLimit, "the rows of a stream are too long");
  }
  if (filters_of(stream) > 4) {
    return make_error(Code::kResourceLimit, "a stream passes through too many filters");
  }
  Bytes out;
  Pl_Function sink("sink", nullptr, [&](const unsigned char* octets, std::size_t length) {
    if (length > limit - out.size()) throw LimitReached{};
    out.insert(out.end(), octets, octets + length);
  });
  try {
    bool filtered = false;
    const bool good = stream.pipeStreamData(&sink, &filtered, 0, level, true, false);
    if (!good || !filtered) return std::optional<Bytes>{};
  } catch (const LimitReached&) {
    return make_error(Code::kResourceLimit, "a stream decodes to more than the limit allows");
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return std::optional<Bytes>{};
  }
  return std::optional{std::move(out)};
}

}  // namespace

Result<std::optional<Bytes>> decoded_stream(const QPDFObjectHandle& stream, std::size_t limit) {
  return decode(stream, limit, qpdf_dl_specialized);
}

Result<std::optional<Bytes>> decoded_picture(const QPDFObjectHandle& stream, std::size_t limit) {
  return decode(stream, limit, qpdf_dl_all);
}

}  // namespace antin::pdf
