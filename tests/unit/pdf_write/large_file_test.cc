// Offsets beyond four gigabytes. The original is a mapping that is never touched but for its last
// octet: the update never reads or copies the rest.

#include <sys/mman.h>

#include <gtest/gtest.h>

#include "pdf/write/incremental_writer.h"
#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kFiveGigabytes = 5'000'000'000;

class Mapping {
 public:
  Mapping()
      : start_(mmap(nullptr, kFiveGigabytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0)) {}
  ~Mapping() {
    if (mapped()) munmap(start_, kFiveGigabytes);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  bool mapped() const { return start_ != MAP_FAILED; }
  ByteView view() const { return {static_cast<const std::uint8_t*>(start_), kFiveGigabytes}; }

 private:
  void* start_;
};

std::string tail_of_large_file(XrefKind kind) {
  const auto mapping = std::make_shared<Mapping>();
  if (!mapping->mapped()) throw std::runtime_error("no address space");
  const Bytes small = test::make_pdf(test::one_page());
  Document::Inside inside;
  inside.file = SharedBytes{mapping, mapping->view()};
  auto& revision = inside.map.revisions.emplace_back();
  revision.end = kFiveGigabytes;
  revision.xref_offset = 4'900'000'000;
  revision.kind = kind;
  inside.qpdf.processMemoryFile("small", reinterpret_cast<const char*>(small.data()), small.size());
  test::NoCipher cipher;
  const std::optional<Encryption> none;
  const ObjectCipher object_cipher{none, cipher};
  IncrementalWriter writer{inside, object_cipher, 1024};
  if (!writer.put(writer.allocate(), "(x)")) throw std::runtime_error("put");
  test::CountingRandom random;
  const auto tail = writer.finish(random);
  if (!tail) throw std::runtime_error(to_log_line(tail.error()));
  return std::string{as_text(tail.value())};
}

TEST(LargeFile, CrossReferenceTableHasTenDigits) {
  const auto tail = tail_of_large_file(XrefKind::kTable);
  EXPECT_NE(tail.find("5000000001 00000 n\r\n"), std::string::npos) << tail;
  EXPECT_NE(tail.find("/Prev 4900000000"), std::string::npos);
}

TEST(LargeFile, CrossReferenceStreamHasEightOctets) {
  const auto tail = tail_of_large_file(XrefKind::kStream);
  EXPECT_NE(tail.find("/W [1 8 2]"), std::string::npos);
  // 5 000 000 001 in eight octets, generation 0.
  const std::string entry{"\x01\x00\x00\x00\x01\x2A\x05\xF2\x01\x00\x00", 11};
  EXPECT_NE(tail.find(entry), std::string::npos);
}

}  // namespace
}  // namespace antin::pdf
