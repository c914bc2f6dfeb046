#include "base/sha2.h"

#include <array>
#include <bit>
#include <cstdint>

namespace millrace {
namespace {

// The two members of the family differ in the width of a word, the number of rounds, and by how much they rotate.
struct Sha256 {
  using Word = std::uint32_t;
  static constexpr std::size_t kRounds = 64;
  static constexpr std::array<int, 12> kTurns = {2, 13, 22, 6, 11, 25, 7, 18, 3, 17, 19, 10};
  static constexpr std::array<Word, 8> kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};
struct Sha512 {
  using Word = std::uint64_t;
  static constexpr std::size_t kRounds = 80;
  static constexpr std::array<int, 12> kTurns = {28, 34, 39, 14, 18, 41, 1, 8, 7, 19, 61, 6};
  static constexpr std::array<Word, 8> kStart = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                 0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
};

// The first 64 bits of the fractional parts of the cube roots of the first 80 primes; SHA-256 takes the upper halves.
constexpr std::array<std::uint64_t, 80> kRoots = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

template <typename Kind>
constexpr std::size_t kBlock = 16 * sizeof(typename Kind::Word);

template <typename Kind>
typename Kind::Word root(std::size_t round) {
  return static_cast<typename Kind::Word>(kRoots[round] >> (64 - 8 * sizeof(typename Kind::Word)));
}

template <typename Kind>
void take_block(std::array<typename Kind::Word, 8>& state, const std::byte* block) {
  using Word = typename Kind::Word;
  constexpr auto& t = Kind::kTurns;
  std::array<Word, Kind::kRounds> w{};
  for (std::size_t i = 0; i < 16; ++i) w[i] = load_be<Word>(block + i * sizeof(Word));
  for (std::size_t i = 16; i < w.size(); ++i) {
    const Word low = std::rotr(w[i - 15], t[6]) ^ std::rotr(w[i - 15], t[7]) ^ (w[i - 15] >> t[8]);
    const Word high = std::rotr(w[i - 2], t[9]) ^ std::rotr(w[i - 2], t[10]) ^ (w[i - 2] >> t[11]);
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  auto s = state;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const Word choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const Word one = s[7] + (std::rotr(s[4], t[3]) ^ std::rotr(s[4], t[4]) ^ std::rotr(s[4], t[5])) + choice +
                     root<Kind>(i) + w[i];
    const Word most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const Word two = (std::rotr(s[0], t[0]) ^ std::rotr(s[0], t[1]) ^ std::rotr(s[0], t[2])) + most;
    s = {one + two, s[0], s[1], s[2], s[3] + one, s[4], s[5], s[6]};
  }
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += s[i];
}

template <typename Kind>
std::vector<std::byte> digest_of(Bytes data) {
  auto state = Kind::kStart;
  const std::size_t size = data.size();
  for (; data.size() >= kBlock<Kind>; data = data.subspan(kBlock<Kind>)) take_block<Kind>(state, data.data());
  // What is left, a one bit, zeros, and the length in bits at the end of a block.
  std::vector<std::byte> tail(data.begin(), data.end());
  tail.push_back(std::byte{0x80});
  while ((tail.size() + 2 * sizeof(typename Kind::Word)) % kBlock<Kind> != 0) tail.push_back(std::byte{0});
  tail.resize(tail.size() + 2 * sizeof(typename Kind::Word));
  store_be(tail.data() + tail.size() - 8, static_cast<std::uint64_t>(size) * 8);
  for (std::size_t at = 0; at < tail.size(); at += kBlock<Kind>) take_block<Kind>(state, tail.data() + at);
  std::vector<std::byte> result(sizeof state);
  for (std::size_t i = 0; i < state.size(); ++i) store_be(result.data() + i * sizeof state[i], state[i]);
  return result;
}

}  // namespace

std::vector<std::byte> digest(Digest kind, Bytes data) {
  return kind == Digest::sha256 ? digest_of<Sha256>(data) : digest_of<Sha512>(data);
}

std::vector<std::byte> hmac(Digest kind, Bytes key, Bytes data) {
  const std::size_t block = kind == Digest::sha256 ? kBlock<Sha256> : kBlock<Sha512>;
  std::vector<std::byte> pad(key.begin(), key.end());
  if (pad.size() > block) pad = digest(kind, key);
  pad.resize(block);
  std::vector<std::byte> inner;
  std::vector<std::byte> outer;
  for (const std::byte b : pad) {
    inner.push_back(b ^ std::byte{0x36});
    outer.push_back(b ^ std::byte{0x5c});
  }
  inner.insert(inner.end(), data.begin(), data.end());
  const auto first = digest(kind, inner);
  outer.insert(outer.end(), first.begin(), first.end());
  return digest(kind, outer);
}

std::vector<std::byte> stretched(Digest kind, Bytes password, Bytes salt, std::uint32_t rounds) {
  std::vector<std::byte> block(salt.begin(), salt.end());
  for (const int number : {0, 0, 0, 1}) block.push_back(static_cast<std::byte>(number));
  auto step = hmac(kind, password, block);
  auto result = step;
  for (std::uint32_t round = 1; round < rounds; ++round) {
    step = hmac(kind, password, step);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] ^= step[i];
  }
  return result;
}

}  // namespace millrace
