// A partition's directory after anything: the first byte chooses what is known of it and whether checksums are made
// good, the second which file gets the rest of the input in place of its own. Recovery ends, what it returns is found
// again by the next one, and the tools read whatever is there.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/assert.h"
#include "base/crc32c.h"
#include "inspect/verify.h"
#include "log/recovery.h"
#include "log/testing/fake_disk.h"
#include "record/batch_builder.h"

namespace millrace::log {
namespace {

const std::string kDirectory = "data/t-0";
constexpr std::array kFiles = {
    "00000000000000000000.log",       "00000000000000000002.log",      "00000000000000000000.index",
    "00000000000000000000.timeindex", "00000000000000000002.snapshot", "00000000000000000000.txnindex",
    "leader-epoch-checkpoint",
};
constexpr unsigned kMended = 1, kCleanStop = 2, kRecoveryPoint = 4, kDurable = 8;

std::string batches(int first, int count) {
  std::string bytes;
  for (int i = first; i < first + count; ++i) {
    record::BatchOptions options;
    record::BatchBuilder builder(options);
    builder.add(WallTime(1'700'000'000'000 + i), as_bytes("k"), as_bytes("v"));
    Buffer batch = builder.build();
    store_be(batch.data(), std::int64_t{i});
    bytes += as_text(batch.bytes());
  }
  return bytes;
}

// Batches of the lengths that they claim get their checksums.
void mend(std::string& log) {
  auto* at = reinterpret_cast<std::byte*>(log.data());
  for (std::size_t left = log.size(); left >= record::kBatchHeaderBytes;) {
    const auto length = load_be<std::int32_t>(at + 8);
    if (length < 49 || static_cast<std::size_t>(length) > left - 12) return;
    store_be(at + 17, crc32c(Bytes(at + 21, static_cast<std::size_t>(length) + 12 - 21)));
    at += length + 12;
    left -= static_cast<std::size_t>(length) + 12;
  }
}

RecoverySettings settings_of(unsigned choice) {
  RecoverySettings settings;
  settings.durable = (choice & kDurable) != 0;
  settings.hints.clean_stop = (choice & kCleanStop) != 0;
  if ((choice & kRecoveryPoint) != 0) settings.hints.recovery_point = Offset(2);
  return settings;
}

void recover(unsigned choice, std::size_t file, std::string contents) {
  testing::FakeDisk disk;
  static_cast<void>(disk.create_directory("data"));
  static_cast<void>(disk.create_directory(kDirectory));
  if ((choice & kMended) != 0 && file < 2) mend(contents);
  disk.put(kDirectory + "/" + kFiles[0], batches(0, 2));
  disk.put(kDirectory + "/" + kFiles[1], batches(2, 2));
  disk.put(kDirectory + "/" + kFiles[file], std::move(contents));
  const RecoverySettings settings = settings_of(choice);
  const auto first = recover_log(disk, kDirectory, settings);
  static_cast<void>(inspect::verify_directory(disk, kDirectory));
  if (!first) return;
  const auto second = recover_log(disk, kDirectory, settings);
  MR_ASSERT(second.ok());
  MR_ASSERT(second->end() == first->end() && !second->cut);
  MR_ASSERT(second->damage.has_value() == first->damage.has_value());
}

}  // namespace
}  // namespace millrace::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto* text = reinterpret_cast<const char*>(data + 2);
  millrace::log::recover(data[0], data[1] % millrace::log::kFiles.size(), std::string(text, size - 2));
  return 0;
}
