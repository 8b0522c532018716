#include <algorithm>

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

bool holds(const std::vector<Object>& groups, const Object& group) {
  return std::any_of(groups.begin(), groups.end(), [&](const Object& one) {
    return one.isIndirect() && one.getObjGen() == group.getObjGen();
  });
}

/// The default configuration, 8.11.4.3.
class Layers {
 public:
  Layers(const Object& properties, HazardList& list)
      : list_(list),
        groups_(items_of(key_of(properties, "/OCGs"))),
        default_(key_of(properties, "/D")),
        on_(items_of(key_of(default_, "/ON"))),
        off_(items_of(key_of(default_, "/OFF"))),
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
    return all_off_ ? holds(on_, group) : !holds(off_, group);
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
    for (const auto& rule : items_of(key_of(default_, "/AS"))) {
      const auto switched = items_of(key_of(rule, "/OCGs"));
      for (const auto& category : items_of(key_of(rule, "/Category"))) {
        const auto name = name_of(category);
        if (name != "Zoom" && name != "Language" && name != "User") continue;
        for (const auto& group : switched) {
          const auto setting = key_of(key_of(group, "/Usage"), ("/" + name).c_str());
          if (!Object{setting}.isNull()) list_.add(Hazard::kLayerSwitch, at(group));
        }
      }
    }
  }

  HazardList& list_;
  std::vector<Object> groups_;
  Object default_;
  std::vector<Object> on_, off_;
  bool all_off_;
};

}  // namespace

void look_at_layers(Document::Inside& document, HazardList& list) {
  const auto properties = key_of(document.root(), "/OCProperties");
  if (!Object{properties}.isDictionary()) return;
  Layers{properties, list}.look();
}

}  // namespace antin::pdf
