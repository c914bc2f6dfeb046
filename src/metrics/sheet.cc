#include "metrics/sheet.h"

namespace millrace::metrics {
namespace {

template <typename T>
T& sample(Sheet::ByName<T>& all, const Family& family, Labels labels) {
  auto& samples = all[family.name];
  samples.family = &family;
  return samples.by_labels[std::move(labels)];
}

void add_up(double& to, double more) { to += more; }

void add_up(Summary& to, const Summary& more) {
  to.recent += more.recent;
  to.count += more.count;
  to.sum_ms += more.sum_ms;
}

template <typename T>
void add_all(Sheet::ByName<T>& to, const Sheet::ByName<T>& from) {
  for (const auto& [name, samples] : from) {
    for (const auto& [labels, value] : samples.by_labels) add_up(sample(to, *samples.family, labels), value);
  }
}

}  // namespace

void Sheet::add(const Family& family, Labels labels, double value) {
  add_up(sample(values_, family, std::move(labels)), value);
}

void Sheet::add(const Family& family, Labels labels, const Histogram& histogram, MonoTime now) {
  const Summary seen{histogram.recent(now), histogram.count(), static_cast<double>(histogram.sum().value()) / 1e6};
  add_up(sample(summaries_, family, std::move(labels)), seen);
}

void Sheet::add(const Sheet& other) {
  add_all(values_, other.values_);
  add_all(summaries_, other.summaries_);
}

}  // namespace millrace::metrics
