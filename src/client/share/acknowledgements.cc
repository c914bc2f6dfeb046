#include "client/share/acknowledgements.h"

#include <algorithm>

namespace millrace::client {

void Acknowledgements::add(const Acknowledgements& later) {
  for (const auto& [offset, type] : later.types_) types_[offset] = type;
  for (const auto& [first, run] : later.unseen_) unseen_[first] = run;
}

bool Acknowledgements::renews() const {
  const auto renew = static_cast<std::int8_t>(AcknowledgeType::renew);
  return std::ranges::any_of(types_, [renew](const auto& one) { return one.second == renew; });
}

std::vector<std::int64_t> Acknowledgements::offsets() const {
  std::vector<std::int64_t> all;
  for (const auto& [offset, type] : types_) all.push_back(offset);
  return all;
}

std::vector<Acknowledgements::Run> Acknowledgements::runs() const {
  std::vector<Run> all;
  for (const auto& [offset, type] : types_) {
    if (!all.empty() && all.back().last + 1 == offset && all.back().type == type) {
      ++all.back().last;
    } else {
      all.push_back({offset, offset, type});
    }
  }
  for (const auto& [first, run] : unseen_) all.push_back(run);
  std::ranges::sort(all, {}, &Run::first);
  return all;
}

}  // namespace millrace::client
