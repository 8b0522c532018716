#include <cstdlib>

#include "pdf/read/qpdf_inside.h"
#include "pdf/read/xref.h"

namespace antin::pdf {
namespace {

struct LimitReached {};

Result<Bytes> inflate(ByteView data, std::size_t limit) {
  return guarded("inflating a cross-reference stream", [&]() -> Result<Bytes> {
    Bytes out;
    Pl_Function sink("sink", nullptr, [&](const unsigned char* octets, std::size_t length) {
      if (length > limit - out.size()) throw LimitReached{};
      out.insert(out.end(), octets, octets + length);
    });
    Pl_Flate flate("inflate", &sink, Pl_Flate::a_inflate);
    try {
      flate.write(data.data(), data.size());
      flate.finish();
    } catch (const LimitReached&) {
      return make_error(Code::kResourceLimit, "a cross-reference stream inflates beyond its size");
    }
    return out;
  });
}

/// PNG predictors (ISO 32000-2 7.4.4.4), one octet a sample and one sample a column, as
/// cross-reference streams use them.
bool undo_png(Bytes& data, std::size_t columns) {
  const auto row = columns + 1;
  const auto rows = data.size() / row;
  Bytes out(rows * columns);
  for (std::size_t r = 0; r < rows; ++r) {
    const auto* in = &data[r * row];
    auto* here = &out[r * columns];
    const auto* above = r == 0 ? nullptr : here - columns;
    for (std::size_t i = 0; i < columns; ++i) {
      const int left = i == 0 ? 0 : here[i - 1];
      const int up = above == nullptr ? 0 : above[i];
      const int corner = above == nullptr || i == 0 ? 0 : above[i - 1];
      int add = 0;
      switch (in[0]) {
        case 0:
          break;
        case 1:
          add = left;
          break;
        case 2:
          add = up;
          break;
        case 3:
          add = (left + up) / 2;
          break;
        case 4: {
          const int a = std::abs(up - corner), b = std::abs(left - corner);
          const int c = std::abs(left + up - 2 * corner);
          add = a <= b && a <= c ? left : (b <= c ? up : corner);
          break;
        }
        default:
          return false;
      }
      here[i] = static_cast<std::uint8_t>(in[i + 1] + add);
    }
  }
  data = std::move(out);
  return true;
}

}  // namespace

Result<std::optional<Bytes>> decode_xref_data(ByteView file, const RawDictionary& dictionary,
                                              ByteView data, std::size_t limit) {
  const auto only = [&](const RawValue* value) -> std::optional<RawValue> {
    if (value == nullptr || value->kind != Lexer::Kind::kArrayBegin) {
      return value == nullptr ? std::nullopt : std::optional{*value};
    }
    const auto elements = read_array(file, *value, 8);
    if (!elements || elements->size() != 1) return std::nullopt;
    return elements->front();
  };
  const auto text = [&](const RawValue& value) {
    return as_text(file).substr(value.begin, value.end - value.begin);
  };
  if (dictionary.find("Filter") == nullptr) {
    if (data.size() > limit) data = data.first(limit);
    return std::optional{to_bytes(data)};
  }
  const auto filter = only(dictionary.find("Filter"));
  if (!filter || filter->kind != Lexer::Kind::kName ||
      (text(*filter) != "/FlateDecode" && text(*filter) != "/Fl")) {
    return std::optional<Bytes>{};
  }
  std::int64_t predictor = 1, columns = 1;
  if (const auto parms = only(dictionary.find("DecodeParms"));
      parms && parms->kind == Lexer::Kind::kDictionaryBegin) {
    Lexer lexer{file, parms->begin};
    const auto values = read_dictionary(lexer, 8);
    if (!values) return std::optional<Bytes>{};
    predictor = values->integer("Predictor").value_or(1);
    columns = values->integer("Columns").value_or(1);
    if (values->integer("Colors").value_or(1) != 1 ||
        values->integer("BitsPerComponent").value_or(8) != 8) {
      return std::optional<Bytes>{};
    }
  }
  if (columns < 1 || columns > 64 || (predictor > 1 && predictor < 10)) {
    return std::optional<Bytes>{};
  }
  // One more octet a row when a predictor is used.
  ANTIN_TRY(auto decoded, inflate(data, predictor > 1 ? limit * 2 + 64 : limit));
  if (predictor > 1 && !undo_png(decoded, static_cast<std::size_t>(columns))) {
    return std::optional<Bytes>{};
  }
  return std::optional{std::move(decoded)};
}

}  // namespace antin::pdf
