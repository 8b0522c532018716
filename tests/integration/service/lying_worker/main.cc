// A worker that a document has taken over while it prepares or completes a signature. It lies as
// the signature's reason says; a fresh one, which has seen nothing, is honest, and so is its
// self-test.

#include <algorithm>
#include <poll.h>
#include <string>

#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"
#include "service/ipc/process.h"
#include "service/ipc/self_test.h"
#include "service/ipc/worker_protocol.h"
#include "service/sandbox/process_state.h"
#include "service/sandbox/self_test.h"
#include "service/sandbox/worker_profile.h"
#include "service/system/real.h"
#include "service/worker/nursery.h"
#include "service/worker/worker.h"

using namespace antin;
using namespace antin::service;

namespace {

class NoFetcher final : public HttpFetcher {
 public:
  Result<HttpResponse> fetch(const HttpRequest&, const FetchLimits&) override {
    return make_error(Code::kIpcUnexpected, "nothing is fetched here");
  }
};

Result<SharedBytes> document(const Message& request) {
  if (request.descriptors.empty()) return make_error(Code::kIpcMalformed, "no document");
  return map_sealed(request.descriptors[0], worker::kMaxDocument);
}

Bytes changed(const SharedBytes& original, std::size_t at) {
  auto octets = to_bytes(original.view());
  octets.at(at) ^= 1U;
  return octets;
}

std::size_t place_of(ByteView octets, std::string_view what) {
  const auto text = as_text(octets);
  return text.find(what);
}

class Liar {
 public:
  Liar() { settings_.policy.hygiene = pdf::HygienePolicy::telling(); }

  Result<Message> prepare(Message& request) {
    ANTIN_TRY(lie_, cbor::text_at(request.body, "reason"));
    ANTIN_TRY(auto octets, document(request));
    ANTIN_TRY(certificate_, cbor::bytes_at(request.body, "certificate"));
    // A change in what it signs is one in what it was given.
    if (lie_ == "prefix") octets = SharedBytes(changed(octets, octets.size() / 2));
    if (adds()) octets = SharedBytes(added(octets));
    ANTIN_TRY(auto made, worker::prepare_document(request.body, octets, settings_, random_));
    auto& map = body_of(made);
    if (adds()) give_as_one_tail(request, octets, made);
    if (lie_ == "digest") map["attributes"] = attributes_for(Bytes(32, 0x41));
    if (lie_ == "attributes") map["attributes"] = with_signing_time(made);
    if (lie_ == "range") {
      auto range = *map["byte_range"].array();
      range[1] = *range[1].integer() - 2;
      map["byte_range"] = range;
    }
    if (lie_ == "placeholder") made.tail.at(place_of(made.tail, "/Contents <") + 20) = 'A';
    if (lie_ == "field") map["field"] = "Another";
    if (lie_ == "tail") made.tail.push_back('\n');
    return reply_of(std::move(made));
  }

  // Fresh, and so honest.
  Result<Message> check(Message& request) {
    ANTIN_TRY(const auto before, document(request));
    ANTIN_TRY(const auto tail, map_sealed(request.descriptors.at(1), worker::kMaxDocument));
    ANTIN_TRY(const auto what, cbor::text_at(request.body, "what"));
    const auto whole = worker::joined(before, tail.view());
    ANTIN_CHECK(what == "finished" ? worker::check_finished(request.body, whole, settings_)
                                   : worker::check_added(request.body, whole, {}));
    Message reply;
    reply.body = cbor::Map{};
    return reply;
  }

  Result<Message> complete(Message& request) {
    ANTIN_TRY(auto octets, document(request));
    NoFetcher fetcher;
    ANTIN_TRY(auto made, worker::complete_document(request.body, octets,
                                                   {.settings = settings_,
                                                    .random = random_,
                                                    .fetcher = fetcher,
                                                    .health = health_,
                                                    .evidence = nullptr}));
    if (lie_ == "hang") ::poll(nullptr, 0, -1);
    if (lie_ == "after") made.tail.at(place_of(made.tail, "/Sig") + 1) ^= 1U;
    if (lie_ == "appended") {
      const std::string more = "\n%%EOF\n";
      made.tail.insert(made.tail.end(), more.begin(), more.end());
    }
    if (lie_ == "empty") {
      const auto at = place_of(made.tail, "/Contents <") + 11;
      const auto end = as_text(made.tail).find('>', at);
      std::fill(made.tail.begin() + static_cast<std::ptrdiff_t>(at),
                made.tail.begin() + static_cast<std::ptrdiff_t>(end), '0');
    }
    ANTIN_TRY(const auto value, cbor::bytes_at(request.body, "signature"));
    damage(made, value);
    if (lie_ == "level") body_of(made)["level"] = "B-T";
    return reply_of(std::move(made));
  }

