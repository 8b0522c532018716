#include "service/net/smtp_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include <Poco/Exception.h>

#include "certs/core/base64.h"
#include "service/net/connection.h"

namespace antin::service {
namespace {

// RFC 5321 §4.5.3.1.5 is 512; some servers say more.
constexpr std::size_t kLongestLine = 2'048;
constexpr std::size_t kMostLines = 64;

struct Reply {
  std::string code;                ///< "250"
  std::vector<std::string> lines;  ///< without the code
  bool is(char first) const { return code.front() == first; }
};

// One conversation. What came before TLS is forgotten with it (RFC 3207 §4.2).
class Conversation {
 public:
  Conversation(const Url& url, Connection& connection) : url_(url), connection_(connection) {}

  Result<Reply> reply() {
    Reply all;
    for (std::size_t i = 0; i < kMostLines; ++i) {
      ANTIN_TRY(const auto line, read_line());
      const bool coded =
          line.size() >= 3 &&
          std::all_of(line.begin(), line.begin() + 3, [](char c) { return c >= '0' && c <= '9'; });
      if (!coded || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) return odd();
      const auto code = line.substr(0, 3);
      if (!all.code.empty() && all.code != code) return odd();
      all.code = code;
      all.lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
      if (line.size() == 3 || line[3] == ' ') return all;
    }
    return odd();
  }
  Result<Reply> ask(const std::string& line) {
    ANTIN_CHECK(connection_.send(as_bytes(line + "\r\n")));
    return reply();
  }
  /// An answer that was sent before TLS would otherwise count as one that came through it.
  Status nothing_left() const { return buffer_.empty() ? Status{Done{}} : Status{odd()}; }

 private:
  Error odd() const { return net_error(Code::kOutboxMailReply, url_, "reply"); }

  Result<std::string> read_line() {
    for (;;) {
      const auto end = buffer_.find('\n');
      if (end != std::string::npos) {
        auto line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        return line;
      }
      if (buffer_.size() > kLongestLine) return odd();
      ANTIN_TRY(const auto more, connection_.receive());
      if (more.empty()) return odd();
      buffer_ += as_text(more);
    }
  }

  const Url& url_;
  Connection& connection_;
  std::string buffer_;
};

Error refused(Code code, const Reply& reply) {
  return make_error(code, reply.code + " " + reply.lines.front(), {{"ma", reply.code}});
}

bool offers(const Reply& hello, std::string_view word) {
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

Result<Reply> greet(Conversation& talk, const SmtpServer& server) {
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
