#include "sim/faults.h"

#include "sim/streams.h"

namespace millrace::sim {
namespace {

#define MILLRACE_TEXT(name, text) #name,
constexpr std::string_view kProbeNames[] = {MILLRACE_PROBES(MILLRACE_TEXT)};
constexpr std::string_view kPointNames[] = {MILLRACE_FAULT_POINTS(MILLRACE_TEXT)};
constexpr std::string_view kPlantedNames[] = {MILLRACE_PLANTED_BUGS(MILLRACE_TEXT)};
#undef MILLRACE_TEXT
#define MILLRACE_TEXT(name, text) text,
constexpr std::string_view kPlantedTexts[] = {MILLRACE_PLANTED_BUGS(MILLRACE_TEXT)};
#undef MILLRACE_TEXT

}  // namespace

std::string_view name_of(ports::Probe probe) { return kProbeNames[static_cast<std::size_t>(probe)]; }
std::string_view name_of(ports::FaultPoint point) { return kPointNames[static_cast<std::size_t>(point)]; }
std::string_view name_of(ports::Planted bug) { return kPlantedNames[static_cast<std::size_t>(bug)]; }
std::string_view text_of(ports::Planted bug) { return kPlantedTexts[static_cast<std::size_t>(bug)]; }

std::optional<ports::Planted> planted_named(std::string_view name) {
  for (std::size_t i = 0; i < kPlantedBugs; ++i) {
    if (kPlantedNames[i] == name) return static_cast<ports::Planted>(i);
  }
  return std::nullopt;
}

void Coverage::add(const Coverage& other) {
  for (std::size_t i = 0; i < kProbes; ++i) reached[i] += other.reached[i];
  for (std::size_t i = 0; i < kFaultPoints; ++i) struck[i] += other.struck[i];
}

Faults::Faults(Prng prng, std::uint32_t often, std::optional<ports::Planted> planted)
    : prng_(prng), planted_(planted) {
  for (auto& frequency : frequency_) {
    const auto drawn = static_cast<std::uint32_t>(2 + prng_.below(often * 2ULL + 1));
    frequency = often == 0 || prng_.one_in(3) ? 0 : drawn;
  }
}

bool Faults::strike(ports::FaultPoint point) {
  const auto index = static_cast<std::size_t>(point);
  if (!hit(prng_, frequency_[index])) return false;
  ++coverage_.struck[index];
  return true;
}

}  // namespace millrace::sim
