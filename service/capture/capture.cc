#include "service/capture/capture.h"

#include <algorithm>
#include <set>
#include <utility>

#include "certs/ossl/digest.h"
#include "pdf/write/page_assembly.h"
#include "service/capture/judge.h"
#include "service/capture/page_look.h"
#include "service/capture/tiff.h"

namespace antin::service::capture {
namespace {

/// A picture that was read, and what its pixels are.
struct Decoded {
  Picture picture;
  Look look;
};

class Capturing {
 public:
  explicit Capturing(const CaptureRequest& request) : request_(request) {}

  Result<std::vector<ChosenPage>> pages() {
    ANTIN_CHECK(open_files());
    return natural_order();
  }

  Result<Captured> run() {
    ANTIN_CHECK(open_files());
    ANTIN_CHECK(choose());
    ANTIN_CHECK(read_pictures());
    ANTIN_CHECK(make_document());
    if (!out_.document.empty()) ANTIN_CHECK(judge());
    return std::move(out_);
  }

 private:
  struct File {
    FileKind kind = FileKind::kPdf;
    std::size_t pages = 1;
    std::optional<pdf::Document> document;
    std::optional<TiffFile> tiff;
  };

  PictureFile picture_file(std::size_t i) const {
    const auto& file = request_.files[i];
    return {file.octets.view(), file.name, request_.limits.picture};
  }
  void say(Code code, Severity severity, Params params) {
    out_.findings.push_back({code, severity, std::move(params), {}});
  }
  void say(Code code, Severity severity, std::size_t page, Params params = {}) {
    params.insert(params.begin(), {"page", std::to_string(page + 1)});
    say(code, severity, std::move(params));
  }
  static Error too_many(std::size_t count, std::size_t most) {
    return make_error(Code::kCaptureTooMany, "capture",
                      {{"count", std::to_string(count)}, {"max", std::to_string(most)}});
  }
  static Error wrong_order(std::size_t entry) {
    return make_error(Code::kCaptureOrder, "order", {{"entry", std::to_string(entry + 1)}});
  }

  Status open_files() {
    const auto& limits = request_.limits;
    if (request_.files.empty()) return wrong_order(0);
    if (request_.files.size() > limits.max_files)
      return too_many(request_.files.size(), limits.max_files);
    std::size_t pages = 0;
    files_.reserve(request_.files.size());
    for (std::size_t i = 0; i < request_.files.size(); ++i) {
      ANTIN_TRY(auto file, open_file(i));
      pages += file.pages;
      files_.push_back(std::move(file));
    }
    return pages > limits.max_pages ? Status(too_many(pages, limits.max_pages)) : Status(Done{});
  }

  Result<File> open_file(std::size_t i) {
    const auto& input = request_.files[i];
    const auto kind = kind_of(input.octets.view());
    if (!kind) return make_error(Code::kCaptureKind, "first octets", {{"file", input.name}});
    File file;
    file.kind = *kind;
    if (*kind == FileKind::kTiff) {
      ANTIN_TRY(file.tiff, TiffFile::open(picture_file(i), request_.limits.max_pages));
      file.pages = file.tiff->pages();
    } else if (*kind == FileKind::kPdf) {
      ANTIN_TRY(file.document,
                pdf::Document::open(input.octets, {.password = {}, .limits = request_.limits.pdf}));
      ANTIN_TRY(file.pages, file.document->page_count());
      ANTIN_CHECK(check_signatures(*file.document, input.name));
      ANTIN_TRY(const auto told, pdf::check_hygiene(*file.document, request_.hygiene));
      out_.findings.insert(out_.findings.end(), told.begin(), told.end());
    }
    return file;
  }

  // C-04, R-05: a field that is signed, or a signature anywhere else.
  Status check_signatures(const pdf::Document& document, const std::string& name) {
    using SignedInput = Declared::SignedInput;
    ANTIN_TRY(const auto fields, document.signature_fields());
    ANTIN_TRY(const auto places, document.signature_places());
    const bool is_signed =
        !places.empty() || std::any_of(fields.begin(), fields.end(),
                                       [](const auto& field) { return field.is_signed; });
    if (!is_signed) return Done{};
    switch (request_.declared.signed_input) {
      case SignedInput::kStop:
        return make_error(Code::kOriginalSigned, name);
      case SignedInput::kNeverCopied:
        return make_error(Code::kCopyOfElectronic, name);
      case SignedInput::kConfirmedScan:
        break;
    }
    say(Code::kCaptureConfirmedScan, Severity::kWarning, Params{{"file", name}});
    return Done{};
  }

