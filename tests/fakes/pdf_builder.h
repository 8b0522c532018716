#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/core/bytes.h"
#include "tests/fakes/pdf_xref.h"

namespace antin::test {

/// Writes small PDFs octet by octet, so that a test can have every structure and every defect it
/// wants. Objects are put into the revision being written; finish_*() closes it; then the next put
/// starts an incremental update.
///
///   PdfBuilder pdf;
///   pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>").put(2, "<</Type/Pages/Kids[]/Count 0>>");
///   pdf.finish_table("/Root 1 0 R");
class PdfBuilder {
 public:
  explicit PdfBuilder(std::string_view version = "1.7") {
    text_ = "%PDF-" + std::string{version} + "\n%\xE2\xE3\xCF\xD3\n";
  }

  PdfBuilder& put(int number, std::string_view body, int generation = 0) {
    entries_[number] = {text_.size() - header_, generation, true};
    text_ += std::to_string(number) + " " + std::to_string(generation) + " obj\n" +
             std::string{body} + "\nendobj\n";
    return *this;
  }
  PdfBuilder& put_stream(int number, std::string_view dictionary, std::string_view data) {
    return put(number, "<<" + std::string{dictionary} + "/Length " + std::to_string(data.size()) +
                           ">>\nstream\n" + std::string{data} + "\nendstream");
  }
  /// An uncompressed object stream; its objects get entries of type 2 (finish_stream() only).
  PdfBuilder& put_object_stream(int number,
                                const std::vector<std::pair<int, std::string>>& objects) {
    std::string head, data;
    int index = 0;
    for (const auto& [inner, body] : objects) {
      head += std::to_string(inner) + " " + std::to_string(data.size()) + " ";
      data += body + " ";
      compressed_[inner] = {number, index++};
    }
    return put_stream(number,
                      "/Type/ObjStm/N " + std::to_string(objects.size()) + "/First " +
                          std::to_string(head.size()),
                      head + data);
  }
  PdfBuilder& free(int number) {
    entries_[number] = {0, 65'535, false};
    return *this;
  }
  /// Octets as they are, outside of any object.
  PdfBuilder& raw(std::string_view octets) {
    text_ += octets;
    return *this;
  }
  /// Points the entry of `number` somewhere else.
  PdfBuilder& misplace(int number, std::size_t offset) {
    entries_[number].offset = offset;
    return *this;
  }

  PdfBuilder& finish_table(std::string_view trailer) {
    const auto at = text_.size() - header_;
    table(trailer);
    return tail(at);
  }
  /// `self`: the number of the cross-reference stream object.
  PdfBuilder& finish_stream(int self, std::string_view trailer) {
    const auto at = text_.size() - header_;
    xref_stream(self, entries_, trailer, true);
    prev_ = static_cast<std::int64_t>(at);
    return tail(at);
  }
  /// A table that lists `hidden` as free and a stream that holds them.
  PdfBuilder& finish_hybrid(int self, const std::vector<int>& hidden, std::string_view trailer) {
    XrefEntries in_stream;
    for (const auto number : hidden) {
      in_stream[number] = entries_.at(number);
      entries_[number] = {0, 65'535, false};
    }
    const auto stream_at = text_.size() - header_;
    xref_stream(self, in_stream, "", false);
    const auto at = text_.size() - header_;
    table(std::string{trailer} + "/XRefStm " + std::to_string(stream_at));
    return tail(at);
  }
  /// "startxref", `value`, "%%EOF".
  PdfBuilder& tail(std::size_t value) {
    text_ += "startxref\n" + std::to_string(value) + "\n%%EOF\n";
    entries_.clear();
    compressed_.clear();
    return *this;
  }
  /// What the next section's /Prev says; -1: none.
  PdfBuilder& set_prev(std::int64_t prev) {
    prev_ = prev;
    return *this;
  }

  std::size_t size() const { return text_.size(); }
  std::int64_t prev() const { return prev_; }
  const std::string& text() const { return text_; }
  SharedBytes bytes() const { return SharedBytes{to_bytes(std::string_view{text_})}; }
  /// Replaces the first occurrence behind `from` by text of the same length, or grows the file
  /// (before finish_*() only).
  PdfBuilder& replace(std::string_view what, std::string_view by, std::size_t from = 0) {
    const auto at = text_.find(what, from);
    if (at != std::string::npos) text_.replace(at, what.size(), by);
    return *this;
  }

  /// A document of `pages` pages with one line of text each: 1 catalogue, 2 page tree, 3 Info,
  /// 4 font, then page and content by turns. Not finished.
  static PdfBuilder document(int pages = 1, std::string_view catalogue = "",
                             std::string_view page = "") {
    PdfBuilder pdf;
    std::string kids;
    for (int i = 0; i < pages; ++i) kids += std::to_string(10 + 2 * i) + " 0 R ";
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R" + std::string{catalogue} + ">>");
    pdf.put(2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages) +
                   "/MediaBox[0 0 595 842]>>");
    pdf.put(3, "<</Producer(test)>>");
    pdf.put(4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    for (int i = 0; i < pages; ++i) {
      pdf.put(10 + 2 * i, page_body(i, page));
      pdf.put_stream(11 + 2 * i, "",
                     "BT /F1 12 Tf 72 700 Td (page " + std::to_string(i) + ") Tj ET");
    }
    return pdf;
  }
  static std::string page_body(int index, std::string_view more = "") {
    return "<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents " +
           std::to_string(11 + 2 * index) + " 0 R" + std::string{more} + ">>";
  }

  /// Puts a signature value whose ByteRange finish_signature() fills in.
  PdfBuilder& put_signature(int number, std::string_view more = "", std::size_t digits = 64) {
    put(number, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached" +
                    std::string{more} + "/ByteRange [0 " + kBlank + " " + kBlank + " " + kBlank +
                    "]/Contents <" + std::string(digits, 'a') + ">>>");
    return *this;
  }
  /// After finish_*(): sets the ByteRange of the last signature put, without changing any length.
  PdfBuilder& finish_signature() {
    const auto range = text_.rfind("/ByteRange [0 " + std::string{kBlank});
    if (range == std::string::npos) return *this;
    const auto begin = text_.find("/Contents <", range) + 10;
    const auto end = text_.find('>', begin) + 1;
    auto at = range + 14;
    for (const auto value : {begin, end, text_.size() - end}) {
      auto digits = std::to_string(value);
      digits.insert(0, kBlankSize - digits.size(), ' ');
      text_.replace(at, kBlankSize, digits);
      at += kBlankSize + 1;
    }
    return *this;
  }

 private:
  static constexpr const char* kBlank = "9999999999";
  static constexpr std::size_t kBlankSize = 10;

  int size_needed() {
    for (const auto& [number, entry] : entries_) next_ = std::max(next_, number + 1);
    for (const auto& [number, place] : compressed_) next_ = std::max(next_, number + 1);
    return next_;
  }
  std::string prev_key() const { return prev_ >= 0 ? "/Prev " + std::to_string(prev_) : ""; }

  void table(std::string_view trailer) {
    const auto at = text_.size() - header_;
    if (prev_ < 0) entries_[0] = {0, 65'535, false};
    text_ += xref_table(entries_);
    text_ += "trailer\n<</Size " + std::to_string(size_needed()) + prev_key() +
             std::string{trailer} + ">>\n";
    prev_ = static_cast<std::int64_t>(at);
  }

  void xref_stream(int self, XrefEntries entries, std::string_view trailer, bool main) {
    entries[self] = {text_.size() - header_, 0, true};
    next_ = std::max(next_, self + 1);
    const XrefRows rows(entries, main ? compressed_ : XrefCompressed{});
    text_ += std::to_string(self) + " 0 obj\n<</Type/XRef/W[1 4 2]/Index[" + rows.index +
             "]/Size " + std::to_string(std::max(size_needed(), self + 1)) +
             (main ? prev_key() : "") + std::string{trailer} + "/Length " +
             std::to_string(rows.data.size()) + ">>\nstream\n" + rows.data +
             "\nendstream\nendobj\n";
  }

  std::string text_;
  std::size_t header_ = 0;
  std::int64_t prev_ = -1;
  int next_ = 1;
  XrefEntries entries_;
  XrefCompressed compressed_;
};

}  // namespace antin::test
