// A decoder with a bug: after the right four bytes it believes a length. A fuzzer that does not find it finds nothing.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5 || std::memcmp(data, "mill", 4) != 0) return 0;
  const std::vector<std::uint8_t> body(data + 5, data + size);
  unsigned sum = 0;
  for (std::size_t i = 0; i < data[4]; ++i) sum += body.data()[i];
  return sum == 1U << 31 ? -1 : 0;
}
