#pragma once

#include <cstdint>

namespace millrace {

// A seeded stream of pseudo-random numbers (splitmix64): the same seed gives the same numbers on every machine. For
// decisions that must replay; never for secrets.
class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // A number from 0 to bound-1, without noticeable bias for the bounds used here. Precondition: bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((Wide{next()} * bound) >> 64);
  }
  // True once in `n` times on average. Precondition: n > 0.
  constexpr bool one_in(std::uint64_t n) { return below(n) == 0; }
  // A stream of its own for one concern: drawing from it does not disturb this one.
  constexpr Prng fork(std::uint64_t concern) const {
    return Prng(Prng(state_ ^ (concern * 0xd6e8feb86659fd93ULL)).next());
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_;
};

}  // namespace millrace
