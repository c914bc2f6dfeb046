#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/prng.h"
#include "ports/faults.h"

namespace millrace::sim {

inline constexpr std::size_t kProbes = static_cast<std::size_t>(ports::Probe::kCount);
inline constexpr std::size_t kFaultPoints = static_cast<std::size_t>(ports::FaultPoint::kCount);
inline constexpr std::size_t kPlantedBugs = static_cast<std::size_t>(ports::Planted::kCount);

std::string_view name_of(ports::Probe probe);
std::string_view name_of(ports::FaultPoint point);
std::string_view name_of(ports::Planted bug);
std::string_view text_of(ports::Planted bug);
std::optional<ports::Planted> planted_named(std::string_view name);

// How often each probe was reached and each fault point struck, over one run or many.
struct Coverage {
  std::array<std::uint64_t, kProbes> reached{};
  std::array<std::uint64_t, kFaultPoints> struck{};

  void add(const Coverage& other);
};

// The hands of the simulator inside the product, for all nodes of a run: each fault point strikes with a frequency of
// its own that the seed gave it, and at most one planted bug is on.
class Faults final : public ports::Faults {
 public:
  // `often`: the most frequent fault point strikes once in so many times; 0: none ever does.
  Faults(Prng prng, std::uint32_t often, std::optional<ports::Planted> planted);

  void reach(ports::Probe probe) override { ++coverage_.reached[static_cast<std::size_t>(probe)]; }
  bool strike(ports::FaultPoint point) override;
#ifdef MILLRACE_PLANTED
  bool planted(ports::Planted bug) override { return planted_ == bug; }
#endif

  // From now on no fault point strikes.
  void rest() { frequency_.fill(0); }

  const Coverage& coverage() const { return coverage_; }

 private:
  Prng prng_;
  std::array<std::uint32_t, kFaultPoints> frequency_{};
  std::optional<ports::Planted> planted_;
  Coverage coverage_;
};

}  // namespace millrace::sim
