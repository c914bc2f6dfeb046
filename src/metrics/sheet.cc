#include "metrics/sheet.h"

namespace millrace::metrics {
namespace {

void add_up(Summary& to, const Summary& more) {
  to.recent += more.recent;
  to.count += more.count;
  to.sum_ms += more.sum_ms;
}

}  // namespace

void Sheet::add(const Family& family, Labels labels, double value) {
  values_[&family][std::move(labels)] += value;
}

void Sheet::add(const Family& family, Labels labels, const Histogram& histogram, MonoTime now) {
  const Summary seen{histogram.recent(now), histogram.count(), static_cast<double>(histogram.sum().value()) / 1e6};
  add_up(summaries_[&family][std::move(labels)], seen);
}

void Sheet::add(const Sheet& other) {
  for (const auto& [family, samples] : other.values_) {
    for (const auto& [labels, value] : samples) values_[family][labels] += value;
  }
  for (const auto& [family, samples] : other.summaries_) {
    for (const auto& [labels, summary] : samples) add_up(summaries_[family][labels], summary);
  }
}

}  // namespace millrace::metrics
