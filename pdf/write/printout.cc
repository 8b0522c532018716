#include "pdf/write/printout.h"

#include <cmath>
#include <map>

#include "pdf/read/qpdf_inside.h"
#include "pdf/write/numbers.h"
#include "pdf/write/page_view.h"

// Behind qpdf_inside.h, which says how its pointers are to be.
// clang-format off
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
// clang-format on

namespace antin::pdf {
namespace {

constexpr double kEdgeMm = 6;  // between the foot and the paper's edge, which printers leave white
constexpr int kNotShown = 2 | 32;  // 12.5.3: Hidden, NoView

double points(double millimetres) {
  return millimetres * kPointsPerMillimetre;
}

QPDFObjectHandle form_of(QPDF& drawn, const DrawnBox& box) {
  drawn.setSuppressWarnings(true);
  drawn.processMemoryFile("foot", reinterpret_cast<const char*>(box.pdf.data()), box.pdf.size());
  auto page = drawn.getRoot().getKey("/Pages").getKey("/Kids").getArrayItem(0);
  auto form = page.getKey("/Resources").getKey("/XObject").getDictAsMap().begin()->second;
  form.getDict().replaceKey(
      "/BBox",
      QPDFObjectHandle::parse(rect_text({0, 0, points(box.width_mm), points(box.height_mm)})));
  return form;
}

class PrintoutMaker {
 public:
  PrintoutMaker(const Document& original, const DrawFoot& foot) : original_(original), foot_(foot) {
    out_.emptyPDF();
  }

  Status add(QPDFPageObjectHelper& page, std::size_t number) {
    ANTIN_TRY(const auto geometry, original_.page_geometry(number));
    const PageView view{geometry};
    ANTIN_TRY(const auto* foot, foot_for(view.width()));
    const double above = foot->height + points(kEdgeMm);
    if (above > view.height() / 3) return make_error(Code::kAppearanceTooLarge, "foot");
    auto shown = out_.copyForeignObject(page.getFormXObjectForPage());
    auto made = out_.makeIndirectObject(
        QPDFObjectHandle::parse("<</Type /Page /Resources <</XObject <<>>>> /MediaBox " +
                                rect_text({0, 0, view.width(), view.height()}) + ">>"));
    auto forms = made.getKey("/Resources").getKey("/XObject");
    forms.replaceKey("/Page", shown);
    forms.replaceKey("/Foot", foot->form);
    QPDFPageObjectHelper helper{made};
    std::string content = helper.placeFormXObject(
        shown, "/Page", {0, above, view.width(), view.height()}, false, true, false);
    const double line = above + 1;
    const double left = (view.width() - foot->width) / 2;
    content += "\nq 0.5 w " + number_text(left) + " " + number_text(line) + " m " +
               number_text(left + foot->width) + " " + number_text(line) + " l S Q\nq 1 0 0 1 " +
               number_text(left) + " " + number_text(points(kEdgeMm)) + " cm /Foot Do Q\n";
    made.replaceKey("/Contents", QPDFObjectHandle::newStream(&out_, content));
    QPDFPageDocumentHelper{out_}.addPage(made, false);
    return Done{};
  }
  QPDF& out() noexcept { return out_; }

 private:
  struct Foot {
    QPDFObjectHandle form;
    double width, height;
  };

  struct Source {
    DrawnBox box;
    QPDF pdf;
  };

  // Pages of one width share one foot.
  Result<const Foot*> foot_for(double width) {
    const long key = std::lround(width);
    if (const auto known = feet_.find(key); known != feet_.end()) return &known->second;
    // What is copied from must stay, octets too, until the new document is written.
    auto& source = *sources_.emplace_back(std::make_unique<Source>());
    ANTIN_TRY(source.box, foot_(width / kPointsPerMillimetre));
    const Foot foot{out_.copyForeignObject(form_of(source.pdf, source.box)),
                    points(source.box.width_mm), points(source.box.height_mm)};
    return &feet_.emplace(key, foot).first->second;
  }

  const Document& original_;
  const DrawFoot& foot_;
  std::vector<std::unique_ptr<Source>> sources_;
  QPDF out_;
  std::map<long, Foot> feet_;
};

}  // namespace

Result<Printout> make_printout(const SharedBytes& document, const OpenOptions& options,
                               const DrawFoot& foot, const AboutDocument& about) {
  ANTIN_TRY(const auto original, Document::open(document, options));
  return guarded("making a printout", [&]() -> Result<Printout> {
    ANTIN_TRY(const std::size_t count, original.page_count());
    QPDF source;
    source.setSuppressWarnings(true);
    source.setAttemptRecovery(false);
    const auto octets = document.view();
    source.processMemoryFile("document", reinterpret_cast<const char*>(octets.data()),
                             octets.size(), options.password.c_str());
    QPDFPageDocumentHelper pages{source};
    pages.flattenAnnotations(0, kNotShown);
    auto all = pages.getAllPages();
    if (all.size() != count) return make_error(Code::kPdfMalformed, "two counts of pages");
    PrintoutMaker maker{original, foot};
    std::size_t number = 0;
    for (auto& page : all) ANTIN_CHECK(maker.add(page, number++));
    ANTIN_TRY(auto pdf, settled(maker.out(), about));
    return Printout{std::move(pdf), count};
  });
}

}  // namespace antin::pdf
