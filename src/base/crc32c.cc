#include "base/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace millrace {
namespace {

// Polynomials over GF(2) modulo the Castagnoli polynomial, bit-reflected: the top bit is x^0.
constexpr std::uint32_t kPolynomial = 0x82f63b78;

constexpr std::uint32_t times_x(std::uint32_t value) { return (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0); }

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    table[0][byte] = crc;
  }
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    for (std::size_t slice = 1; slice < 8; ++slice) {
      const std::uint32_t previous = table[slice - 1][byte];
      table[slice][byte] = (previous >> 8) ^ table[0][previous & 0xff];
    }
  }
  return table;
}
constexpr Table kTable = make_table();

std::uint64_t load_le(const std::byte* from) {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;  // every platform that we build for is little-endian
}

std::uint32_t extend_by_table(Bytes bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint64_t word = load_le(at) ^ crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTable[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kTable[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)

constexpr std::uint32_t x_to_the(unsigned exponent) {
  std::uint32_t value = 0x80000000U;
  for (unsigned i = 0; i < exponent; ++i) value = times_x(value);
  return value;
}

// Multipliers that move 128 bits ahead by `kBits` bits without changing the remainder: for the low (earlier) and the
// high half. A carry-less product of reflected halves carries one factor x too many, and 32 bits in the low end of a
// half stand for a factor x^32: hence 31 and -33.
template <unsigned kBits>
constexpr std::uint64_t kAheadLow = x_to_the(kBits + 31);
template <unsigned kBits>
constexpr std::uint64_t kAheadHigh = x_to_the(kBits - 33);

__attribute__((target("sse4.2"))) std::uint32_t finish(std::uint32_t crc, const std::byte* at, std::size_t left) {
  std::uint64_t wide = crc;
  for (; left >= 8; left -= 8, at += 8) wide = _mm_crc32_u64(wide, load_le(at));
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; left > 0; --left, ++at) narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(*at));
  return narrow;
}

__attribute__((target("sse4.2"))) std::uint32_t extend_sse42(Bytes bytes, std::uint32_t before) {
  return ~finish(~before, bytes.data(), bytes.size());
}

template <unsigned kBits>
__attribute__((target("sse4.2,pclmul"))) inline __m128i ahead(__m128i value, __m128i plus) {
  const __m128i by =
      _mm_set_epi64x(static_cast<long long>(kAheadHigh<kBits>), static_cast<long long>(kAheadLow<kBits>));
  const __m128i low = _mm_clmulepi64_si128(value, by, 0x00);
  const __m128i high = _mm_clmulepi64_si128(value, by, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), plus);
}

__attribute__((target("sse4.2,pclmul"))) inline std::uint32_t remainder_of(__m128i value) {
  const auto low = static_cast<std::uint64_t>(_mm_extract_epi64(value, 0));
  const auto high = static_cast<std::uint64_t>(_mm_extract_epi64(value, 1));
  return static_cast<std::uint32_t>(_mm_crc32_u64(_mm_crc32_u64(0, low), high));
}

__attribute__((target("sse4.2"))) inline __m128i load128(const std::byte* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t extend_pclmul(Bytes bytes, std::uint32_t before) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t crc = ~before;
  if (left >= 128) {
    __m128i a = _mm_xor_si128(load128(at), _mm_cvtsi32_si128(static_cast<int>(crc)));
    __m128i b = load128(at + 16);
    __m128i c = load128(at + 32);
    __m128i d = load128(at + 48);
    at += 64;
    left -= 64;
    for (; left >= 64; left -= 64, at += 64) {
      a = ahead<512>(a, load128(at));
      b = ahead<512>(b, load128(at + 16));
      c = ahead<512>(c, load128(at + 32));
      d = ahead<512>(d, load128(at + 48));
    }
    crc = remainder_of(ahead<128>(ahead<128>(ahead<128>(a, b), c), d));
  }
  return ~finish(crc, at, left);
}

#define MR_AVX512 __attribute__((target("sse4.2,pclmul,avx512f,avx512vl,avx512dq,vpclmulqdq")))

template <unsigned kBits>
MR_AVX512 inline __m512i ahead512(__m512i value, __m512i plus) {
  const __m512i by = _mm512_broadcast_i32x4(
      _mm_set_epi64x(static_cast<long long>(kAheadHigh<kBits>), static_cast<long long>(kAheadLow<kBits>)));
  const __m512i low = _mm512_clmulepi64_epi128(value, by, 0x00);
  const __m512i high = _mm512_clmulepi64_epi128(value, by, 0x11);
  return _mm512_ternarylogic_epi64(low, high, plus, 0x96);
}

MR_AVX512 std::uint32_t extend_avx512(Bytes bytes, std::uint32_t before) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t crc = ~before;
  if (left >= 512) {
    __m512i a =
        _mm512_xor_si512(_mm512_loadu_si512(at), _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(crc))));
    __m512i b = _mm512_loadu_si512(at + 64);
    __m512i c = _mm512_loadu_si512(at + 128);
    __m512i d = _mm512_loadu_si512(at + 192);
    at += 256;
    left -= 256;
    for (; left >= 256; left -= 256, at += 256) {
      a = ahead512<2048>(a, _mm512_loadu_si512(at));
      b = ahead512<2048>(b, _mm512_loadu_si512(at + 64));
      c = ahead512<2048>(c, _mm512_loadu_si512(at + 128));
      d = ahead512<2048>(d, _mm512_loadu_si512(at + 192));
    }
    const __m512i all = ahead512<512>(ahead512<512>(ahead512<512>(a, b), c), d);
    __m128i one = ahead<128>(_mm512_extracti32x4_epi32(all, 0), _mm512_extracti32x4_epi32(all, 1));
    one = ahead<128>(one, _mm512_extracti32x4_epi32(all, 2));
    one = ahead<128>(one, _mm512_extracti32x4_epi32(all, 3));
    crc = remainder_of(one);
  }
  return extend_pclmul({at, left}, ~crc);
}

#elif defined(__ARM_FEATURE_CRC32)

std::uint32_t extend_arm(Bytes bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) crc = __crc32cd(crc, load_le(at));
  for (; left > 0; --left, ++at) crc = __crc32cb(crc, static_cast<std::uint8_t>(*at));
  return ~crc;
}

#endif

Crc32cMethod fastest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) {
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("vpclmulqdq");
    return wide ? Crc32cMethod{"avx512", extend_avx512} : Crc32cMethod{"pclmul", extend_pclmul};
  }
  if (__builtin_cpu_supports("sse4.2")) return {"sse4.2", extend_sse42};
#elif defined(__ARM_FEATURE_CRC32)
  return {"arm", extend_arm};
#endif
  return {"table", extend_by_table};
}

}  // namespace

std::vector<Crc32cMethod> crc32c_methods() {
  std::vector<Crc32cMethod> methods{{"table", extend_by_table}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) methods.push_back({"sse4.2", extend_sse42});
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) {
    methods.push_back({"pclmul", extend_pclmul});
  }
#endif
  const Crc32cMethod best = fastest();
  if (methods.back().extend != best.extend) methods.push_back(best);
  return methods;
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t before) {
  static const Crc32cMethod kBest = fastest();
  return kBest.extend(bytes, before);
}

}  // namespace millrace
