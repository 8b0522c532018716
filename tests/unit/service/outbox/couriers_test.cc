#include "service/courier/couriers.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <gtest/gtest.h>

#include "certs/core/base64.h"
#include "service/system/files.h"
#include "tests/fakes/loopback_server.h"
#include "tests/fakes/temp_folder.h"
#include "tests/unit/service/outbox/outbox_fixture.h"

namespace antin::courier {
namespace {

using ::antin::testing::LoopbackServer;
using ::antin::testing::read_request;
using ::antin::testing::say;
using outbox::Delivery;
using outbox::Handout;
using outbox::Parcel;

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

class CourierTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto path = folder_.path() + "/" + name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    return path;
  }
  Target http_at(const LoopbackServer& server) {
    auto target = outbox::http("cong");
    target.url = server.url("/su-kien");
    target.secrets = {file("secret", std::string(kSecret) + "\n")};
    target.allow_hosts = {"127.0.0.1:" + std::to_string(server.port())};
    target.within = std::chrono::seconds{5};
    return target;
  }
  static Target mail_at(const LoopbackServer& server) {
    auto target = outbox::mail();
    target.host = "127.0.0.1";
    target.port = server.port();
    target.tls = Target::Tls::kNone;
    target.within = std::chrono::seconds{5};
    return target;
  }
  Status carry(const Target& target, const Parcel& parcel) {
    ANTIN_TRY(const auto courier, make_courier(target, {&clock_, &random_, &stop_}));
    return courier->carry(parcel);
  }
  Code refused(const Target& target, const Parcel& parcel) {
    const auto done = carry(target, parcel);
    return done ? Code::kInternal : done.error().code;
  }
  static Delivery delivery() {
    Delivery one;
    one.event = outbox::event("c", 3, "case.refused");
    one.target = "cong";
    one.tries = 2;
    return one;
  }
  static Delivery document() {
    auto one = delivery();
    one.event = outbox::released("c", 8);
    one.document = true;
    one.address = "anh@example.vn";
    return one;
  }
  static Handout handout() {
    Handout one;
    one.document = SharedBytes(to_bytes(std::string_view("%PDF-")));
    one.number = "01/ĐT";
    one.title = "Giấy khai sinh\r\nBcc: ke-gian@example.vn";
    one.unit = "UBND xã Hòa Bình";
    one.code = "ABCD1234EFGH5678";
    one.metadata = R"({"MaHoSo":"1"})";
    return one;
  }

  fakes::TempFolder folder_{"courier"};
  fakes::FrozenClock clock_{outbox::kNow};
  fakes::CountingRandom random_;
  std::atomic<bool> stop_ = false;
};

LoopbackServer::Script answer(const std::string& text, std::string* request = nullptr) {
  return [=](int connection) {
    const auto asked = read_request(connection);
    if (request != nullptr) *request = asked;
    say(connection, text);
  };
}

// Computed with Python's hmac module.
TEST_F(CourierTest, ASignatureIsWhatAnybodyElseComputes) {
  EXPECT_EQ(signature_of({to_bytes(std::string_view(kSecret))}, "1763690707", R"({"id":"c-3"})"),
            "v1=2d94bd68d706ed0acabd14adc1652f2c470b904600af7aa848b4428e32f0b820");
}

TEST_F(CourierTest, ACallbackSaysWhatItIsAndIsSignedByBothSecretsWhileOneIsChanged) {
  std::string request;
  LoopbackServer server(answer("HTTP/1.1 204 No Content\r\n\r\n", &request));
  auto target = http_at(server);
  target.secrets.push_back(file("next", "ffffffffffffffffffffffffffffffff"));
  const auto one = delivery();
  const Parcel parcel{.delivery = one, .body = R"({"id":"c-3"})"};
  const auto done = carry(target, parcel);
  ASSERT_TRUE(done) << to_log_line(done.error());
  EXPECT_TRUE(request.starts_with("POST /su-kien HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nAntin-Event-Id: c-3\r\nAntin-Event-Type: case.refused\r\n"
                         "Antin-Attempt: 2\r\nAntin-Timestamp: 1795226707\r\nAntin-Signature: " +
                         signature_of({to_bytes(std::string_view(kSecret)), Bytes(32, 'f')},
                                      "1795226707", parcel.body) +
                         "\r\n"),
            std::string::npos)
      << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + parcel.body));
}

