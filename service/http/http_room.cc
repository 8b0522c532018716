// Who is taken, who shakes hands first, and who goes when there is no room.

#include <algorithm>
#include <cerrno>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include "service/http/address.h"
#include "service/http/http_loop.h"

namespace antin::service {
namespace {

using Ticks = HttpConnection::Ticks;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};
constexpr int kBacklog = 1'024;
/// However quick single handshakes are, everybody else waits no longer than this for them.
constexpr milliseconds kHandshakesAtMost{5};

}  // namespace

Result<std::uint16_t> HttpServer::Loop::listen(const std::string& address, std::uint16_t port) {
  try {
    socket_.bind(Poco::Net::SocketAddress(address, port), true, false);
    socket_.listen(kBacklog);
    socket_.setBlocking(false);
    return static_cast<std::uint16_t>(socket_.address().port());
  } catch (const Poco::Exception& problem) {
    const auto where = address + ":" + std::to_string(port);
    return make_error(Code::kConfigValue, "listen at " + where + ": " + problem.displayText(),
                      {{"key", "http.address"}, {"reason", where}});
  }
}

void HttpServer::Loop::accept_all(Ticks now) {
  for (int i = 0; i < 64; ++i) {
    Poco::Net::StreamSocket client;
    std::string address;
    try {
      client = socket_.acceptConnection();
      client.setBlocking(false);
      client.setNoDelay(true);
      address = client.peerAddress().host().toString();
    } catch (const Poco::Exception& problem) {
      // Nobody waits any more, or gone again. Out of descriptors or memory the socket stays
      // readable: polling it again at once would spin.
      const auto code = problem.code();
      if (code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM)
        accept_again_ = now + kAcceptPause;
      return;
    }
    take(std::move(client), address, now);
  }
}

void HttpServer::Loop::take(Poco::Net::StreamSocket client, const std::string& address, Ticks now) {
  // Whoever comes after use_tls() returned is met by the new certificate.
  take_what_is_fresh();
  const auto group = address_group(address);
  const bool proxy = std::find(settings_.proxies.begin(), settings_.proxies.end(), address) !=
                     settings_.proxies.end();
  const auto others = per_address_.find(group);
  bool room = proxy || others == per_address_.end() || others->second < settings_.max_per_address ||
              make_room(group, now);
  room = room && (connections_.size() < settings_.max_connections || make_room("", now));
  auto tls = tls_;
  if (!room) handler_.noticed(RequestHandler::Incident::kTurnedAway, address);
  // Far beyond the limit, or where it would take a handshake, not even a refusal is affordable.
  if (!room && (tls || connections_.size() >= 2 * settings_.max_connections)) return;
  auto& connection =
      connections_.emplace_back(std::move(client), address, settings_, std::move(tls), now);
  ++per_address_[group];
  if (room) return;
  begin_request(connection);
  refuse(connection, make_error(Code::kHttpTooManyConnections, address), now);
}

// Closes the connection that would be missed least: of `group`, or of anybody. When one address
// holds more than a quarter of all, of that one.
bool HttpServer::Loop::make_room(const std::string& group, Ticks now) {
  std::string among = group;
  if (among.empty()) {
    const auto largest = std::max_element(
        per_address_.begin(), per_address_.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    if (largest != per_address_.end() && largest->second > settings_.max_connections / 4)
      among = largest->first;
  }
  auto worst = connections_.end();
  std::optional<HttpConnection::Burden> heaviest;
  for (auto it = connections_.begin(); it != connections_.end(); ++it) {
    if (!among.empty() && address_group(it->address()) != among) continue;
    const auto burden = it->burden(now);
    if (!burden || (heaviest && *burden <= *heaviest)) continue;
    heaviest = burden;
    worst = it;
  }
  if (worst == connections_.end()) return false;
  handler_.noticed(RequestHandler::Incident::kEvicted, worst->address());
  leave(*worst);
  connections_.erase(worst);
  return true;
}

void HttpServer::Loop::leave(const HttpConnection& connection) {
  const auto at = per_address_.find(address_group(connection.address()));
  if (at != per_address_.end() && --at->second == 0) per_address_.erase(at);
}

void HttpServer::Loop::remove_finished() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    if (!it->finished()) {
      ++it;
      continue;
    }
    leave(*it);
    it = connections_.erase(it);
  }
}

// The addresses that want least come first, so that a flood of handshakes from one of them delays
// its own; within an address in the order in which they came.
void HttpServer::Loop::shake_hands(std::vector<HttpConnection*>& waiting) {
  if (waiting.size() > settings_.handshakes_per_turn) {
    std::map<std::string, std::size_t> wanted;
    for (const auto* one : waiting) ++wanted[one->address()];
    std::stable_sort(waiting.begin(), waiting.end(),
                     [&](const HttpConnection* one, const HttpConnection* other) {
                       return wanted[one->address()] < wanted[other->address()];
                     });
    waiting.resize(settings_.handshakes_per_turn);
  }
  const auto began = clock_.ticks();
  for (auto* connection : waiting) {
    const auto now = clock_.ticks();
    if (now - began > kHandshakesAtMost) return;  // they are still readable at the next turn
    switch (connection->handshake(now)) {
      case HttpConnection::Shaken::kWaiting:
        break;
      case HttpConnection::Shaken::kDone:
        if (outdated(*connection)) connection->finish();  // a new list came in between
        handler_.noticed(RequestHandler::Incident::kHandshakeDone, connection->address());
        break;
      case HttpConnection::Shaken::kFailed:
        handler_.noticed(RequestHandler::Incident::kHandshakeFailed, connection->address());
        break;
    }
  }
}

}  // namespace antin::service
