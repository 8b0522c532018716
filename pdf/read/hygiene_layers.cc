#include <algorithm>

#include "pdf/read/drawing.h"
#include "pdf/read/hygiene_parts.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

constexpr int kMostGroups = 10'000;

std::vector<Object> items_of(Object array) {
  std::vector<Object> items;
  for (int i = 0; array.isArray() && i < std::min(array.getArrayNItems(), kMostGroups); ++i) {
    items.push_back(array.getArrayItem(i));
  }
  return items;
}

std::set<QPDFObjGen> ids_of(const Object& array) {
  std::set<QPDFObjGen> ids;
  for (const auto& one : items_of(array)) {
    if (one.isIndirect()) ids.insert(one.getObjGen());
  }
  return ids;
}

/// The default configuration, 8.11.4.3.
class Layers {
 public:
  Layers(const Object& properties, HazardList& list)
      : list_(list),
        groups_(items_of(key_of(properties, "/OCGs"))),
        default_(key_of(properties, "/D")),
        on_(ids_of(key_of(default_, "/ON"))),
        off_(ids_of(key_of(default_, "/OFF"))),
        all_off_(name_of(key_of(default_, "/BaseState")) == "OFF") {}

  void look() {
    for (const auto& group : groups_) {
      if (!is_on(group)) {
        list_.add(Hazard::kHiddenLayer, at(group));
      } else {
        list_.add(Hazard::kLayer, at(group));
      }
      usage(group);
    }
    automatic_states();
  }

 private:
  HazardList::Place at(const Object& group) const {
    return {.page = {}, .object = group, .label = text_of(key_of(group, "/Name"))};
  }
  bool is_on(const Object& group) const {
    const auto id = group.getObjGen();
    return all_off_ ? on_.count(id) != 0 : off_.count(id) == 0;
  }

  /// 8.11.4.4: what a group is to be when viewed, printed, exported. Some viewers follow it, some
  /// only where /AS says so: either way two readers see two things when it differs from the state.
  void usage(const Object& group) {
    const auto usage = key_of(group, "/Usage");
    const std::string expected = is_on(group) ? "ON" : "OFF";
    const std::array<std::pair<const char*, const char*>, 3> kinds{
        {{"/View", "/ViewState"}, {"/Print", "/PrintState"}, {"/Export", "/ExportState"}}};
    for (const auto& [event, key] : kinds) {
      const auto state = name_of(key_of(key_of(usage, event), key));
      if (!state.empty() && state != expected) list_.add(Hazard::kLayerSwitch, at(group));
    }
  }

  /// /AS: zoom, language, user switch groups by themselves; view, print, export are in usage().
  void automatic_states() {
    std::size_t steps = 100'000;
    for (const auto& rule : items_of(key_of(default_, "/AS"))) {
      if (steps == 0) return list_.add(Hazard::kNotLookedThrough, {});
      const auto switched = items_of(key_of(rule, "/OCGs"));
      spend(steps, switched.size());
      for (const auto& category : items_of(key_of(rule, "/Category"))) {
        if (!spend(steps, 1)) break;
        const auto name = name_of(category);
        if (name != "Zoom" && name != "Language" && name != "User") continue;
        for (const auto& group : switched) {
          if (!spend(steps, 1)) break;
          const auto setting = key_of(key_of(group, "/Usage"), ("/" + name).c_str());
          if (!Object{setting}.isNull()) list_.add(Hazard::kLayerSwitch, at(group));
        }
      }
    }
  }

  HazardList& list_;
  std::vector<Object> groups_;
  Object default_;
  std::set<QPDFObjGen> on_, off_;
  bool all_off_;
};

}  // namespace

void look_at_layers(Document::Inside& document, HazardList& list) {
  const auto properties = key_of(document.root(), "/OCProperties");
  if (!Object{properties}.isDictionary()) return;
  Layers{properties, list}.look();
}

}  // namespace antin::pdf