TEST_F(CourierTest, WhateverAReceiverDoesWrongIsNamed) {
  const auto one = delivery();
  const Parcel parcel{.delivery = one, .body = "{}"};
  const auto against = [&](const std::string& text) {
    LoopbackServer server(answer(text));
    return refused(http_at(server), parcel);
  };
  EXPECT_EQ(against("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), Code::kOutboxAnswered);
  EXPECT_EQ(against("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), Code::kOutboxAnswered);
  EXPECT_EQ(against("HTTP/1.1 307 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"),
            Code::kNetRedirect);
  EXPECT_EQ(against("HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"),
            Code::kOutboxAnswered);
  EXPECT_EQ(against("good day"), Code::kNetResponse);
  LoopbackServer silent([](int connection) {
    read_request(connection);
    char c = 0;
    while (::read(connection, &c, 1) == 1) {
    }
  });
  auto hasty = http_at(silent);
  hasty.within = std::chrono::seconds{1};
  EXPECT_EQ(refused(hasty, parcel), Code::kNetTimeout);
  auto inside = http_at(silent);
  inside.allow_hosts.clear();
  EXPECT_EQ(refused(inside, parcel), Code::kNetForbidden) << "an internal address nobody allowed";
}

TEST_F(CourierTest, AStopEndsATryThatHangs) {
  LoopbackServer silent([this](int connection) {
    read_request(connection);
    stop_ = true;
    char c = 0;
    while (::read(connection, &c, 1) == 1) {
    }
  });
  auto patient = http_at(silent);
  patient.within = std::chrono::seconds{100};
  const auto one = delivery();
  EXPECT_EQ(refused(patient, {.delivery = one, .body = "{}"}), Code::kNetTimeout);
}

TEST_F(CourierTest, ASecretThatIsNoneStopsTheStart) {
  LoopbackServer server(answer(""));
  for (const auto& path : {file("short", "0123456789"), file("open", kSecret, 0644),
                           file("odd", std::string(kSecret) + " x"), folder_.path() + "/none"}) {
    auto target = http_at(server);
    target.secrets = {path};
    const auto made = make_courier(target, {&clock_, &random_, &stop_});
    ASSERT_FALSE(made) << path;
    EXPECT_EQ(made.error().code, Code::kOutboxSecret);
  }
}

TEST_F(CourierTest, R15_ADropFolderHasTheDocumentBeforeWhatTellsOfIt) {
  auto target = outbox::http("kho_dvcqg");
  target.kind = Target::Kind::kFile;
  target.folder = folder_.path();
  const auto one = document();
  const Parcel parcel{.delivery = one, .body = {}, .handout = handout()};
  for (int times = 0; times < 2; ++times) ASSERT_TRUE(carry(target, parcel)) << "again, the same";
  EXPECT_EQ(as_text(service::read_file(folder_.path() + "/c-8.pdf", 100).value()), "%PDF-");
  const auto json = service::read_file(folder_.path() + "/c-8.json", 4'096).value();
  EXPECT_NE(as_text(json).find(R"("file":"c-8.pdf")"), std::string_view::npos) << as_text(json);
  EXPECT_NE(as_text(json).find(R"("metadata":{"MaHoSo":"1"})"), std::string_view::npos);
  EXPECT_EQ(service::list_files(folder_.path()).value().size(), 2U);
  target.folder = folder_.path() + "/none";
  EXPECT_EQ(refused(target, parcel), Code::kOutboxFolder);
}

// A mail server that says a line for each it hears, and remembers what it heard.
LoopbackServer::Script mail_server(std::vector<std::string> answers, std::string* heard) {
  return [=](int connection) {
    std::string line;
    bool data = false;
    std::size_t next = 0;
    const auto reply = [&] {
      return next < answers.size() && say(connection, answers[next++] + "\r\n");
    };
    if (!reply()) return;
    char octet = 0;
    while (::read(connection, &octet, 1) == 1) {
      line += octet;
      if (!line.ends_with("\r\n")) continue;
      *heard += line;
      const bool end = data && line == ".\r\n";
      if (!data || end) {
        data = line == "DATA\r\n";
        if (line == "QUIT\r\n" || !reply()) return;
      }
      line.clear();
    }
  };
}

TEST_F(CourierTest, C17_ALetterCarriesTheVeryOctetsAndNoHeaderOfTheTitles) {
  std::string heard;
  LoopbackServer server(mail_server(
      {"220 hi", "250-thu\r\n250 SIZE 1", "250 ok", "250 ok", "354 go", "250 taken"}, &heard));
  const auto one = document();
  const auto done = carry(mail_at(server), {.delivery = one, .body = {}, .handout = handout()});
  ASSERT_TRUE(done) << to_log_line(done.error());
  EXPECT_NE(heard.find("EHLO example.vn\r\nMAIL FROM:<tra-ket-qua@example.vn>\r\n"
                       "RCPT TO:<anh@example.vn>\r\nDATA\r\n"),
            std::string::npos)
      << heard;
  EXPECT_NE(heard.find("Date: Sat, 21 Nov 2026 09:05:07 +0700\r\n"), std::string::npos) << heard;
  EXPECT_NE(heard.find("Message-ID: <c-8@example.vn>\r\n"), std::string::npos);
  EXPECT_NE(heard.find("\r\n\r\n" + to_base64(as_bytes("%PDF-")) + "\r\n--"), std::string::npos);
  EXPECT_EQ(heard.find("Bcc"), std::string::npos);
}

TEST_F(CourierTest, ALinkInsteadOfTheDocumentWhereThatIsWanted) {
  auto target = outbox::mail();
  target.carries = Target::Carries::kLink;
  target.link = "https://tra-cuu.example.vn/?code={code}";
  const Letterhead head{"a@b.vn", "c@d.vn", outbox::kNow, "c-8@b.vn", "ranh-gioi"};
  const auto letter = letter_of(head, target, handout());
  EXPECT_EQ(letter.find("application/pdf"), std::string::npos);
  const auto body = letter.substr(letter.find("base64\r\n\r\n") + 10);
  std::string joined;
  for (const char c : body.substr(0, body.find("\r\n--"))) {
    if (c != '\r' && c != '\n') joined += c;
  }
  Bytes text;
  ASSERT_TRUE(from_base64(joined, text));
  EXPECT_NE(as_text(text).find("https://tra-cuu.example.vn/?code=ABCD1234EFGH5678"),
            std::string_view::npos);
  for (std::size_t at = 0, end = 0; (end = letter.find("\r\n", at)) != std::string::npos;
       at = end + 2)
    EXPECT_LE(end - at, 78U) << letter.substr(at, end - at);
}

TEST_F(CourierTest, WhateverAMailServerDoesWrongIsNamed) {
  const auto one = document();
  const Parcel parcel{.delivery = one, .body = {}, .handout = handout()};
  const auto against = [&](std::vector<std::string> answers, auto change) {
    std::string heard;
    LoopbackServer server(mail_server(std::move(answers), &heard));
    auto target = mail_at(server);
    change(target);
    return refused(target, parcel);
  };
  const auto as_it_is = [](Target&) {};
  const auto start_tls = [](Target& target) { target.tls = Target::Tls::kStart; };
  EXPECT_EQ(against({"554 go away"}, as_it_is), Code::kOutboxMailRefused);
  EXPECT_EQ(against({"220 hi", "250 ok", "250 ok", "550 nobody"}, as_it_is),
            Code::kOutboxMailRefused);
  EXPECT_EQ(against({"220 hi", "250 ok", "250 ok", "250 ok", "354 go", "451 later"}, as_it_is),
            Code::kOutboxMailRefused);
  EXPECT_EQ(against({"hello"}, as_it_is), Code::kOutboxMailReply);
  EXPECT_EQ(against({"220-a\r\n250 b"}, as_it_is), Code::kOutboxMailReply);
  EXPECT_EQ(against({"220 hi"}, as_it_is), Code::kOutboxMailReply);
  EXPECT_EQ(against({"220 hi", "250 no TLS here"}, start_tls), Code::kOutboxMailPlain);
  EXPECT_EQ(against({"220 hi", "250 STARTTLS", "454 not now"}, start_tls), Code::kOutboxMailPlain);
  // What was said before TLS must not count as said within it (CVE-2011-0411).
  EXPECT_EQ(against({"220 hi", "250 STARTTLS", "220 go\r\n250 injected"}, start_tls),
            Code::kOutboxMailReply);
  auto nowhere = document();
  nowhere.address = "không rõ";
  LoopbackServer server(answer(""));
  EXPECT_EQ(refused(mail_at(server), {.delivery = nowhere, .body = {}, .handout = handout()}),
            Code::kOutboxAddress);
}

}  // namespace
}  // namespace antin::courier
