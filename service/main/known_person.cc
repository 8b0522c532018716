#include "service/main/known_person.h"

#include <algorithm>

#include "service/office/people.h"
#include "service/system/files.h"

namespace antin::service {

Status check_person(const Config& config, const std::string& id) {
  if (id.empty()) return Done{};
  if (!config.office.people.empty()) {
    constexpr std::size_t kMostOctets = std::size_t{16} << 20U;
    ANTIN_TRY(const auto octets, read_file(config.office.people, kMostOctets));
    ANTIN_TRY(const auto table, office::read_office(as_text(octets)));
    if (std::any_of(table.people.begin(), table.people.end(),
                    [&](const office::Person& person) { return person.id == id; }))
      return Done{};
  }
  return make_error(Code::kPersonUnknown, id, {{"nguoi", id}});
}

}  // namespace antin::service
