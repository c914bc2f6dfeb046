#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace millrace {

// A number with a meaning: values of different meaning do not convert into or compare with each other. `value()` is
// the raw number, for the wire and the disk.
template <typename Tag, typename Rep>
class Id {
 public:
  using rep = Rep;
  constexpr Id() = default;
  constexpr explicit Id(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  Rep value_{};
};

// A number with a meaning that can also be counted with: sums and differences keep the meaning.
template <typename Tag, typename Rep>
class Quantity : public Id<Tag, Rep> {
 public:
  using Id<Tag, Rep>::Id;
  friend constexpr Quantity operator+(Quantity a, Rep n) { return Quantity(static_cast<Rep>(a.value() + n)); }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a + b.value(); }
  friend constexpr Quantity operator-(Quantity a, Rep n) { return Quantity(static_cast<Rep>(a.value() - n)); }
  // The distance between two, as a raw number.
  friend constexpr Rep operator-(Quantity a, Quantity b) { return static_cast<Rep>(a.value() - b.value()); }
  constexpr Quantity& operator+=(Rep n) { return *this = *this + n; }
  constexpr Quantity& operator+=(Quantity n) { return *this = *this + n; }
  constexpr Quantity& operator++() { return *this += Rep{1}; }
  friend constexpr auto operator<=>(Quantity a, Quantity b) { return a.value() <=> b.value(); }
  friend constexpr bool operator==(Quantity a, Quantity b) { return a.value() == b.value(); }
};

using Offset = Quantity<struct OffsetTag, std::int64_t>;            // of a record in a partition; -1 none
using LeaderEpoch = Id<struct LeaderEpochTag, std::int32_t>;        // of a partition or of the quorum; -1 none
using NodeId = Id<struct NodeIdTag, std::int32_t>;                  // broker or controller; -1 none
using PartitionIndex = Id<struct PartitionIndexTag, std::int32_t>;  // within its topic
using ProducerId = Id<struct ProducerIdTag, std::int64_t>;          // -1 none
using ProducerEpoch = Id<struct ProducerEpochTag, std::int16_t>;    // -1 none
using ShardId = Id<struct ShardIdTag, std::uint32_t>;               // an event loop of this process, from 0
using ByteCount = Quantity<struct ByteCountTag, std::uint64_t>;     // a size in bytes
using FilePosition = Quantity<struct FilePositionTag, std::uint64_t>;  // bytes from the beginning of a file

using Millis = Quantity<struct MillisTag, std::int64_t>;      // a duration in milliseconds
using Nanos = Quantity<struct NanosTag, std::int64_t>;        // a duration in nanoseconds
using WallTime = Quantity<struct WallTimeTag, std::int64_t>;  // milliseconds since 1970 UTC; may jump; -1 none

// Nanoseconds on a clock that never goes back; only differences mean anything.
using MonoTime = Quantity<struct MonoTimeTag, std::int64_t>;

constexpr MonoTime operator+(MonoTime time, Millis duration) { return time + duration.value() * 1'000'000; }
constexpr Nanos to_nanos(Millis duration) { return Nanos(duration.value() * 1'000'000); }

inline constexpr Offset kNoOffset{-1};
inline constexpr LeaderEpoch kNoEpoch{-1};
inline constexpr NodeId kNoNode{-1};
inline constexpr ProducerId kNoProducer{-1};
inline constexpr ProducerEpoch kNoProducerEpoch{-1};
inline constexpr WallTime kNoTime{-1};

}  // namespace millrace
