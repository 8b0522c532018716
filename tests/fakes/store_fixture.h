#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "service/store/store.h"
#include "tests/fakes/postgresql_server.h"
#include "tests/fakes/temp_folder.h"

namespace antin::fakes {

/// A store in a folder of its own. The same tests run on both databases: in a process with
/// ANTIN_TEST_DATABASE=postgresql on a server that all its tests share, else on SQLite.
class StoreFixture : public ::testing::Test {
 public:
  static bool on_postgresql() {
    // Read before any thread is started.
    const char* wanted = std::getenv("ANTIN_TEST_DATABASE");  // NOLINT(concurrency-mt-unsafe)
    return wanted != nullptr && std::string(wanted) == "postgresql";
  }
  /// Null when PostgreSQL is not installed.
  static PostgresqlServer* server() {
    static const auto kServer = PostgresqlServer::start();
    return kServer.get();
  }

 protected:
  void SetUp() override {
    if (on_postgresql()) {
      if (server() == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
      static int tests = 0;
      const auto schema = "t" + std::to_string(++tests);
      settings_.database = server()->address(schema);
      const auto database = service::open_database(settings_.database, {});
      ASSERT_TRUE(database) << to_log_line(database.error());
      ASSERT_TRUE(database.value()->execute("CREATE SCHEMA " + schema));
    }
    settings_.folder = folder_.path();
    open();
  }
  void open() {
    store_.reset();
    auto opened = service::Store::open(settings_);
    ASSERT_TRUE(opened) << to_log_line(opened.error());
    store_ = std::move(opened).value();
  }
  /// A further connection, as another node or a command has it.
  std::unique_ptr<service::Database> database() const {
    auto opened = service::open_database(settings_.database, settings_.folder + "/antin.sqlite");
    EXPECT_TRUE(opened);
    return opened ? std::move(opened).value() : nullptr;
  }

  TempFolder folder_{"store"};
  service::Store::Settings settings_;
  std::unique_ptr<service::Store> store_;
};

}  // namespace antin::fakes
