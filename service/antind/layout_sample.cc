// What a template makes, with sample values: for whoever installs one and wants to see it (A-09).
// Numbers say that it is a draft; the pages show it as a picture only.

#include <algorithm>
#include <array>

#include "service/antind/layout_composer.h"
#include "service/antind/line.h"
#include "service/settings/section.h"

namespace antin::service {
namespace {

using settings::Section;

struct Sample {
  std::string_view name, value;
};
constexpr std::array kSamples{Sample{"so", kDraftNumber},
                              Sample{"so_ky_hieu", kDraftNumber},
                              Sample{"quyen", "01/2026"},
                              Sample{"ky_hieu", "SCT/BS"},
                              Sample{"co_quan", "ỦY BAN NHÂN DÂN XÃ MẪU"},
                              Sample{"dia_danh", "Xã Mẫu"},
                              Sample{"chuc_vu", "CHỦ TỊCH"},
                              Sample{"ho_ten", "Nguyễn Văn Mẫu"},
                              Sample{"nguoi_yeu_cau", "Trần Thị Mẫu"},
                              Sample{"nguoi_duoc_cap", "Trần Thị Mẫu"},
                              Sample{"ten_giay_to", "Giấy tờ mẫu"},
                              Sample{"viec", "Trả kết quả (mẫu)"},
                              Sample{"ma_ho_so", "H40.7-260131-0001"},
                              Sample{"ma_ket_qua", "H40.7-260131-0001-KQ(1)"},
                              Sample{"ma", "H40.7-260131-0001"},
                              Sample{"ly_do", "Lý do mẫu"},
                              Sample{"noi_tra", "Bộ phận một cửa xã Mẫu"},
                              Sample{"can_cu", "Trường hợp mẫu"},
                              Sample{"giai_thich", "Lời giải thích mẫu"},
                              Sample{"he_thong", "Hệ thống mẫu"},
                              Sample{"ky", "năm 2026"},
                              Sample{"khoa_so", "năm 2026"},
                              Sample{"loai_so", "SỔ MẪU"},
                              Sample{"ten_so", "Sổ mẫu"},
                              Sample{"so_goc", "17"},
                              Sample{"so_vao_so", "17"},
                              Sample{"so_ban_sao", "2"},
                              Sample{"so_huy", "0"},
                              Sample{"so_viec", "2"},
                              Sample{"tong_phi", "16.000"},
                              Sample{"hinh_thuc", "SAO Y"},
                              Sample{"date", "31/01/2026"},
                              Sample{"clock", "09:05:00"},
                              Sample{"iso_time", "2026-01-31T09:05:00+07:00"}};

// A page of nothing, for what stands on another document's page.
constexpr const char* kBlank = R"(schema = "antin-layout/1"
id = "trang-thu"
version = 1
kind = "letter"
title = "Trang để xem thử"
legal = "-"
from = "1900-01-01"
size_pt = 13
[[block]]
text = "BẢN NHÁP - trang để xem thử mẫu, không phải văn bản"
face = "italic"
)";

std::string cut(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t at = 0, count = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (begins && ++count > most) break;
    out += text[at];
  }
  return out;
}

std::string sample_of(const std::string& name) {
  const auto found = std::find_if(kSamples.begin(), kSamples.end(),
                                  [&](const Sample& one) { return one.name == name; });
  return found == kSamples.end() ? "[" + name + "]" : std::string(found->value);
}

Result<std::map<std::string, std::string>> values_of(Section& root, const std::string& day) {
  std::map<std::string, std::string> values;
  if (!root.has("value")) return values;
  ANTIN_TRY(auto wanted, root.sections("value"));
  for (auto& one : wanted) {
    std::string name, form;
    std::size_t most = 200;
    ANTIN_CHECK(one.text("name", name));
    ANTIN_CHECK(one.text("form", form));
    ANTIN_CHECK(one.number("most", most, 1, 100'000));
    if (form == "day")
      values[name] = day;
    else if (form == "instant")
      values[name] = day + "T09:05";
    else
      values[name] = cut(sample_of(name), most);
  }
  return values;
}

// As many cells as its table has heads, or a label with its value.
Result<std::vector<std::vector<std::string>>> rows_of(Section& root) {
  std::vector<std::vector<std::string>> rows;
  ANTIN_TRY(auto blocks, root.sections("block"));
  for (auto& block : blocks) {
    std::string kind;
    ANTIN_CHECK(block.text("rows", kind));
    if (kind.empty()) continue;
    std::size_t cells = 2;
    if (block.has("head")) {
      ANTIN_TRY(const auto heads, block.sections("head"));
      cells = heads.size();
    }
    rows.assign(2, std::vector<std::string>(cells, "Mẫu"));
  }
  return rows;
}

// What a line says, with everything in it that the signature would fill in.
Result<std::string> line_of(Section& root) {
  std::string text;
  ANTIN_TRY(auto blocks, root.sections("block"));
  for (auto& block : blocks) {
    std::string one;
    ANTIN_CHECK(block.text("text", one));
    text += (text.empty() ? "" : " ") + one;
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find('{', at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    out += text.substr(at, open == std::string::npos ? open : open - at);
    if (close == std::string::npos) break;
    const auto name = text.substr(open + 1, close - open - 1);
    out += sample_of(name.substr(0, name.find('.')));
    at = close + 1;
  }
  return out;
}

}  // namespace

std::vector<TemplateFacts> LayoutComposer::templates() const {
  std::vector<TemplateFacts> all;
  for (const auto& [id, versions] : templates_) {
    for (const auto& one : versions) all.push_back(one.facts);
  }
  std::sort(all.begin(), all.end(), [](const TemplateFacts& a, const TemplateFacts& b) {
    return a.id != b.id ? a.id < b.id : a.version < b.version;
  });
  return all;
}

Result<Made> LayoutComposer::sample(const std::string& id, std::int64_t version) {
  const auto found = templates_.find(id);
  const Template* wanted = nullptr;
  if (found != templates_.end()) {
    for (const auto& one : found->second) {
      if (one.facts.version == version) wanted = &one;
    }
  }
  if (wanted == nullptr)
    return make_error(Code::kLayoutNotInForce, id, {{"mau", id}, {"ngay", "-"}});
  ANTIN_TRY(const auto file, settings::File::parse(wanted->toml, "antin-layout/1"));
  auto root = file.root();
  const auto& facts = wanted->facts;
  Ask asked{.layout = id, .day = facts.from};
  ANTIN_TRY(asked.values, values_of(root, facts.from));
  if (facts.kind == "letter") {
    ANTIN_TRY(asked.rows, rows_of(root));
    return compose(wanted->toml, asked, "document");
  }
  Ask page{.layout = "trang-thu", .day = facts.from};
  if (facts.kind == "line") {
    ANTIN_TRY(const auto line, line_of(root));
    return compose(std::string(kBlank) + "[[block]]\ntext = " + in_quotes(line) + "\n", page,
                   "document");
  }
  ANTIN_TRY(const auto blank, compose(kBlank, page, "document"));
  asked.basis = blank.octets;
  return compose(wanted->toml, asked, facts.kind == "stamp" ? "tail" : "document");
}

}  // namespace antin::service
