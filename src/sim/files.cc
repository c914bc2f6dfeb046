#include "sim/files.h"

#include <algorithm>
#include <utility>

namespace millrace::sim {
namespace {

std::uint64_t checksum_of(const std::vector<Buffer>& pieces) {
  std::uint64_t sum = 0;
  for (const auto& piece : pieces) sum = sum * 31 + checksum64(piece.bytes());
  return sum;
}

class ShardFile final : public ports::File, public std::enable_shared_from_this<ShardFile> {
 public:
  ShardFile(Loop& loop, Disk& disk, std::shared_ptr<Inode> inode, std::uint64_t number, bool writable)
      : loop_(loop), disk_(disk), inode_(std::move(inode)), number_(number), writable_(writable) {}

  void write(FilePosition at, std::vector<Buffer> pieces, Done done) override {
    MR_ASSERT(writable_);
    const std::uint64_t sum = checksum_of(pieces);
    const std::uint64_t operation = disk_.begin({inode_, at.value(), pieces, false});
    complete(Kind::write_done, disk_.profile().write_time, sum,
             [this, operation, sum, pieces = std::move(pieces), done = std::move(done)]() mutable {
               MR_ASSERT(checksum_of(pieces) == sum);  // what is being written must not change
               done(disk_.finish(operation, loop_.owner()));
             });
  }

  void sync(Done done) override {
    complete(Kind::sync_done, disk_.profile().sync_time, inode_->file.unsynced_sectors(),
             [this, snapshot = inode_->file.snapshot(), done = std::move(done)]() mutable {
               done(disk_.finish_sync(*inode_, snapshot, loop_.owner()));
             });
  }

  void read(FilePosition at, std::size_t size, ReadDone done) override {
    complete(Kind::read_done, disk_.profile().read_time, at.value(),
             [this, at, size, done = std::move(done)]() mutable {
               const std::uint64_t end = inode_->file.size();
               const std::uint64_t there = at.value() < end ? end - at.value() : 0;
               Buffer buffer = Buffer::allocate(std::min<std::uint64_t>(size, there));
               const auto got = disk_.read(*inode_, at.value(), buffer.writable());
               if (!got) return done(got.error());
               done(buffer.slice(0, *got));
             });
  }

  Result<std::size_t> read_cached(FilePosition at, MutableBytes into) override {
    return disk_.read_cached(*inode_, at.value(), into);
  }

  void resize(FilePosition size, Done done) override {
    MR_ASSERT(writable_);
    const std::uint64_t operation = disk_.begin({inode_, size.value(), {}, true});
    complete(Kind::resize_done, disk_.profile().write_time, size.value(),
             [this, operation, done = std::move(done)]() mutable { done(disk_.finish(operation, loop_.owner())); });
  }

 private:
  // Completes after around `typical` nanoseconds, and after everything begun before.
  void complete(Kind kind, std::int64_t typical, std::uint64_t what, Task task) {
    last_ = std::max(last_ + 1, loop_.run().now() + around(disk_.prng(), typical));
    loop_.input_at(last_, kind, number_, what,
                   [self = shared_from_this(), task = std::move(task)]() mutable { task(); });
  }

  Loop& loop_;
  Disk& disk_;
  const std::shared_ptr<Inode> inode_;
  const std::uint64_t number_;
  const bool writable_;
  MonoTime last_{0};
};

class JobFile final : public ports::BlockingFile {
 public:
  JobFile(Disk& disk, Owner owner, std::shared_ptr<Inode> inode, bool writable)
      : disk_(disk), owner_(owner), inode_(std::move(inode)), writable_(writable) {}

  Result<std::size_t> read(FilePosition at, MutableBytes into) override {
    if (!disk_.job_operation()) return Error::io;
    return disk_.read(*inode_, at.value(), into);
  }
  Status write(FilePosition at, Bytes bytes) override {
    if (!writable_) return Error::refused;
    if (!disk_.job_operation()) return Error::io;
    return disk_.write(*inode_, at.value(), bytes, owner_);
  }
  Status sync() override {
    if (!disk_.job_operation()) return Error::io;
    return disk_.finish_sync(*inode_, inode_->file.snapshot(), owner_);
  }
  Status resize(FilePosition size) override {
    if (!writable_) return Error::refused;
    if (!disk_.job_operation()) return Error::io;
    return disk_.resize(*inode_, size.value(), owner_);
  }
  Result<ByteCount> size() override { return ByteCount(inode_->file.size()); }

 private:
  Disk& disk_;
  const Owner owner_;
  const std::shared_ptr<Inode> inode_;
  const bool writable_;
};

}  // namespace

void Files::open(const std::string& path, ports::OpenMode mode, OpenDone done) {
  const MonoTime when = loop_.run().now() + around(disk_.prng(), disk_.profile().write_time);
  const std::uint64_t number = next_file_++;
  loop_.input_at(when, Kind::open_done, number, checksum64(as_bytes(path)),
                 [this, path, mode, number, done = std::move(done)]() mutable {
                   auto inode = disk_.open(path, mode);
                   if (!inode) return done(inode.error());
                   done(std::shared_ptr<ports::File>(std::make_shared<ShardFile>(
                       loop_, disk_, std::move(*inode), number, mode != ports::OpenMode::read)));
                 });
}

Result<std::unique_ptr<ports::BlockingFile>> JobFiles::open(const std::string& path, ports::OpenMode mode) {
  if (!disk_.job_operation()) return Error::io;
  auto inode = disk_.open(path, mode);
  if (!inode) return inode.error();
  return std::unique_ptr<ports::BlockingFile>(
      std::make_unique<JobFile>(disk_, owner_, std::move(*inode), mode != ports::OpenMode::read));
}

Result<std::vector<ports::DirectoryEntry>> JobFiles::list(const std::string& directory) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.list(directory);
}

Status JobFiles::create_directory(const std::string& path) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.create_directory(path);
}

Status JobFiles::rename(const std::string& from, const std::string& to) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.rename(from, to);
}

Status JobFiles::remove(const std::string& path) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.remove(path);
}

Status JobFiles::sync_directory(const std::string& path) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.sync_directory(path);
}

Status JobFiles::lock(const std::string& path) {
  if (!disk_.job_operation()) return Error::io;
  return disk_.lock(path, owner_);
}

}  // namespace millrace::sim
