// What a client of tokend may send: bodies of its requests, texts of checkpoints, lines of its
// journal. What is read is written as the same octets: nothing is skipped, nothing has two forms.

#include <algorithm>
#include <cstdlib>

#include "hsm/checkpoint.h"
#include "hsm/tokend/journal_line.h"
#include "hsm/tokend/protocol.h"

namespace {

namespace cbor = antin::service::cbor;
namespace tokend = antin::hsm::tokend;

// A request may hold members that nobody asks for; what is written again is read as the same.
template <class Read>
void stable(const cbor::Value& body, Read read) {
  const auto first = read(body);
  if (!first) return;
  const auto written = tokend::to_value(first.value());
  const auto second = read(written);
  if (!second || !(tokend::to_value(second.value()) == written)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const antin::ByteView rest{data + 1, size - 1};
  const auto text = antin::as_text(rest);
  if (data[0] == 'n') {
    if (const auto note = antin::hsm::parse_checkpoint(text)) {
      if (note.value().root.size() != 32 || note.value().origin.empty()) std::abort();
    }
    return 0;
  }
  if (data[0] == 'j') {
    if (const auto record = antin::hsm::from_journal_line(text)) {
      if (antin::hsm::to_journal_line(*record) != text) std::abort();
    }
    return 0;
  }
  const auto body = cbor::decode(rest);
  if (!body) return 0;
  stable(body.value(), tokend::query_from);
  stable(body.value(), tokend::token_from);
  stable(body.value(), tokend::sign_request_from);
  stable(body.value(), tokend::checkpoint_request_from);
  stable(body.value(), tokend::checkpoint_reply_from);
  stable(body.value(), tokend::journal_request_from);
  stable(body.value(), tokend::journal_page_from);
  // An error's detail grows by each writing: it says where it came from.
  if (const auto listing = tokend::listing_from(body.value()))
    static_cast<void>(tokend::to_value(listing.value()));
  return 0;
}
