#include "service/worker/draw_by_message.h"

#include <algorithm>

#include "service/ipc/worker_protocol.h"

namespace antin::service::worker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPerPage{8'000};
// Beyond the drawing's own time, so that its own words arrive.
constexpr milliseconds kSlack{2'000};

class Source final : public verifier::PageSource {
 public:
  Source(Channel& channel, Descriptor document, Deadline until)
      : channel_(channel), document_(std::move(document)), until_(until) {}

  Result<Picture> draw(std::size_t page, unsigned dpi, As as) override {
    bool complete = false;
    ANTIN_TRY(auto octets, ask(as == As::kPrinted ? "print" : "screen",
                               static_cast<std::int64_t>(page) + 1, dpi, complete));
    return Picture{std::move(octets), complete};
  }
  Result<SharedBytes> words() override {
    bool ignored = false;
    return ask("words", 1, kWordsDpi, ignored);
  }

 private:
  static constexpr unsigned kWordsDpi = 72;

  Result<SharedBytes> ask(const char* what, std::int64_t page, unsigned dpi, bool& complete) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(until_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return make_error(Code::kCompareDrawingTimeout, "no time left");
    const auto within = std::min(kPerPage, left);
    Message request;
    request.type = kDraw;
    request.version = kVersion;
    request.body = cbor::Map{{"what", what},
                             {"page", page},
                             {"dpi", static_cast<std::int64_t>(dpi)},
                             {"within_ms", std::int64_t{within.count()}}};
    ANTIN_TRY(auto document, duplicate(document_));
    request.descriptors.push_back(std::move(document));
    ANTIN_TRY(const auto reply, call(channel_, request, after(within + kSlack)));
    if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "nothing drawn");
    ANTIN_TRY(complete, cbor::boolean_at(reply.body, "complete"));
    return map_sealed(reply.descriptors[0], kMaxDrawn);
  }

  Channel& channel_;
  const Descriptor document_;
  const Deadline until_;
};

}  // namespace

DrawByMessage::DrawByMessage(Channel& channel, milliseconds total)
    : channel_(channel), until_(after(total)) {}

Result<std::unique_ptr<verifier::PageSource>> DrawByMessage::open(const SharedBytes& document) {
  ANTIN_TRY(auto memfd, sealed_memfd("antin-drawn", {document.view()}));
  return std::unique_ptr<verifier::PageSource>(
      std::make_unique<Source>(channel_, std::move(memfd), until_));
}

}  // namespace antin::service::worker