  std::vector<ChosenPage> natural_order() const {
    std::vector<ChosenPage> pages;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::size_t j = 0; j < files_[i].pages; ++j) pages.push_back({i, j, 0});
    }
    return pages;
  }

  Status choose() {
    auto chosen = request_.pages;
    if (chosen.empty()) chosen = natural_order();
    if (chosen.size() > request_.limits.max_pages)
      return too_many(chosen.size(), request_.limits.max_pages);
    std::set<std::pair<std::size_t, std::size_t>> seen;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto& one = chosen[i];
      const bool exists = one.file < files_.size() && one.page < files_[one.file].pages;
      const bool upright = one.rotate % 90 == 0 && one.rotate >= 0 && one.rotate < 360;
      if (!exists || !upright || !seen.emplace(one.file, one.page).second) return wrong_order(i);
      out_.pages.emplace_back().from = one;
    }
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::size_t j = 0; j < files_[i].pages; ++j) {
        if (!seen.contains({i, j}))
          say(Code::kCaptureLeftOut, Severity::kWarning, j, {{"file", request_.files[i].name}});
      }
    }
    return Done{};
  }

  Status read_pictures() {
    decoded_.resize(out_.pages.size());
    for (std::size_t i = 0; i < out_.pages.size(); ++i) {
      const auto& from = out_.pages[i].from;
      auto& file = files_[from.file];
      if (file.kind == FileKind::kPdf) continue;
      Looker looker;
      const auto input = picture_file(from.file);
      ANTIN_TRY(auto picture, file.kind == FileKind::kJpeg  ? read_jpeg(input, looker)
                              : file.kind == FileKind::kPng ? read_png(input, looker)
                                                            : file.tiff->read(from.page, looker));
      picture.placed.orientation = pdf::turned(picture.placed.orientation, from.rotate / 90);
      if (picture.transparent) say(Code::kCaptureTransparent, Severity::kInfo, i);
      if (picture.reduced_from > 0)
        say(Code::kCaptureReduced, Severity::kInfo, i,
            {{"bits", std::to_string(picture.reduced_from)}});
      decoded_[i] = Decoded{std::move(picture), looker.finish()};
    }
    return Done{};
  }

  /// A picture that does not say its resolution has the size of the paper, as the clerk states it.
  void size_by_paper(pdf::PlacedPicture& placed) const {
    const auto& paper = request_.declared.paper;
    if ((placed.dpi_x > 0 && placed.dpi_y > 0) || !paper) return;
    const double narrow = std::min(paper->width_mm, paper->height_mm) / 25.4;
    const double wide = std::max(paper->width_mm, paper->height_mm) / 25.4;
    const double across = placed.columns, down = placed.rows;
    // The same in both directions, so that nothing is stretched, and nothing larger than the paper.
    const double dpi = std::max(std::min(across, down) / narrow, std::max(across, down) / wide);
    placed.dpi_x = placed.dpi_y = dpi;
  }

  Result<Bytes> pages_of_pictures() {
    pdf::PicturePages pages;
    Bytes all;
    bool complete = true;
    for (std::size_t i = 0; i < decoded_.size(); ++i) {
      if (!decoded_[i]) continue;
      auto& placed = decoded_[i]->picture.placed;
      size_by_paper(placed);
      if (!pages.add(placed, decoded_[i]->picture.data())) {
        say(Code::kCaptureNoResolution, Severity::kError, i);
        complete = false;
      }
      decoded_[i]->picture.packed = {};
      const auto& digest = decoded_[i]->look.sha256;
      all.insert(all.end(), digest.begin(), digest.end());
      all.push_back(placed.orientation);
    }
    if (!complete) return Bytes{};
    auto id = ossl::sha256(all);
    id.resize(16);
    return std::move(pages).finish(id);
  }

  bool is_whole_document() const {
    const auto& first = files_.front();
    if (files_.size() != 1 || first.kind != FileKind::kPdf) return false;
    if (out_.pages.size() != first.pages) return false;
    for (std::size_t i = 0; i < out_.pages.size(); ++i) {
      if (out_.pages[i].from.page != i || out_.pages[i].from.rotate != 0) return false;
    }
    return true;
  }

  Status make_document() {
    if (is_whole_document()) {
      out_.document = request_.files.front().octets;
      out_.kept = true;
      return Done{};
    }
    const auto is_picture = [](const auto& one) { return one.has_value(); };
    Bytes pictures;
    if (std::any_of(decoded_.begin(), decoded_.end(), is_picture)) {
      ANTIN_TRY(pictures, pages_of_pictures());
      if (pictures.empty()) return Done{};
    }
    if (std::all_of(decoded_.begin(), decoded_.end(), is_picture)) {
      out_.document = SharedBytes(std::move(pictures));
      return Done{};
    }
    return put_together(std::move(pictures));
  }

  Status put_together(Bytes pictures) {
    std::vector<pdf::Document> documents;
    std::vector<std::size_t> place(files_.size());
    for (std::size_t i = 0; i < files_.size(); ++i) {
      place[i] = documents.size();
      if (files_[i].document) documents.push_back(std::move(*files_[i].document));
      files_[i].document.reset();
    }
    const auto pictures_at = documents.size();
    if (!pictures.empty()) {
      ANTIN_TRY(auto made, pdf::Document::open(SharedBytes(std::move(pictures)), {}));
      documents.push_back(std::move(made));
    }
    std::vector<pdf::AssembledPage> pages;
    std::size_t picture = 0;
    for (std::size_t i = 0; i < out_.pages.size(); ++i) {
      const auto& from = out_.pages[i].from;
      if (decoded_[i]) {
        pages.push_back({pictures_at, picture++, 0});
      } else {
        pages.push_back({place[from.file], from.page, from.rotate / 90});
      }
    }
    ANTIN_TRY(auto assembled, pdf::assemble_pages(documents, pages));
    out_.document = SharedBytes(std::move(assembled));
    return Done{};
  }

  Status judge() {
    ANTIN_TRY(const auto document,
              pdf::Document::open(out_.document, {.password = {}, .limits = request_.limits.pdf}));
    ANTIN_TRY(const auto scans, pdf::page_scans(document));
    if (scans.size() != out_.pages.size()) return make_error(Code::kInternal, "pages went astray");
    judge_file(document, out_.findings);
    for (std::size_t i = 0; i < scans.size(); ++i) {
      ANTIN_CHECK(look(document, scans[i], i));
      judge_page(scans[i], i + 1, request_, out_.pages[i], out_.findings);
    }
    judge_pages(out_.pages, request_, out_.findings);
    return Done{};
  }

  Status look(const pdf::Document& document, const pdf::PageScan& scan, std::size_t i) {
    auto& page = out_.pages[i];
    PageLook seen;
    if (decoded_[i]) {
      seen.look = std::move(decoded_[i]->look);
      seen.orientation = decoded_[i]->picture.placed.orientation;
    } else {
      ANTIN_TRY(seen, look_at(document, scan, picture_file(page.from.file)));
    }
    if (!seen.look) {
      page.sha256 = std::move(seen.sha256);
      if (!seen.coding.empty())
        say(Code::kCaptureNotLooked, Severity::kWarning, i, {{"coding", seen.coding}});
      return Done{};
    }
    const auto small = upright(seen.look->small, seen.orientation);
    page.looked = true;
    page.sha256 = std::move(seen.look->sha256);
    page.blank = is_blank(small);
    page.skew = skew_of(small);
    page.fingerprint = fingerprint_of(small);
    return Done{};
  }

  const CaptureRequest& request_;
  std::vector<File> files_;
  std::vector<std::optional<Decoded>> decoded_;  ///< by page of the result; none for those of a PDF
  Captured out_;
};

}  // namespace

bool fits(const Captured& captured) noexcept {
  return !captured.document.empty() &&
         std::none_of(captured.findings.begin(), captured.findings.end(),
                      [](const auto& finding) { return finding.severity == Severity::kError; });
}

Result<std::vector<ChosenPage>> all_pages(const CaptureRequest& request) {
  return Capturing(request).pages();
}

Result<Captured> capture(const CaptureRequest& request) {
  return Capturing(request).run();
}

}  // namespace antin::service::capture
