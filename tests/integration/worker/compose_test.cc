// Message 11 as the worker answers it: what comes in, what comes out, who draws.

#include "service/worker/compose.h"

#include <thread>

#include <gtest/gtest.h>

#include "service/antind/worker_pool.h"
#include "service/ipc/worker_protocol.h"
#include "service/sandbox/process_state.h"
#include "service/system/real.h"
#include "tests/unit/layout/support.h"

namespace antin::service::worker {
namespace {

using layout::installed_toml;
using layout::lines_down_to;
using layout::pages;

// What antind answers to kDraw.
Result<Message> drawn(Message& asked) {
  layout::PopplerPictures poppler;
  ANTIN_TRY(const auto file, map_sealed(asked.descriptors.at(0), kMaxDocument));
  ANTIN_TRY(const auto page, cbor::integer_at(asked.body, "page"));
  ANTIN_TRY(const auto dpi, cbor::integer_at(asked.body, "dpi"));
  ANTIN_TRY(const auto pixels,
            poppler.draw_pnm(file, static_cast<std::size_t>(page - 1), static_cast<unsigned>(dpi)));
  Message reply;
  reply.body = cbor::Map{{"complete", true}};
  ANTIN_TRY(auto memfd, sealed_memfd("drawn", {as_bytes(pixels)}));
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

class Compose : public ::testing::Test {
 protected:
  static cbor::Map request(const std::string& toml, const layout::Data& data) {
    cbor::Map values;
    for (const auto& [name, value] : data.values) values.emplace(name, value);
    return {{"template", toml},
            {"day", "2026-11-21"},
            {"values", std::move(values)},
            {"rows", cbor::Array{}},
            {"qr", ""},
            {"size_pt", 0},
            {"rgb", 0},
            {"made_at", 1'795'000'000},
            {"draw_ms", 120'000}};
  }

  // The other end draws, as antind does.
  Result<Message> composed(cbor::Map body, const Bytes& document) {
    auto ends = Channel::pair();
    EXPECT_TRUE(ends);
    auto [worker, antind] = std::move(ends).value();
    std::thread drawing([&other = antind] {
      static_cast<void>(
          serve(other, {{kDraw, kVersion, drawn}}, std::chrono::milliseconds(60'000)));
    });
    Message message;
    message.body = std::move(body);
    if (!document.empty()) {
      auto memfd = sealed_memfd("document", {document});
      EXPECT_TRUE(memfd);
      message.descriptors.push_back(std::move(memfd).value());
    }
    auto reply = compose(message, {}, random_, worker);
    { const Channel closed{std::move(worker)}; }
    drawing.join();
    return reply;
  }
  static Bytes octets(const Message& reply) {
    auto mapped = map_sealed(reply.descriptors.at(0), kMaxDocument);
    EXPECT_TRUE(mapped);
    return to_bytes(mapped.value().view());
  }
  static Code refused(const Result<Message>& reply) { return layout::code_of(reply); }

  fakes::CountingRandom random_;
};

TEST_F(Compose, C11_LoiChungComesAsOctetsToAppendWithItsPlaces) {
  const auto document = pages({{.content = lines_down_to(500)}});
  const auto reply =
      composed(request(installed_toml("loi-chung-ban-sao"), layout::attestation_data()), document);
  ASSERT_TRUE(reply) << to_log_line(reply.error());
  const auto& body = reply.value().body;
  EXPECT_EQ(cbor::text_at(body, "made").value(), "tail");
  EXPECT_EQ(cbor::text_at(body, "template").value(), "loi-chung-ban-sao/1");
  EXPECT_EQ(cbor::integer_at(body, "pages").value(), 1);
  EXPECT_EQ(cbor::array_at(body, "places").value().size(), 4U);
  const auto text = layout::text_of(layout::joined(document, octets(reply.value())), 1);
  EXPECT_NE(text.find("Số chứng thực 125/ĐT quyển số 01/2026 - SCT/BS"), std::string::npos);
}

TEST_F(Compose, R07_ALineComesAsAnAppearance) {
  const auto reply = composed(request(installed_toml("dong-phu-luc"),
                                      {.values = {{"so_ky_hieu", "12/QĐ-UBND"}}, .rows = {}}),
                              {});
  ASSERT_TRUE(reply) << to_log_line(reply.error());
  EXPECT_EQ(cbor::text_at(reply.value().body, "made").value(), "appearance");
  EXPECT_NE(std::string{as_text(octets(reply.value()))}.find("kind = \"copy_line\""),
            std::string::npos);
}

TEST_F(Compose, IsPossibleInAConfinedWorkerWithoutAnyFile) {
  if (!sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer cannot be confined";
  SystemClock clock;
  Log log{-1, clock};
  Metrics metrics;
  WorkerPool pool({.name = "compose",
                   .program = ANTIN_BINARY_DIR "/bin/antin-worker",
                   .count = 1,
                   .configuration = cbor::encode(cbor::Map{{"trust", cbor::Array{}},
                                                           {"allow_test_pki", true},
                                                           {"crls", cbor::Array{}},
                                                           {"policy", ""},
                                                           {"tsa", cbor::Array{}}}),
                   .callbacks = {{kDraw, kVersion, drawn}},
                   .spares = 0,
                   .confinement = WorkerPool::Confinement::kRequired},
                  log, metrics);
  ASSERT_TRUE(pool.start());
  const auto within = std::chrono::milliseconds(60'000);
  auto body = request(installed_toml("loi-chung-ban-sao"), layout::attestation_data());
  body["qr"] = "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B";
  const auto stamped =
      pool.ask(kCompose, body, {SharedBytes{pages({{.content = lines_down_to(500)}})}}, within);
  EXPECT_TRUE(stamped) << to_log_line(stamped.error());
  // A book of a busy month comes without any document.
  auto book = request(installed_toml("so-chung-thuc"), {.values = {{"co_quan", "UBND XÃ ĐÔ LƯƠNG"},
                                                                   {"loai_so", "Bản sao điện tử"},
                                                                   {"quyen", "01/2026"},
                                                                   {"ky_hieu", "SCT/BS"},
                                                                   {"ky", "tháng 11 năm 2026"},
                                                                   {"so_viec", "1000"},
                                                                   {"so_ban_sao", "1000"},
                                                                   {"tong_phi", "2.000.000"},
                                                                   {"so_huy", "0"}},
                                                        .rows = {}});
  cbor::Array rows;
  for (int i = 1; i <= 1'000; ++i) {
    rows.push_back(cbor::Array{std::to_string(i) + "/ĐT", "03/11/2026", "Người yêu cầu chứng thực",
                               "Bằng tốt nghiệp trung học phổ thông", "Nguyễn Thị Ánh Nguyệt", "1",
                               "2.000", ""});
  }
  book["rows"] = std::move(rows);
  const auto printed = pool.ask(kCompose, book, {}, within);
  EXPECT_TRUE(printed) << to_log_line(printed.error());
  pool.stop();
}

TEST_F(Compose, RefusesWhatIsNoRequest) {
  const auto toml = installed_toml("loi-chung-ban-sao");
  const auto good = request(toml, layout::attestation_data());
  EXPECT_EQ(refused(composed(good, {})), Code::kIpcMalformed);
  for (const auto* key : {"template", "day", "values", "rows", "qr", "size_pt", "rgb", "draw_ms"}) {
    auto without = good;
    without.erase(key);
    EXPECT_EQ(refused(composed(without, {})), Code::kIpcMalformed) << key;
  }
  auto early = good;
  early["day"] = "2019-01-01";
  EXPECT_EQ(refused(composed(early, {})), Code::kLayoutNotInForce);
  auto letter = request(installed_toml("khong-co-so-goc"), {});
  EXPECT_EQ(refused(composed(letter, {})), Code::kLayoutValueMissing);
}

}  // namespace
}  // namespace antin::service::worker
