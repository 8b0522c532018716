#pragma once

// Only pdf/read includes this.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pdf/read/form.h"
#include "pdf/read/hygiene.h"

namespace antin::pdf {

/// Where a hazard was met, gathered to one finding each.
class HazardList {
 public:
  struct Place {
    std::optional<std::size_t> page;  ///< zero-based
    QPDFObjectHandle object = QPDFObjectHandle::newNull();
    std::string label;  ///< for {file}, {layer}, {kind}, {field}
  };
  void add(Hazard hazard, const Place& place);
  Findings findings() const;

 private:
  struct Entry {
    std::set<std::size_t> pages;
    std::vector<std::string> labels, places;
  };
  std::map<Hazard, Entry> entries_;
};

/// What the walk learns of the objects in use, for those that are not.
struct UsedObjects {
  std::set<QPDFObjGen> reached;
  std::set<QPDFObjGen> drawn;   ///< contents, XObjects and fonts of pages
  std::set<std::string> fonts;  ///< base fonts without subset tag
  std::set<std::string> looks;  ///< measures of pictures and forms, appearances apart
  bool complete = true;
};

/// Actions, files, media, external content: every object that the trailer reaches.
UsedObjects look_at_objects(Document::Inside& document, HygieneDepth depth, HygieneBudget& budget,
                            HazardList& list);
/// Optional content (8.11): hidden layers, what switches them, what lies in one.
void look_at_layers(Document::Inside& document, HazardList& list);
/// Objects that nothing uses, and content that an update replaced.
void look_at_spares(Document::Inside& document, const UsedObjects& used, HygieneBudget& budget,
                    HazardList& list);
/// Text that is hidden, invisible or outside, on every page.
void look_at_pages(const Document& document, HygieneBudget& budget, HazardList& list);
/// Annotations and fields over content of their page.
void look_at_overlays(Document::Inside& document, HygieneBudget& budget, HazardList& list);
/// Fields whose value and appearance disagree.
void look_at_fields(Document::Inside& document, HygieneBudget& budget, HazardList& list);

/// The decoded octets of a content stream, paid for; nullopt: not readable, or not affordable. What
/// fails costs as much as it may have taken.
std::optional<Bytes> affordable_content(const QPDFObjectHandle& contents, HygieneBudget& budget);
/// The name of a base font without its subset tag, "ABCDEF+" (9.9.2).
std::string base_font(const QPDFObjectHandle& font);
/// Two streams with the same octets as they stand in the file.
bool same_octets(QPDFObjectHandle one, QPDFObjectHandle other);
/// What tells an XObject from another of its kind; "" for none.
std::string look_of(const QPDFObjectHandle& stream);

}  // namespace antin::pdf
