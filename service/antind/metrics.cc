#include "service/antind/metrics.h"

#include <array>
#include <sstream>

namespace antin::service {
namespace {

constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};

std::string braces(const std::string& labels) {
  return labels.empty() ? "" : "{" + labels + "}";
}

}  // namespace

void Metrics::count(std::string_view name, const std::string& labels, double by) {
  const std::lock_guard lock(mutex_);
  counters_[std::string(name)][labels] += by;
}

void Metrics::gauge(std::string_view name, const std::string& labels, double value) {
  const std::lock_guard lock(mutex_);
  gauges_[std::string(name)][labels] = value;
}

void Metrics::observe(std::string_view name, const std::string& labels,
                      std::chrono::microseconds took) {
  const double seconds = static_cast<double>(took.count()) / 1e6;
  const std::lock_guard lock(mutex_);
  auto& histogram = histograms_[std::string(name)][labels];
  for (const double bound : kBounds) histogram.buckets[bound] += seconds <= bound ? 1U : 0U;
  ++histogram.count;
  histogram.sum += seconds;
}

std::optional<double> Metrics::value(std::string_view name, const std::string& labels) const {
  const std::lock_guard lock(mutex_);
  const auto series = gauges_.find(name);
  if (series == gauges_.end()) return std::nullopt;
  const auto found = series->second.find(labels);
  return found == series->second.end() ? std::nullopt : std::optional(found->second);
}

std::string Metrics::text() const {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(15);
  const std::lock_guard lock(mutex_);
  const auto plain = [&](const auto& all, const char* type) {
    for (const auto& [name, series] : all) {
      out << "# TYPE " << name << ' ' << type << '\n';
      for (const auto& [labels, value] : series)
        out << name << braces(labels) << ' ' << value << '\n';
    }
  };
  plain(counters_, "counter");
  plain(gauges_, "gauge");
  for (const auto& [name, series] : histograms_) {
    out << "# TYPE " << name << " histogram\n";
    for (const auto& [labels, histogram] : series) {
      const std::string comma = labels.empty() ? "" : ",";
      for (const auto& [bound, value] : histogram.buckets)
        out << name << "_bucket{" << labels << comma << "le=\"" << bound << "\"} " << value << '\n';
      out << name << "_bucket{" << labels << comma << "le=\"+Inf\"} " << histogram.count << '\n';
      out << name << "_sum" << braces(labels) << ' ' << histogram.sum << '\n';
      out << name << "_count" << braces(labels) << ' ' << histogram.count << '\n';
    }
  }
  return out.str();
}

}  // namespace antin::service
