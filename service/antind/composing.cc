#include "service/antind/composing.h"

#include <algorithm>

#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

cbor::Array rows_of(const Composing& asked) {
  cbor::Array rows;
  rows.reserve(asked.rows.size());
  for (const auto& row : asked.rows) {
    cbor::Array cells;
    for (const auto& cell : row) cells.emplace_back(cell);
    rows.emplace_back(std::move(cells));
  }
  return rows;
}

cbor::Map question(const std::string& toml, const Composing& asked,
                   std::chrono::milliseconds within) {
  cbor::Map values;
  for (const auto& [name, value] : asked.values) values.emplace(name, value);
  cbor::Array properties;
  properties.reserve(asked.properties.size());
  for (const auto& [name, value] : asked.properties)
    properties.emplace_back(cbor::Array{name, value});
  return {{"template", toml},
          {"day", asked.day},
          {"values", std::move(values)},
          {"rows", rows_of(asked)},
          {"qr", asked.qr},
          {"keep_top_mm", asked.keep_top_mm},
          {"properties", std::move(properties)},
          {"size_pt", std::int64_t{0}},
          {"rgb", std::int64_t{0}},
          {"made_at", std::int64_t{0}},
          {"draw_ms", std::int64_t{within.count() / 2}}};
}

}  // namespace

bool begins_with(const SharedBytes& whole, const SharedBytes& front) {
  const auto all = whole.view(), first = front.view();
  return all.size() > first.size() && std::equal(first.begin(), first.end(), all.begin());
}

Result<Made> composed(WorkerPool& workers, const std::string& toml, const Composing& asked,
                      std::string_view wanted, std::chrono::milliseconds within) {
  std::vector<SharedBytes> files;
  if (!asked.basis.empty()) files.push_back(asked.basis);
  ANTIN_TRY(const auto reply,
            workers.ask(worker::kCompose, question(toml, asked, within), files, within));
  ANTIN_TRY(const auto made, cbor::text_at(reply.body, "made"));
  if (made != wanted || reply.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "not what was asked for came back");
  Made out;
  ANTIN_TRY(out.layout, cbor::text_at(reply.body, "template"));
  ANTIN_TRY(out.pages, cbor::integer_at(reply.body, "pages"));
  ANTIN_TRY(out.octets, map_sealed(reply.descriptors[0], worker::kMaxDocument));
  if (wanted != "tail") return out;
  // The worker says what to append; everything before it stays what was captured.
  Bytes whole(asked.basis.view().begin(), asked.basis.view().end());
  whole.insert(whole.end(), out.octets.view().begin(), out.octets.view().end());
  out.octets = SharedBytes(std::move(whole));
  return out;
}

}  // namespace antin::service
