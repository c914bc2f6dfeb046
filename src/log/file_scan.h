#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ports/file.h"
#include "record/batch.h"

namespace millrace::log {

// Goes through the batches of a segment file, in a job. Never holds more than a window of the file in memory, unless a
// whole batch is asked for.
//   while (scan.next()) use(scan.batch());
//   if (scan.stop() != FileScan::Stop::end) ...
class FileScan {
 public:
  enum class Stop { none, end, damage, io };

  // From `begin`, where a batch must begin, to `end`.
  FileScan(ports::BlockingFile& file, std::uint64_t begin, std::uint64_t end);

  // Moves to the next batch, whose header makes sense and which lies within the range.
  bool next();
  // The header alone: records(), bytes() and crc_ok() must not be called on it.
  const record::BatchView& batch() const { return *batch_; }
  std::uint64_t position() const { return position_; }

  // Whether the checksum of the present batch is right. False also when it cannot be read: see stop().
  bool crc_ok();
  // The whole present batch; valid until the next call.
  Result<record::BatchView> whole();

  // Why next() gave false.
  Stop stop() const { return stop_; }
  // For Stop::damage: what is wrong, for people.
  const char* why() const { return why_; }

 private:
  Result<Bytes> load(std::uint64_t from, std::size_t size);
  bool end(Stop stop, const char* why);

  ports::BlockingFile& file_;
  std::uint64_t position_;
  std::uint64_t following_;
  std::uint64_t end_;
  std::vector<std::byte> window_;
  std::uint64_t window_at_ = 0;
  std::size_t window_size_ = 0;
  std::array<std::byte, record::kBatchHeaderBytes> header_;
  std::optional<record::BatchView> batch_;
  Stop stop_ = Stop::none;
  const char* why_ = "";
};

// Whether there is nothing but zeros in [from, to): room that was allocated in advance. Error::io.
Result<bool> only_zeros(ports::BlockingFile& file, std::uint64_t from, std::uint64_t to);
// Cuts the file at `from` if that is all there is up to its end at `to`; whether it was. Error::io.
Result<bool> cut_zeros(ports::BlockingFile& file, std::uint64_t from, std::uint64_t to);

}  // namespace millrace::log
