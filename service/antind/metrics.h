#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace antin::service {

/// Counters and gauges in the Prometheus text format 0.0.4 (Poco 1.11 has none). Thread-safe.
class Metrics {
 public:
  /// `labels` is what stands between the braces, `operation="verify",status="200"`.
  void count(std::string_view name, const std::string& labels, double by = 1);
  void gauge(std::string_view name, const std::string& labels, double value);
  void observe(std::string_view name, const std::string& labels, std::chrono::microseconds took);
  std::string text() const;
  /// Of a gauge; nullopt before it was set.
  std::optional<double> value(std::string_view name, const std::string& labels) const;

 private:
  struct Histogram {
    std::map<double, std::uint64_t> buckets;
    std::uint64_t count = 0;
    double sum = 0;
  };
  using Series = std::map<std::string, double>;
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> counters_, gauges_;
  std::map<std::string, std::map<std::string, Histogram>, std::less<>> histograms_;
};

}  // namespace antin::service
