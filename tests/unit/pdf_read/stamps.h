#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {

inline constexpr const char* kRoot = "/Root 1 0 R/Info 3 0 R";

struct Stamp {
  std::string name;
  std::string content;                      ///< of the appearance stream, 210 x 30
  std::string more = {};                    ///< keys of its dictionary beside /BBox and /Resources
  std::string resources = {};               ///< inside << >>
  std::map<int, std::string> objects = {};  ///< further objects, from 50
  std::string box = "[0 0 210 30]";
  std::string page = {};  ///< further keys of the page
};

inline std::string stream(std::string_view dictionary, std::string_view data) {
  return "<<" + std::string{dictionary} + "/Length " + std::to_string(data.size()) +
         ">>\nstream\n" + std::string{data} + "\nendstream";
}

/// One page with a line of text at (100, 500), signed; nothing else below that.
inline PdfBuilder signed_page(const std::string& page = "",
                              const std::string& content =
                                  "BT /F1 12 Tf 100 500 Td (SO TIEN 1000) Tj "
                                  "ET") {
  auto pdf = PdfBuilder::document(1);
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>").put(5, "<</Fields[]>>");
  pdf.put(10, PdfBuilder::page_body(0, page)).put_stream(11, "", content);
  pdf.finish_table(kRoot);
  return pdf;
}

/// `over`: the widget lies over the text, else on blank paper below it.
inline constexpr const char* kOverText = "[90 490 300 520]";
inline constexpr const char* kBlank = "[90 190 300 220]";

inline void put_stamp(PdfBuilder& pdf, const Stamp& stamp, const std::string& rect,
                      const std::string& widget = "") {
  pdf.put(5, "<</Fields[40 0 R]/SigFlags 3>>");
  pdf.put(10, PdfBuilder::page_body(0, stamp.page + "/Annots[40 0 R]"));
  pdf.put(40, "<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/F 132/V 41 0 R/P 10 0 R/Rect" + rect +
                  "/AP<</N 42 0 R>>" + widget + ">>");
  pdf.put_signature(41);
  pdf.put(42, stream("/Type/XObject/Subtype/Form/BBox" + stamp.box + "/Resources<<" +
                         stamp.resources + ">>" + stamp.more,
                     stamp.content));
  for (const auto& [number, body] : stamp.objects) pdf.put(number, body);
}

inline std::vector<std::string> effect_of(const Stamp& stamp, const std::string& rect) {
  auto pdf = signed_page(stamp.page);
  put_stamp(pdf, stamp, rect);
  return changes_of(pdf.finish_table(kRoot).finish_signature());
}

inline std::string image(const std::string& more, const std::string& data, int width = 1,
                         int height = 1) {
  return stream("/Type/XObject/Subtype/Image/Width " + std::to_string(width) + "/Height " +
                    std::to_string(height) + "/ColorSpace/DeviceGray/BitsPerComponent 8" + more,
                data);
}

inline std::string form(const std::string& more, const std::string& data) {
  return stream("/Type/XObject/Subtype/Form/BBox[0 0 210 30]" + more, data);
}

inline const std::string kDraw = "q 210 0 0 30 0 0 cm /X Do Q";
inline const std::string kX = "/XObject<</X 50 0 R>>";
inline const std::string kLetter = "/Font<</F <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";

inline const Stamp kWhite{"White", "1 g 0 0 210 30 re f"};
inline const Stamp kThin{"Thin", "1 w 0 8 m 210 30 l S"};

}  // namespace antin::pdf
