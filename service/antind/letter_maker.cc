#include "service/antind/letter_maker.h"

#include "service/ipc/worker_protocol.h"
#include "service/system/files.h"

namespace antin::service {

Result<SharedBytes> make_letter(WorkerPool& workers, LetterOrder order,
                                std::chrono::milliseconds within) {
  ANTIN_TRY(const auto reply, workers.ask(worker::kCompose,
                                          cbor::Map{{"template", std::move(order.toml)},
                                                    {"day", std::move(order.day)},
                                                    {"values", std::move(order.values)},
                                                    {"rows", std::move(order.rows)},
                                                    {"qr", std::move(order.qr)},
                                                    {"size_pt", std::int64_t{0}},
                                                    {"rgb", std::int64_t{0}},
                                                    {"made_at", order.made_at},
                                                    {"draw_ms", std::int64_t{within.count() / 2}}},
                                          {}, within));
  ANTIN_TRY(const auto made, cbor::text_at(reply.body, "made"));
  if (made != "document" || reply.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "no document came back");
  return map_sealed(reply.descriptors[0], worker::kMaxDocument);
}

Result<std::string> read_template(const std::string& folder, const std::string& name) {
  constexpr std::size_t kMostOctets = std::size_t{1} << 20U;
  ANTIN_TRY(const auto octets, read_file(folder + "/" + name + ".toml", kMostOctets));
  return std::string(as_text(octets));
}

}  // namespace antin::service
