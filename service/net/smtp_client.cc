#include "service/net/smtp_client.h"

#include <algorithm>
#include <utility>

#include <Poco/Exception.h>

#include "certs/core/base64.h"
#include "service/net/connection.h"
#include "service/net/smtp_reply.h"

namespace antin::service {
namespace {

// One conversation. What came before TLS is forgotten with it (RFC 3207 §4.2).
class Conversation {
 public:
  Conversation(const Url& url, Connection& connection) : url_(url), connection_(connection) {}

  Result<SmtpReply> reply() {
    for (;;) {
      if (auto said = reader_.next()) return std::move(*said);
      if (reader_.broken()) return odd();
      ANTIN_TRY(const auto more, connection_.receive());
      if (more.empty()) return odd();
      reader_.feed(more);
    }
  }
  Result<SmtpReply> ask(const std::string& line) {
    ANTIN_CHECK(connection_.send(as_bytes(line + "\r\n")));
    return reply();
  }
  /// An answer that was sent before TLS would otherwise count as one that came through it.
  Status nothing_left() const { return reader_.empty() ? Status{Done{}} : Status{odd()}; }

 private:
  Error odd() const { return net_error(Code::kOutboxMailReply, url_, "reply"); }

  const Url& url_;
  Connection& connection_;
  SmtpReader reader_;
};

Error refused(Code code, const SmtpReply& reply) {
  return make_error(code, reply.code + " " + reply.lines.front(), {{"ma", reply.code}});
}

bool offers(const SmtpReply& hello, std::string_view word) {
  return std::any_of(hello.lines.begin(), hello.lines.end(), [&](const std::string& line) {
    auto upper = line.substr(0, line.find(' '));
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper == word;
  });
}

// RFC 5321 §4.5.2: a line of the letter never ends it.
std::string stuffed(const std::string& content) {
  std::string out;
  out.reserve(content.size() + 64);
  bool at_start = true;
  for (const char c : content) {
    if (at_start && c == '.') out += '.';
    out += c;
    at_start = c == '\n';
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out + ".\r\n";
}

Result<SmtpReply> greet(Conversation& talk, const SmtpServer& server) {
  ANTIN_TRY(auto hello, talk.ask("EHLO " + server.greeting));
  if (!hello.is('2')) return refused(Code::kOutboxMailRefused, hello);
  return hello;
}

Status log_in(Conversation& talk, const SmtpServer& server) {
  if (server.user.empty()) return Done{};
  // RFC 4616: authorisation identity, NUL, user, NUL, password.
  const auto plain = std::string(1, '\0') + server.user + std::string(1, '\0') + server.password;
  ANTIN_TRY(const auto answer, talk.ask("AUTH PLAIN " + to_base64(as_bytes(plain))));
  return answer.is('2') ? Status{Done{}} : Status{refused(Code::kOutboxMailLogin, answer)};
}

Status hand_over(Conversation& talk, Connection& connection, const Letter& letter) {
  for (const auto& line : {"MAIL FROM:<" + letter.from + ">", "RCPT TO:<" + letter.to + ">"}) {
    ANTIN_TRY(const auto answer, talk.ask(line));
    if (!answer.is('2')) return refused(Code::kOutboxMailRefused, answer);
  }
  ANTIN_TRY(const auto go, talk.ask("DATA"));
  if (!go.is('3')) return refused(Code::kOutboxMailRefused, go);
  ANTIN_CHECK(connection.send(as_bytes(stuffed(letter.content))));
  ANTIN_TRY(const auto taken, talk.reply());
  return taken.is('2') ? Status{Done{}} : Status{refused(Code::kOutboxMailRefused, taken)};
}

}  // namespace

struct SmtpClient::Inside {
  SmtpServer server;
  Url url;
  Poco::Net::Context::Ptr context;

  Status talk(const Letter& letter, const Deadline& deadline) const {
    Connection connection(url, deadline, server.rule);
    ANTIN_CHECK(connection.open());
    if (server.tls == SmtpServer::Tls::kWhole) ANTIN_CHECK(connection.start_tls(context));
    Conversation said(url, connection);
    ANTIN_TRY(const auto welcome, said.reply());
    if (!welcome.is('2')) return refused(Code::kOutboxMailRefused, welcome);
    ANTIN_TRY(const auto hello, greet(said, server));
    if (server.tls == SmtpServer::Tls::kStart) {
      if (!offers(hello, "STARTTLS")) return net_error(Code::kOutboxMailPlain, url, "no STARTTLS");
      ANTIN_TRY(const auto go, said.ask("STARTTLS"));
      if (!go.is('2')) return net_error(Code::kOutboxMailPlain, url, go.code);
      ANTIN_CHECK(said.nothing_left());
      ANTIN_CHECK(connection.start_tls(context));
      ANTIN_TRY(const auto again, greet(said, server));
      static_cast<void>(again);
    }
    ANTIN_CHECK(log_in(said, server));
    ANTIN_CHECK(hand_over(said, connection, letter));
    // It has the letter, whatever it says to this.
    static_cast<void>(connection.send(as_bytes("QUIT\r\n")));
    return Done{};
  }
};

SmtpClient::SmtpClient(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
SmtpClient::~SmtpClient() = default;

Result<std::unique_ptr<SmtpClient>> SmtpClient::create(const SmtpServer& server) {
  auto inside = std::make_unique<Inside>();
  inside->server = server;
  inside->url = {
      .scheme = Url::Scheme::kHttps, .host = server.host, .port = server.port, .target = "/"};
  if (server.tls != SmtpServer::Tls::kNone) {
    ANTIN_TRY(inside->context, client_context(server.extra_tls_roots));
  }
  return std::unique_ptr<SmtpClient>(new SmtpClient(std::move(inside)));  // NOLINT: private
}

Status SmtpClient::send(const Letter& letter, std::chrono::milliseconds within) {
  const auto& url = inside_->url;
  const Deadline deadline(within, inside_->server.stop);
  try {
    return inside_->talk(letter, deadline);
  } catch (const Poco::TimeoutException& late) {
    return net_error(Code::kNetTimeout, url, late.displayText());
  } catch (const Poco::Exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.displayText());
  } catch (const std::exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.what());
  }
}

}  // namespace antin::service
