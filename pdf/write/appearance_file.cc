#include <algorithm>
#include <cmath>
#include <toml++/toml.h>

#include "pdf/write/appearance.h"
#include "pdf/write/png_image.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxFile = 262'144;
constexpr std::size_t kMaxLines = 40;
// Larger than any page a stamp is made for (A0).
constexpr double kMaxMillimetres = 1189;

// One table of the file; the first mistake is kept and everything after it is ignored.
class Table {
 public:
  Table(const toml::table& table, std::string path, std::optional<std::string>& wrong)
      : table_(table), path_(std::move(path)), wrong_(wrong) {}

  void only(std::initializer_list<std::string_view> keys) const {
    for (const auto& entry : table_) {
      const auto key = entry.first.str();
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) reject(key);
    }
  }

  void millimetres(std::string_view key, double& out, double low = 0) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!value || !std::isfinite(*value) || *value < low || *value > kMaxMillimetres) {
      return reject(key);
    }
    out = *value;
  }

  template <class T>
  void get(std::string_view key, T& out) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<T>();
    if (!value) return reject(key);
    out = *value;
  }

  const toml::table* table(std::string_view key) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) reject(key);
    return node->as_table();
  }

  const toml::array* array(std::string_view key) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_array()) reject(key);
    return node->as_array();
  }

  bool has(std::string_view key) const { return table_.contains(key); }
  void reject(std::string_view key) const {
    if (!wrong_) wrong_ = path_ + std::string{key};
  }

 private:
  const toml::table& table_;
  std::string path_;
  std::optional<std::string>& wrong_;
};

std::optional<std::uint32_t> colour(std::string_view text) {
  Bytes rgb;
  if (text.size() != 7 || text.front() != '#' || !from_hex(text.substr(1), rgb))
    return std::nullopt;
  return std::uint32_t{rgb[0]} << 16U | std::uint32_t{rgb[1]} << 8U | std::uint32_t{rgb[2]};
}

void read_anchor(const Table& in, Anchor& anchor) {
  in.only({"field", "text", "above", "page", "x_mm", "y_mm"});
  in.get("field", anchor.field);
  in.get("text", anchor.text);
  in.get("above", anchor.above);
  std::int64_t page = anchor.page;
  in.get("page", page);
  constexpr std::int64_t kMaxPage = 1'000'000;
  if (page == 0 || page > kMaxPage || page < -kMaxPage) in.reject("page");
  anchor.page = static_cast<int>(page);
  if (in.has("field") && in.has("text")) in.reject("text");
  anchor.kind = in.has("field")  ? Anchor::Kind::kField
                : in.has("text") ? Anchor::Kind::kText
                                 : Anchor::Kind::kMillimetres;
  // Beside a text the offset may go either way.
  const double low = anchor.kind == Anchor::Kind::kText ? -kMaxMillimetres : 0;
  in.millimetres("x_mm", anchor.x_mm, low);
  in.millimetres("y_mm", anchor.y_mm, low);
}

void read_line(const Table& in, TextLine& line) {
  in.only({"text", "size_pt", "bold", "color"});
  in.get("text", line.text);
  if (line.text.empty()) in.reject("text");
  in.millimetres("size_pt", line.size_pt, 4);
  constexpr double kMaxSize = 72;
  if (line.size_pt > kMaxSize) in.reject("size_pt");
  in.get("bold", line.bold);
  std::string rgb = "#000000";
  in.get("color", rgb);
  if (const auto value = colour(rgb)) {
    line.rgb = *value;
  } else {
    in.reject("color");
  }
}

std::optional<Appearance::Kind> kind_named(std::string_view name) {
  if (name == "signature") return Appearance::Kind::kSignature;
  if (name == "seal") return Appearance::Kind::kSeal;
  if (name == "copy_line") return Appearance::Kind::kCopyLine;
  return std::nullopt;
}

Result<Appearance> read(const toml::table& root, const LoadFile& load) {
  std::optional<std::string> wrong;
  Appearance appearance;
  const Table top{root, "", wrong};
  top.only({"schema", "kind", "width_mm", "height_mm", "text_x_mm", "frame", "over_field", "anchor",
            "image", "line"});
  std::string schema;
  top.get("schema", schema);
  if (schema != "antin-appearance/1") top.reject("schema");
  std::string kind = "signature";
  top.get("kind", kind);
  if (const auto known = kind_named(kind)) {
    appearance.kind = *known;
  } else {
    top.reject("kind");
  }
  top.millimetres("width_mm", appearance.width_mm, 1);
  top.millimetres("height_mm", appearance.height_mm, 1);
  top.millimetres("text_x_mm", appearance.text_x_mm);
  top.get("frame", appearance.frame);
  top.get("over_field", appearance.over_field);
  if (const auto* anchor = top.table("anchor")) {
    read_anchor({*anchor, "anchor.", wrong}, appearance.anchor);
  }
  if (const auto* lines = top.array("line")) {
    if (lines->size() > kMaxLines) top.reject("line");
    for (const auto& node : *lines) {
      if (!node.is_table() || wrong) {
        top.reject("line");
        break;
      }
      read_line({*node.as_table(), "line.", wrong}, appearance.lines.emplace_back());
    }
  }
  std::string file;
  if (const auto* table = top.table("image")) {
    const Table image{*table, "image.", wrong};
    image.only({"file", "x_mm", "y_mm", "width_mm"});
    auto& stamp_image = appearance.image.emplace();
    image.get("file", file);
    image.millimetres("x_mm", stamp_image.x_mm);
    image.millimetres("y_mm", stamp_image.y_mm);
    image.millimetres("width_mm", stamp_image.width_mm, 1);
    if (file.empty()) image.reject("file");
    if (stamp_image.width_mm <= 0) image.reject("width_mm");
  }
  // the copy line has no image and one place only. R-09: a seal is its image.
  const bool copy_line = appearance.kind == Appearance::Kind::kCopyLine;
  if (copy_line && appearance.image) top.reject("image");
  if (copy_line && (top.has("anchor") || appearance.lines.size() > 2)) top.reject("anchor");
  if (appearance.kind == Appearance::Kind::kSeal && !appearance.image) top.reject("image");
  if (wrong) return make_error(Code::kAppearanceConfig, *wrong, {{"key", *wrong}});

  if (appearance.image) {
    ANTIN_TRY(appearance.image->png, load(file));
    ANTIN_TRY([[maybe_unused]] const Raster raster,
              decode_png(appearance.image->png, appearance.kind));
  }
  return appearance;
}

}  // namespace

Result<Appearance> read_appearance(std::string_view toml, const LoadFile& load) {
  const auto wrong = [](std::string where) {
    return make_error(Code::kAppearanceConfig, where, {{"key", where}});
  };
  if (toml.size() > kMaxFile) return wrong("file size");
  try {
    const toml::table root = toml::parse(toml);
    return read(root, load);
  } catch (const toml::parse_error& error) {
    return wrong("line " + std::to_string(error.source().begin.line));
  } catch (const std::bad_alloc&) {
    return make_error(Code::kResourceLimit, "appearance file");
  }
}

}  // namespace antin::pdf