 private:
  // One octet of the CMS, in none of the parts that antind itself compares.
  void damage(worker::Completed& made, const Bytes& value) const {
    const auto begin = place_of(made.tail, "/Contents <") + 11;
    const auto digits = as_text(made.tail).find('>', begin) - begin;
    Bytes cms;
    if (!from_hex(as_text(made.tail).substr(begin, digits), cms)) return;
    const auto find = [&](const Bytes& what, auto end) {
      return std::find_end(cms.begin(), end, what.begin(), what.end());
    };
    const Bytes signed_data{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
    const Bytes content_type{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03};
    const Bytes sha256{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
    // What the whole says it is; how the content was digested, in front of the signed attributes;
    // how the value was made, in front of it; what stands behind the last octet of the CMS.
    if (lie_ == "wrapping") *(find(signed_data, cms.end()) + 8) = 0x01;
    if (lie_ == "digest-name") *(find(sha256, find(content_type, cms.end())) + 8) = 0x03;
    if (lie_ == "value-name") *(find(value, cms.end()) - 7) ^= 0x10U;
    if (lie_ == "trailing") cms.at(4 + (std::size_t{cms[2]} << 8U | cms[3])) = 0x41;
    const auto changed = to_hex(cms);
    std::copy(changed.begin(), changed.end(),
              made.tail.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  static cbor::Map& body_of(worker::Completed& made) {
    // Ours alone, and made a moment ago.
    return const_cast<cbor::Map&>(*made.body.map());
  }
  static Result<Message> reply_of(worker::Completed made) {
    Message reply;
    ANTIN_TRY(auto tail, sealed_memfd("tail", {made.tail}));
    reply.body = std::move(made.body);
    reply.descriptors.push_back(std::move(tail));
    return reply;
  }
  Bytes attributes_for(const Bytes& digest, std::optional<UtcTime> at = std::nullopt) const {
    return hsm::build_signed_attributes({.message_digest = digest,
                                         .certificate_sha256 = ossl::sha256(certificate_),
                                         .signing_time = at});
  }
  Bytes with_signing_time(const worker::Completed& made) const {
    const auto* attributes = made.body.find("attributes")->bytes();
    const auto read = hsm::parse_signed_attributes(*attributes);
    return attributes_for(read.value().message_digest, SystemClock{}.utc_now());
  }
  bool adds() const {
    return lie_ == "annotation" || lie_ == "content" || lie_ == "javascript" || lie_ == "nothing";
  }
  Bytes added(const SharedBytes& original) const;
  // What antind would be told: everything behind its original is one tail.
  static void give_as_one_tail(const Message& request, const SharedBytes& octets,
                               worker::Completed& made) {
    const auto before = document(request);
    const auto rest = octets.view().subspan(before.value().size());
    made.tail.insert(made.tail.begin(), rest.begin(), rest.end());
  }

  worker::Settings settings_;
  SystemRandom random_;
  worker::RequestClock clock_;
  signer::TsaHealth health_{clock_};
  std::string lie_;
  Bytes certificate_;
};

// The original with an update of the attacker's in front of the signature's: one object changed and
// one new. Written for the file that the test signs (a table of ten objects, catalogue 1, page 4,
// its content 5).
Bytes Liar::added(const SharedBytes& original) const {
  auto out = std::string(as_text(original.view()));
  const auto previous = std::stoull(out.substr(out.rfind("startxref\n") + 10));
  const auto object = [&](const std::string& number) {
    const auto begin = out.find("\n" + number + " 0 obj") + 1;
    return out.substr(begin, out.find("endobj", begin) + 7 - begin);
  };
  std::string number = "1", changed = object("1"), more = "<<>>";
  if (lie_ == "javascript") {
    more = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
    changed.insert(changed.rfind(">>"), "/OpenAction 10 0 R");
  } else if (lie_ == "annotation") {
    number = "4", changed = object("4");
    more = "<</Type/Annot/Subtype/Text/Rect[9 9 99 99]/Contents(approved)>>";
    changed.insert(changed.rfind(">>"), "/Annots[10 0 R]");
  } else if (lie_ == "content") {
    number = "5", changed = object("5");
    changed.replace(changed.find("Page 1"), 6, "Page 9");
  }
  const auto entry = [](std::size_t offset) {
    const auto digits = std::to_string(offset);
    return std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
  };
  const auto first = out.size();
  out += changed;
  const auto second = out.size();
  out += "10 0 obj\n" + more + "\nendobj\n";
  const auto xref = out.size();
  out += "xref\n" + number + " 1\n" + entry(first) + "10 1\n" + entry(second) +
         "trailer\n<</Size 11/Root 1 0 R/Prev " + std::to_string(previous) + ">>\nstartxref\n" +
         std::to_string(xref) + "\n%%EOF\n";
  return to_bytes(as_bytes(out));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == worker::kSelfTestOption)
    return serve_self_test(sandbox::test_worker_profile) ? 0 : 1;
  const bool nursery = option == worker::kNurseryOption;
  Channel channel{Descriptor(kChildChannel)};
  worker::warm_up();
  const bool confined = !sandbox::can_be_confined() ||
                        static_cast<bool>(nursery ? sandbox::confine_nursery(kChildChannel)
                                                  : sandbox::confine_worker(kChildChannel));
  Liar liar;
  const auto configure = [&](Message&) -> Result<Message> {
    Message reply;
    reply.body = cbor::Map{{"confined", confined}};
    return reply;
  };
  const auto check = [&](Message& request) { return liar.check(request); };
  const auto prepare = [&](Message& request) { return liar.prepare(request); };
  const auto complete = [&](Message& request) { return liar.complete(request); };
  constexpr std::chrono::milliseconds kReplyWithin{10'000};
  const auto work = [&] {
    return serve(channel,
                 {{worker::kConfigure, worker::kVersion, configure},
                  {worker::kPrepare, worker::kVersion, prepare},
                  {worker::kComplete, worker::kVersion, complete},
                  {worker::kCheckAdded, worker::kVersion, check}},
                 kReplyWithin);
  };
  const auto copy = [&](Message& request) {
    return worker::double_for(
        request, channel,
        sandbox::can_be_confined() ? worker::Doubling::kConfined : worker::Doubling::kUnconfined,
        work);
  };
  const auto served = nursery ? serve(channel,
                                      {{worker::kConfigure, worker::kVersion, configure},
                                       {worker::kDouble, worker::kVersion, copy}},
                                      kReplyWithin)
                              : work();
  return served ? 0 : 1;
}
