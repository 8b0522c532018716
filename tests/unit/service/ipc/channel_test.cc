#include "service/ipc/channel.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>

#include <gtest/gtest.h>

#include "service/ipc/process.h"

namespace antin::service {
namespace {

using std::chrono::milliseconds;

Deadline soon() {
  return after(std::chrono::seconds(20));
}

Deadline at_once() {
  return after(milliseconds(5));
}

std::pair<Channel, Channel> new_pair() {
  auto made = Channel::pair();
  EXPECT_TRUE(made);
  return std::move(made).value();
}

void write_raw(const Channel& channel, const Bytes& octets) {
  ASSERT_EQ(::send(channel.fd(), octets.data(), octets.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(octets.size()));
}

TEST(Channel, CarriesAMessageWithItsDocument) {
  auto [left, right] = new_pair();
  const Bytes document(100'000, 7);
  Message out;
  out.type = 3;
  out.version = 2;
  out.body = cbor::Map{{"name", "đơn.pdf"}};
  auto memfd = sealed_memfd("document", {document});
  ASSERT_TRUE(memfd);
  out.descriptors.push_back(std::move(memfd).value());
  ASSERT_TRUE(left.send(out, soon()));
  auto in = right.receive(soon());
  ASSERT_TRUE(in);
  EXPECT_EQ(in.value().type, 3);
  EXPECT_EQ(in.value().version, 2);
  EXPECT_TRUE(in.value().body == out.body);
  ASSERT_EQ(in.value().descriptors.size(), 1U);
  const auto mapped = map_sealed(in.value().descriptors[0], 1U << 20U);
  ASSERT_TRUE(mapped);
  in.value().descriptors.clear();
  EXPECT_EQ(to_bytes(mapped.value().view()), document);
}

TEST(Channel, CarriesMessagesLargerThanTheSocketBuffer) {
  auto [left, right] = new_pair();
  Message out;
  out.body = Bytes(3U << 20U, 9);
  std::thread sender([&, &channel = left] { EXPECT_TRUE(channel.send(out, soon())); });
  const auto in = right.receive(soon());
  sender.join();
  ASSERT_TRUE(in);
  EXPECT_TRUE(in.value().body == out.body);
}

TEST(Channel, TimesOutBeforeAMessageAndStaysUsable) {
  auto [left, right] = new_pair();
  EXPECT_EQ(right.receive(at_once()).error().code, Code::kIpcTimeout);
  ASSERT_TRUE(left.send(Message{}, soon()));
  EXPECT_TRUE(right.receive(soon()));
}

TEST(Channel, TimesOutInsideAMessageAndIsClosed) {
  auto [left, right] = new_pair();
  write_raw(left, {0, 0, 0});
  EXPECT_EQ(right.receive(at_once()).error().code, Code::kIpcTimeout);
  EXPECT_EQ(right.receive(soon()).error().code, Code::kIpcClosed);
}

TEST(Channel, ReportsAPeerThatIsGone) {
  auto [left, right] = new_pair();
  left.close();
  EXPECT_EQ(right.receive(soon()).error().code, Code::kIpcClosed);
  EXPECT_EQ(right.send(Message{}, soon()).error().code, Code::kIpcClosed);
}

TEST(Channel, RefusesBrokenFrames) {
  const std::vector<std::pair<const char*, Bytes>> rows{
      {"shorter than its head", {0, 0, 0, 3, 0, 0, 0, 0}},
      {"four gigabytes", {0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 1}},
      {"no body", {0, 0, 0, 4, 0, 1, 0, 1}},
      {"body is not CBOR", {0, 0, 0, 5, 0, 1, 0, 1, 0xFF}},
      {"two items", {0, 0, 0, 6, 0, 1, 0, 1, 0xF6, 0xF6}},
  };
  for (const auto& [story, octets] : rows) {
    auto [left, right] = new_pair();
    write_raw(left, octets);
    EXPECT_EQ(right.receive(soon()).error().code, Code::kIpcMalformed) << story;
    EXPECT_FALSE(right.open()) << story;
  }
}

TEST(Channel, RefusesMoreDescriptorsThanItsLimit) {
  auto [left, right] = new_pair();
  Message out;
  for (std::size_t i = 0; i <= kMaxDescriptors; ++i) {
    auto memfd = sealed_memfd("x", {});
    ASSERT_TRUE(memfd);
    out.descriptors.push_back(std::move(memfd).value());
  }
  EXPECT_EQ(left.send(out, soon()).error().code, Code::kIpcMalformed);
}

TEST(Memfd, WithoutEverySealIsRefused) {
  auto open = new_memfd("growing");
  ASSERT_TRUE(open);
  ASSERT_EQ(::ftruncate(open.value().get(), 100), 0);
  EXPECT_EQ(map_sealed(open.value(), 1000).error().code, Code::kIpcMalformed);
  ASSERT_EQ(::fcntl(open.value().get(), F_ADD_SEALS, F_SEAL_WRITE), 0);
  EXPECT_EQ(map_sealed(open.value(), 1000).error().code, Code::kIpcMalformed);
  ASSERT_TRUE(seal_memfd(open.value()));
  EXPECT_EQ(map_sealed(open.value(), 99).error().code, Code::kResourceLimit);
  EXPECT_EQ(map_sealed(open.value(), 100).value().size(), 100U);
  EXPECT_NE(::ftruncate(open.value().get(), 5), 0);
}

TEST(Memfd, OfAnOrdinaryFileIsRefused) {
  const Descriptor file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
  EXPECT_EQ(map_sealed(file, 1U << 30U).error().code, Code::kIpcMalformed);
}

// The kernel refuses the seal against writing while anybody holds a page: here a pipe does, until
// the other thread has been refused twice and empties it.
TEST(Memfd, IsSealedOnceNobodyHoldsAPageOfItAnyMore) {
  auto memfd = new_memfd("held");
  ASSERT_TRUE(memfd);
  const int fd = memfd.value().get();
  std::array<char, 4'096> page{};
  ASSERT_EQ(::write(fd, page.data(), page.size()), 4'096);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const Descriptor from{pipe[0]};
  const Descriptor to{pipe[1]};
  loff_t begin = 0;
  ASSERT_EQ(::splice(fd, &begin, to.get(), nullptr, page.size(), 0), 4'096);
  std::thread holder([&] {
    for (int tried = 0; tried < 2; ++tried) {
      EXPECT_EQ(::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
      EXPECT_EQ(errno, EBUSY);
    }
    EXPECT_EQ(::read(from.get(), page.data(), page.size()), 4'096);
  });
  const auto sealed = seal_memfd(memfd.value());
  holder.join();
  ASSERT_TRUE(sealed) << to_log_line(sealed.error());
  EXPECT_TRUE(map_sealed(memfd.value(), page.size()));
}

TEST(Call, AnswersCallbacksWhileItWaits) {
  auto [parent, child] = new_pair();
  std::thread worker([&channel = child] {
    const std::vector<Route> routes{
        {1, 1, [&](Message& request) -> Result<Message> {
           Message ask;
           ask.type = kFirstCallback;
           ask.body = request.body;
           ANTIN_TRY(auto told, call(channel, ask, soon()));
           return Message{.type = 0, .version = 1, .body = told.body, .descriptors = {}};
         }}};
    EXPECT_TRUE(serve(channel, routes, milliseconds(10'000)));
  });
  Message request;
  request.type = 1;
  request.body = 20;
  const std::vector<Route> callbacks{{kFirstCallback, 1, [](Message& asked) -> Result<Message> {
                                        Message told;
                                        told.body = *asked.body.integer() + 1;
                                        return told;
                                      }}};
  const auto reply = call(parent, request, soon(), callbacks);
  ASSERT_TRUE(reply);
  EXPECT_EQ(*reply.value().body.integer(), 21);
  parent.close();
  worker.join();
}

TEST(Call, BringsBackTheErrorOfTheOtherSide) {
  auto [parent, child] = new_pair();
  std::thread worker([&channel = child] {
    const std::vector<Route> routes{
        {1, 1, [](Message&) -> Result<Message> {
           return make_error(Code::kFileExists, "told to the log", {{"file", "a.pdf"}});
         }}};
    EXPECT_TRUE(serve(channel, routes, milliseconds(10'000)));
  });
  Message request;
  request.type = 1;
  const auto reply = call(parent, request, soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kFileExists);
  EXPECT_EQ(reply.error().params, (Params{{"file", "a.pdf"}}));
  parent.close();
  worker.join();
}

TEST(Serve, EndsAtARequestThatIsNotInItsTable) {
  for (const auto& [type, version] : {std::pair{9, 1}, std::pair{1, 2}}) {
    auto [parent, child] = new_pair();
    Message request;
    request.type = static_cast<std::uint16_t>(type);
    request.version = static_cast<std::uint16_t>(version);
    ASSERT_TRUE(parent.send(request, soon()));
    const std::vector<Route> routes{{1, 1, [](Message&) -> Result<Message> { return Message{}; }}};
    const auto ended = serve(child, routes, milliseconds(10'000));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Code::kIpcUnexpected);
    auto reply = parent.receive(soon());
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply.value().type, kErrorReply);
  }
}

TEST(Call, TreatsAnythingButItsReplyAsABrokenPeer) {
  auto [parent, child] = new_pair();
  Message wrong;
  wrong.type = 2 | kReplyBit;
  ASSERT_TRUE(child.send(wrong, soon()));
  Message request;
  request.type = 1;
  EXPECT_EQ(call(parent, request, soon()).error().code, Code::kIpcMalformed);
  EXPECT_FALSE(parent.open());
}

TEST(ChildProcess, GoneBeforeItsReplyIsAClosedChannel) {
  auto child = ChildProcess::spawn("/bin/true", {});
  ASSERT_TRUE(child);
  Message request;
  request.type = 1;
  EXPECT_EQ(call(child.value().channel(), request, soon()).error().code, Code::kIpcClosed);
  EXPECT_EQ(child.value().stop(milliseconds(10'000)), "exit 0");
}

TEST(ChildProcess, ThatDoesNotLeaveIsKilled) {
  auto child = ChildProcess::spawn("/bin/sleep", {"1000"});
  ASSERT_TRUE(child);
  EXPECT_EQ(child.value().stop(milliseconds(1)), "killed");
}

TEST(ChildProcess, ThatCannotBeStartedIsAnError) {
  EXPECT_EQ(ChildProcess::spawn("/nonexistent/program", {}).error().code, Code::kIpcFailed);
}

}  // namespace
}  // namespace antin::service
