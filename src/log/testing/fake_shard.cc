#include "log/testing/fake_shard.h"

#include <algorithm>
#include <utility>

namespace millrace::log::testing {

// Effects happen when the completion is let through: a power cut before it finds nothing of a write.
class FakeFile final : public ports::File {
 public:
  FakeFile(FakeShard& shard, std::shared_ptr<Inode> inode) : shard_(shard), inode_(std::move(inode)) {}

  void write(FilePosition at, std::vector<Buffer> pieces, Done done) override {
    ++shard_.writes_begun;
    std::string bytes;
    for (const Buffer& piece : pieces) bytes += as_text(piece.bytes());
    queue(shard_.hold_writes, [&disk = shard_.disk_, inode = inode_, at, bytes, done = std::move(done)]() mutable {
      done(disk.write(*inode, at, as_bytes(bytes)));
    });
  }
  void sync(Done done) override {
    ++shard_.syncs_begun;
    queue(shard_.hold_syncs,
          [&disk = shard_.disk_, inode = inode_, now = inode_->now, done = std::move(done)]() mutable {
            Status status = disk.sync(*inode);
            if (status) inode->durable = now;  // a write that began after the sync is not covered by it
            done(status);
          });
  }
  void begin_writeback(FilePosition, std::uint64_t size) override { shard_.bytes_written_back += size; }
  void read(FilePosition at, std::size_t size, ReadDone done) override {
    queue(false, [this, inode = inode_, at, size, done = std::move(done)]() mutable {
      shard_.cold = false;
      const std::size_t begin = std::min<std::size_t>(at.value(), inode->now.size());
      done(Buffer::copy_of(as_bytes(inode->now).subspan(begin, std::min(size, inode->now.size() - begin))));
    });
  }
  Result<std::size_t> read_cached(FilePosition at, MutableBytes into) override {
    if (shard_.cold || (shard_.cold_reads > 0 && shard_.cold_reads-- > 0)) return Error::would_block;
    if (at.value() >= inode_->now.size()) return std::size_t{0};
    const auto size = std::min<std::size_t>(into.size(), inode_->now.size() - at.value());
    std::copy_n(as_bytes(inode_->now).begin() + static_cast<std::ptrdiff_t>(at.value()), size, into.begin());
    return size;
  }
  void resize(FilePosition size, Done done) override {
    queue(false, [inode = inode_, size, done = std::move(done)]() mutable {
      inode->now.resize(size.value());
      done({});
    });
  }

 private:
  void queue(bool hold, Task task) { (hold ? shard_.held_ : shard_.ready_).push_back(std::move(task)); }
  FakeShard& shard_;
  std::shared_ptr<Inode> inode_;
};

bool FakeShard::turn() {
  bool any = false;
  for (std::size_t left = ready_.size(); left > 0; --left) {
    Task task = std::move(ready_.front());
    ready_.pop_front();
    task();
    any = true;
  }
  while (!turn_end_.empty()) {
    Task task = std::move(turn_end_.front());
    turn_end_.pop_front();
    task();
    any = true;
  }
  return any;
}

void FakeShard::run() {
  while (turn()) {
  }
}

void FakeShard::advance(Millis time) {
  time_ += time;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= now()) {
    Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
    run();
  }
}

void FakeShard::release() {
  for (Task& task : held_) ready_.push_back(std::move(task));
  held_.clear();
}

ports::TimerId FakeShard::at(MonoTime when, Task task) {
  timers_.emplace(std::make_pair(when, ++last_timer_), std::move(task));
  return ports::TimerId(last_timer_);
}

void FakeShard::cancel(ports::TimerId timer) {
  std::erase_if(timers_, [timer](const auto& item) { return item.first.second == timer.value(); });
}

void FakeShard::open(const std::string& path, ports::OpenMode mode, OpenDone done) {
  ready_.push_back([this, path, mode, done = std::move(done)]() mutable {
    auto inode = disk_.open_inode(path, mode);
    if (!inode) return done(inode.error());
    done(std::shared_ptr<ports::File>(std::make_shared<FakeFile>(*this, *inode)));
  });
}

void FakeShard::run(Work work, Task done) {
  Task job = [this, work = std::move(work), done = std::move(done)]() mutable {
    work(disk_);
    done();
  };
  (hold_jobs ? held_ : ready_).push_back(std::move(job));
}

}  // namespace millrace::log::testing
