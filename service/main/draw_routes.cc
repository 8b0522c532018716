#include "service/main/draw_routes.h"

#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

constexpr std::int64_t kMostPages = 1'000'000;

Result<RenderJob> job_in(const cbor::Value& body) {
  RenderJob job;
  ANTIN_TRY(const auto what, cbor::text_at(body, "what"));
  ANTIN_TRY(const auto page, cbor::integer_at(body, "page"));
  ANTIN_TRY(const auto dpi, cbor::integer_at(body, "dpi"));
  ANTIN_TRY(const auto within, cbor::integer_at(body, "within_ms"));
  const bool wide = what == "picture";
  if (page < 1 || page > kMostPages || dpi < 10 || dpi > (wide ? 2'400 : 600) || within < 1 ||
      within > 60'000)
    return make_error(Code::kIpcMalformed, "what to draw");
  job.first = job.last = static_cast<unsigned>(page);
  (wide ? job.width : job.dpi) = static_cast<unsigned>(dpi);
  job.within = std::chrono::milliseconds(within);
  job.max_octets = worker::kMaxDrawn;
  if (what == "words") {
    job.what = RenderJob::What::kWords;
    job.last = static_cast<unsigned>(kMostPages);
  } else if (what == "print") {
    job.what = RenderJob::What::kPrint;
  } else if (wide) {
    job.what = RenderJob::What::kPicture;
  } else if (what != "screen") {
    return make_error(Code::kIpcMalformed, "what to draw");
  }
  return job;
}

}  // namespace

DrawingDesk::DrawingDesk(std::string launcher, Log& log)
    : renderer_(std::move(launcher), [&log](std::string_view what) {
        log.write(Log::Level::kWarning, "drawing_profile", {{"note", std::string(what)}});
      }) {}

std::vector<Route> DrawingDesk::routes() {
  return {{worker::kDraw, worker::kVersion, [this](Message& asked) { return draw(asked); }}};
}

Result<Message> DrawingDesk::draw(const Message& asked) {
  ANTIN_TRY(const auto job, job_in(asked.body));
  if (asked.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "nothing to draw");
  // Sealed, or its owner could cut it short under the program that reads it.
  ANTIN_TRY(const auto document, map_sealed(asked.descriptors[0], worker::kMaxDocument));
  static_cast<void>(document);
  ANTIN_TRY(auto drawn, renderer_.run(asked.descriptors[0], job));
  ANTIN_TRY(auto memfd, sealed_memfd("antin-picture", {drawn.octets}));
  Message reply;
  reply.body = cbor::Map{{"complete", drawn.complete}};
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

}  // namespace antin::service
