#include "hsm/pkcs11/child.h"

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/locked_memory.h"
#include "hsm/pkcs11/module.h"
#include "hsm/pkcs11/token_work.h"
#include "hsm/pkcs11/wire.h"

namespace antin::hsm {
namespace {

using wire::Type;

// A module that hangs when told to end is left to the kernel.
constexpr unsigned kSecondsToEnd = 3;
// A module that hangs while it is loaded, when the parent that would kill us is gone too.
constexpr unsigned kSecondsToLoad = 120;

void hide_from_dumps() {
  constexpr rlimit kNone{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1);
}

// One connection to the parent: whoever uses it waits for each answer.
class ChildChannel {
 public:
  ChildChannel(TokenWork& work, Descriptor socket) : work_(work), socket_(std::move(socket)) {}

  void serve() {
    while (auto request = next_request()) {
      if (!send_all(socket_, answer(*request))) break;
    }
    close();
  }
  /// Ends serve(), also from another thread, once its present call returned.
  void close() const noexcept { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  // Empty at the end of the connection or when the parent breaks the protocol: then nothing that
  // follows can be believed.
  std::optional<wire::Request> next_request() {
    std::size_t have = 0;
    if (!fill(have, wire::kHeaderOctets)) return std::nullopt;
    const auto header = wire::read_header(buffer_);
    if (header.version != wire::kVersion || header.body_octets > wire::kMaxRequestOctets)
      return std::nullopt;
    const auto whole = wire::kHeaderOctets + header.body_octets;
    if (!fill(have, whole) || have != whole) return std::nullopt;
    id_ = header.id;
    auto request =
        wire::decode_request(static_cast<Type>(header.type),
                             ByteView{buffer_}.subspan(wire::kHeaderOctets, header.body_octets));
    if (!request) return std::nullopt;
    return std::move(request).value();
  }

  bool fill(std::size_t& have, std::size_t wanted) {
    while (have < wanted) {
      std::size_t count = 0;
      // buffer_ holds the largest request: what arrives always fits.
      if (receive_some(socket_, buffer_.data() + have, buffer_.size() - have, count) !=
          Received::kDone)
        return false;
      have += count;
    }
    return true;
  }

  // The PIN comes behind kPinWanted, so that it never passes through buffer_.
  Outcome<std::optional<LockedMemory>> receive_pin(const wire::Request& request) {
    if (request.pin_octets == 0 || request.pin_octets == wire::kPinPad)
      return std::optional<LockedMemory>{};
    auto page = LockedMemory::allocate();
    if (!page) return wire::Failure{.detail = page.error().detail, .params = page.error().params};
    auto pin = std::move(page).value();
    const std::size_t wanted = std::size_t{request.pin_octets} + request.new_pin_octets;
    bool here = wanted <= LockedMemory::kCapacity &&
                send_all(socket_, wire::encode_empty(Type::kPinWanted, id_));
    for (std::size_t have = 0, count = 0; here && have < wanted; have += count)
      here = receive_some(socket_, pin.data() + have, wanted - have, count) == Received::kDone;
    if (!here) return wire::Failure{.detail = "no PIN came", .params = {{"reason", "PIN"}}};
    pin.set_size(wanted);
    return std::optional{std::move(pin)};
  }

  Bytes failure(const wire::Failure& why) const { return wire::encode_failure(why, id_); }

  Bytes state(const Outcome<wire::State>& outcome) const {
    if (const auto* why = failed(outcome)) return failure(*why);
    return wire::encode_state(std::get<0>(outcome), id_);
  }

  Bytes sign(const wire::Request& request, const LockedMemory* pin) {
    using enum TokenWork::Consent;
    const auto consent =
        pin != nullptr ? kPin : (request.pin_octets == wire::kPinPad ? kPinPad : kNone);
    const auto outcome = work_.sign(request, consent, pin);
    if (const auto* signature = std::get_if<Bytes>(&outcome))
      return wire::encode_signature(*signature, id_);
    if (const auto* wanting = std::get_if<wire::State>(&outcome))
      return wire::encode_state(*wanting, id_);
    return failure(std::get<wire::Failure>(outcome));
  }

  Bytes answer(const wire::Request& request) {
    const auto received = receive_pin(request);
    if (const auto* why = failed(received)) return failure(*why);
    const auto& held = std::get<0>(received);
    const auto* pin = held ? &*held : nullptr;
    switch (request.type) {
      case Type::kListTokens: {
        const auto tokens = work_.tokens();
        if (const auto* why = failed(tokens)) return failure(*why);
        return wire::encode_tokens(std::get<0>(tokens), id_);
      }
      case Type::kListKeys: {
        const auto keys = work_.keys(request.uri);
        if (const auto* why = failed(keys)) return failure(*why);
        return wire::encode_keys(std::get<0>(keys), id_);
      }
      case Type::kTokenState:
        return state(work_.state(request.uri));
      case Type::kLogin:
        return state(work_.login(request.uri, pin));
      case Type::kChangePin:
        return state(work_.change_pin(request.uri, pin, request.pin_octets));
      default:
        return sign(request, pin);
    }
  }

  TokenWork& work_;
  Descriptor socket_;
  std::uint32_t id_ = 0;
  Bytes buffer_ = Bytes(wire::kHeaderOctets + wire::kMaxRequestOctets);
};

// A channel's thread. The parent closes a channel only to be rid of it, so finished ones are few.
struct Served {
  std::unique_ptr<ChildChannel> channel;
  std::thread thread;
};

void serve_channels(const Descriptor& control, TokenWork& work) {
  std::list<Served> served;
  Descriptor socket;
  while (receive_descriptor(control, socket) == Received::kDone) {
    auto channel = std::make_unique<ChildChannel>(work, std::exchange(socket, Descriptor{}));
    std::thread thread{[&one = *channel] { one.serve(); }};
    served.push_back({std::move(channel), std::move(thread)});
  }
  ::alarm(kSecondsToEnd);
  for (const auto& one : served) one.channel->close();
  for (auto& one : served) one.thread.join();
}

}  // namespace

int run_child(Descriptor control, const std::string& module_path) {
  hide_from_dumps();
  ::alarm(kSecondsToLoad);
  auto loaded = Module::load(module_path);
  ::alarm(0);
  if (const auto* why = failed(loaded)) {
    send_all(control, wire::encode_failure(*why, 0));
    return 1;
  }
  if (!send_all(control, wire::encode_empty(Type::kReady, 0))) return 1;
  const auto module = std::get<0>(std::move(loaded));
  {
    TokenWork work{*module};
    serve_channels(control, work);
  }
  return 0;
}

}  // namespace antin::hsm
