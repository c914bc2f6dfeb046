#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ports/file.h"
#include "runtime/engine.h"

namespace millrace::runtime {

// A file of one shard. Its operations wait in a list in the order of their beginning; those that cannot disturb each
// other run side by side, and completions leave in order. Reads run beside reads, a sync beside anything; a write or a
// change of size waits until reads, writes and changes before it have completed, so overlapping ones take effect in
// order. descriptor() and the destructor may be used on any thread, as pieces of a file travel between shards.
class ShardFile final : public ports::File, public std::enable_shared_from_this<ShardFile> {
 public:
  // Takes over `fd`.
  ShardFile(Engine& engine, int fd);
  ~ShardFile() override;
  ShardFile(const ShardFile&) = delete;
  ShardFile& operator=(const ShardFile&) = delete;

  void write(FilePosition at, std::vector<Buffer> pieces, Done done) override;
  void sync(Done done) override;
  void begin_writeback(FilePosition from, std::uint64_t size) override;
  void read(FilePosition at, std::size_t size, ReadDone done) override;
  Result<std::size_t> read_cached(FilePosition at, MutableBytes into) override;
  void resize(FilePosition size, Done done) override;

  int descriptor() const { return fd_; }

 private:
  enum class What : std::uint8_t { read, write, sync, resize };
  struct Operation;

  void add(std::unique_ptr<Operation> operation);
  // Starts what may run now.
  void advance();
  bool may_start(What kind) const;
  void start(Operation& operation);
  bool write_here(Operation& operation);
  void finish(Operation& operation, Error result);
  // Hands out completions from the front of the list, as far as there are any.
  void deliver();
  void complete(Operation& operation);

  Engine& engine_;
  Pool& file_pool_;
  const int fd_;
  bool broken_ = false;        // nothing more is begun
  bool sync_failed_ = false;
  bool write_failed_ = false;  // and was reported
  std::unique_ptr<Operation> first_;  // a list by Operation::next
  Operation* last_ = nullptr;
  Operation* waiting_ = nullptr;  // the first that has not started
  std::uint32_t reading_ = 0;     // operations that run, by kind; syncs are not counted
  std::uint32_t changing_ = 0;
  std::shared_ptr<ShardFile> self_;  // while there are operations
};

// Opens the files of one shard, in the file pool.
class ShardFiles final : public ports::Files {
 public:
  explicit ShardFiles(Engine& engine) : engine_(engine) {}
  void open(const std::string& path, ports::OpenMode mode, OpenDone done) override;

 private:
  Engine& engine_;
};

}  // namespace millrace::runtime
