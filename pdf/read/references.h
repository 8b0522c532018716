#pragma once

// Only pdf/read includes this.

#include <cstdint>
#include <set>
#include <vector>

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// Which objects of a document refer to which, by our own reading of their octets. Most of a
/// document is what it was; libqpdf need not build an object to know that nothing below it changed.
///
/// Errs on one side only: an object that is not understood to the last token, or refers to what
/// does not exist, counts as one that leads anywhere.
class References {
 public:
  using Ids = std::set<QPDFObjGen>;

  static References read(Document::Inside& document);

  /// The objects from which one of `targets` may be reached, and the targets. No way leads through
  /// `barriers`, and they are none themselves.
  Ids leading_to(const Ids& targets, const Ids& barriers) const;
  /// False: there was more than is worth keeping. Any object may lead anywhere.
  bool known() const noexcept { return known_; }

 private:
  struct Edge {
    QPDFObjGen to, from;
    bool operator<(const Edge& other) const {
      return to < other.to || (!(other.to < to) && from < other.from);
    }
  };
  void read_plain(Document::Inside& document, const QPDFObjGen& id, std::size_t offset);
  void read_packed(Document::Inside& document, int stream, const std::vector<QPDFObjGen>& listed);
  void scan(ByteView octets, std::size_t begin, const QPDFObjGen& id, std::size_t max_depth);

  std::vector<Edge> edges_;  ///< by where they lead
  Ids anywhere_;             ///< may lead anywhere
  bool known_ = true;
};

}  // namespace antin::pdf
