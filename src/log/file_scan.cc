#include "log/file_scan.h"

#include <algorithm>

#include "base/crc32c.h"
#include "log/limits.h"

namespace millrace::log {
namespace {

constexpr std::size_t kCrcStart = 21;  // of a batch of magic 2

}  // namespace

FileScan::FileScan(ports::BlockingFile& file, std::uint64_t begin, std::uint64_t end)
    : file_(file), position_(begin), following_(begin), end_(end) {}

bool FileScan::end(Stop stop, const char* why) {
  stop_ = stop;
  why_ = why;
  batch_.reset();
  return false;
}

// The bytes [from, from + size), at most to the end of the range; fewer only where the file has become shorter.
Result<Bytes> FileScan::load(std::uint64_t from, std::size_t size) {
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - from));
  if (from < window_at_ || from + size > window_at_ + window_size_) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(size, kScanWindowBytes), end_ - from));
    if (window_.size() < wanted) window_.resize(wanted);
    const auto got = file_.read(FilePosition(from), MutableBytes(window_).first(wanted));
    if (!got) return got.error();
    window_at_ = from;
    window_size_ = *got;
    size = std::min(size, *got);
  }
  return Bytes(window_).subspan(static_cast<std::size_t>(from - window_at_), size);
}

bool FileScan::next() {
  if (stop_ != Stop::none) return false;
  position_ = following_;
  if (position_ == end_) return end(Stop::end, "");
  const auto bytes = load(position_, record::kBatchHeaderBytes);
  if (!bytes) return end(Stop::io, "the file cannot be read");
  std::copy(bytes->begin(), bytes->end(), header_.begin());
  const auto batch = record::BatchView::parse_header(Bytes(header_).first(bytes->size()));
  if (!batch) {
    return end(Stop::damage,
               batch.error() == Error::truncated ? "the file ends inside a batch header" : "no batch begins here");
  }
  if (batch->size() > end_ - position_) return end(Stop::damage, "the file ends inside a batch");
  batch_ = *batch;
  following_ = position_ + batch->size();
  return true;
}

Result<record::BatchView> FileScan::whole() {
  const std::size_t size = batch_->size();
  const auto bytes = load(position_, size);
  if (!bytes) {
    end(Stop::io, "the file cannot be read");
    return bytes.error();
  }
  return record::BatchView::parse(*bytes);
}

bool FileScan::crc_ok() {
  if (batch_->is_legacy()) {
    const auto bytes = whole();
    return bytes && bytes->crc_ok();
  }
  std::uint32_t crc = 0;
  std::uint64_t at = position_ + kCrcStart;
  while (at < following_) {
    const auto bytes =
        load(at, static_cast<std::size_t>(std::min<std::uint64_t>(following_ - at, kScanWindowBytes / 2)));
    if (!bytes || bytes->empty()) {
      end(Stop::io, "the file cannot be read");
      return false;
    }
    crc = crc32c(*bytes, crc);
    at += bytes->size();
  }
  return crc == batch_->crc();
}

Result<bool> only_zeros(ports::BlockingFile& file, std::uint64_t from, std::uint64_t to) {
  std::vector<std::byte> window(static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kScanWindowBytes)));
  while (from < to) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), to - from));
    const auto got = file.read(FilePosition(from), MutableBytes(window).first(want));
    if (!got) return got.error();
    if (*got == 0) return Error::io;
    const auto end = window.begin() + static_cast<std::ptrdiff_t>(*got);
    if (std::any_of(window.begin(), end, [](std::byte b) { return b != std::byte{0}; })) return false;
    from += *got;
  }
  return true;
}

Result<bool> cut_zeros(ports::BlockingFile& file, std::uint64_t from, std::uint64_t to) {
  const auto zeros = only_zeros(file, from, to);
  if (zeros && *zeros) MR_TRY(file.resize(FilePosition(from)));
  return zeros;
}

}  // namespace millrace::log
