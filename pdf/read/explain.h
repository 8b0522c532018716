#pragma once

// Only pdf/read includes this.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "pdf/read/changes.h"
#include "pdf/read/explain_role.h"
#include "pdf/read/form.h"
#include "pdf/read/page_drawing.h"
#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// A place in the document: role, and how one gets there from the trailer.
struct Place {
  Role role = Role::kUnclassified;
  std::optional<std::size_t> page;
  std::string field;
  std::size_t path = 0;
};

/// Two objects that stand at the same place before and after.
struct Pair {
  QPDFObjectHandle before, after;
  Place place;
};

/// Compares two revisions by walking both from their trailers in parallel. Objects are compared by
/// value; parts of the document whose meaning we know have a handler of their own, and everything
/// else is a difference of the role it was met in.
///
/// An object that serves two parts is compared once for each, so changing a page's content under
/// cover of a harmless role does not work.
class Explainer {
 public:
  Explainer(Document::Inside& before, Document::Inside& after, std::size_t signed_end,
            ChangeBudget& budget);
  Result<std::vector<Change>> run();

 private:
  using Object = QPDFObjectHandle;
  using Kind = std::pair<ChangeLevel, Code>;

  // explain.cc: the walk
  void find_redefined();
  Status drain();
  void walk_same(const Pair& pair);
  void compare(const Pair& pair);
  void compare_dictionaries(Object before, Object after, const Place& place);
  void compare_streams(const Object& before, const Object& after, const Place& place);
  void find_unreachable();
  void mark_reachable(std::vector<Object> roots);
  bool redefined(const Object& object) const { return redefined_.count(object.getObjGen()) != 0; }
  /// Nothing that can be reached from this object of the later revision was redefined, what has a
  /// handler of its own apart: there is nothing to compare below it.
  bool is_settled(const Object& after);
  void find_unsettled();
  /// An object of the earlier revision, taken from the later one where both share its octets: what
  /// many comparisons have in common is read once.
  Object shared(const Object& before);
  bool existed(const Object& object) const;
  /// Compares later what stands at `place` before and after.
  void enqueue(const Object& before, const Object& after, const Place& place);
  /// Whether the two are equal by value, everything they reach included (budgeted).
  bool equal(const Object& before, const Object& after);
  bool unchanged(const Object& before, const Object& after);
  /// The keys of two dictionaries under which either holds anything. What stands under a key is
  /// read only where it may have changed: a signature's value is tens of thousands of octets.
  std::vector<std::string> keys_of_either(Object before, Object after);
  Place below(const Place& place, std::string segment, std::optional<Role> role = {});
  std::string path_text(std::size_t path) const;
  void differ(const Place& place, const Object& before, const Object& after);
  void add(const Place& place, ChangeLevel level, Code what, const Object& object,
           bool never_permitted = false, const char* remark = "");

  // explain_document.cc: trailer, catalogue, security store, metadata
  void compare_trailers();
  void compare_catalogues();
  void compare_extensions(const Object& before, const Object& after, const Place& place);
  void compare_store(const Object& before, const Object& after, const Place& place);
  void compare_metadata(const Object& before, Object after, const Place& place);
  void compare_structure(Object before, Object after, const Place& place);

  // explain_form.cc, explain_signatures.cc
  void pair_forms();
  bool was_signed(const FormField& field);
  void compare_form(Object before, Object after, const Place& place);
  void compare_nodes();
  void compare_node(const FormNode& before, const FormNode& after);
  void compare_kids(const Object& before, const Object& after, const Place& place);
  void compare_resources_brought_along(Object before, Object after, const Place& place);
  void judge_new_node(const FormNode& node, const Place& place);
  void judge_new_signature(const FormField& field, const Place& place);
  void judge_new_value(const Object& value, const Place& place);
  void judge_agreement();
  const char* disagreement(const FormField& before, const FormField& after);
  void judge_fields_drawn_anew();
  void judge_replaced_appearances();
  bool is_locked_by_new_signature(const std::string& name) const;

  // explain_pages.cc
  void compare_pages(const Place& place);
  void compare_page(std::size_t page, const Place& place);
  void compare_annotations(const Object& before, const Object& after, const Place& place);
  void compare_annotation(Object before, Object after, const Place& place);
  void judge_new_annotation(Object annotation, const Place& place);
  bool is_drawn_over_content(const Object& annotation, const Place& place);

  // explain_covers.cc
  void judge_covers();
  void judge_page_covers(std::size_t page);
  std::vector<std::pair<Object, const FormNode*>> new_appearances_on(std::size_t page);
  Cover later_cover(const Object& annotation, const FormNode& node, const PageDrawing& page);
  DrawingsOf drawings_before();
  bool stands_in_same_octets(const Object& before, const Object& after);
  const PageDrawing& drawn_before(std::size_t page);

  Document::Inside& before_;
  Document::Inside& after_;
  std::size_t signed_end_;
  std::set<QPDFObjGen> redefined_;
  std::optional<std::set<QPDFObjGen>> unsettled_;
  std::optional<std::set<QPDFObjGen>> leads_to_redefined_;  ///< whatever is on the way
  /// Objects with a handler of their own that compares them under the same number; met from
  /// elsewhere (a destination, a parent) they need no second look.
  std::set<QPDFObjGen> at_home_;
  std::set<std::tuple<QPDFObjGen, QPDFObjGen, Role>> seen_;
  std::set<std::pair<QPDFObjGen, Role>> seen_same_;
  std::set<QPDFObjGen> reached_;      ///< numbers met in the later revision
  std::vector<Object> new_subtrees_;  ///< of the later revision, reported but not walked
  std::vector<Pair> work_;
  ChangeBudget& budget_;
  DrawingBudget drawing_;  ///< what is left of it for drawings
  std::size_t steps_ = 0;
  struct PathNode {
    std::size_t parent;
    std::string segment;
  };
  std::vector<PathNode> paths_{{0, ""}};
  std::vector<Change> changes_;

  Form form_before_, form_after_;
  std::map<QPDFObjGen, std::size_t> nodes_before_, nodes_after_;
  /// What adding a signature brings along is permitted as far as the signature is: by field name.
  std::map<std::string, ChangeLevel> new_signatures_;
  struct FieldState {
    bool value = false, appearance = false, state = false;
    bool look = false;  ///< how a viewer would draw it: /DA, /Q, /MK
  };
  std::map<std::string, FieldState> touched_;
  std::vector<FieldLock> new_locks_;
  std::set<QPDFObjGen> judged_nodes_;  ///< new nodes of the form: a loop of kids ends here
  /// Widgets that were there and may look different now.
  std::set<QPDFObjGen> redrawn_;
  std::map<std::size_t, PageDrawing> drawn_before_;
  /// Appearances that a signature replaced: nothing else may have been using them.
  std::vector<std::pair<QPDFObjGen, Place>> replaced_appearances_;
};

/// Whether what a field's widget shows in letters is what is stored.
enum class Says : std::uint8_t { kSame, kOther, kCannotTell };
Says field_says(const FormField& field, const QPDFObjectHandle& widget);

/// Whether a signature value is a document timestamp (ISO 32000-2 12.8.5).
bool is_timestamp_value(const QPDFObjectHandle& value);

}  // namespace antin::pdf
