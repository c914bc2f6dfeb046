#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ports/file.h"
#include "sim/disk.h"
#include "sim/loop.h"

namespace millrace::sim {

// A shard's way to its node's disk: every operation takes seeded time, and its effect and its completion come together,
// in a later turn.
class Files final : public ports::Files {
 public:
  Files(Loop& loop, Disk& disk) : loop_(loop), disk_(disk) {}
  void open(const std::string& path, ports::OpenMode mode, OpenDone done) override;

 private:
  Loop& loop_;
  Disk& disk_;
  std::uint64_t next_file_ = 1;
};

// The disk as jobs see it: each call takes effect at once.
class JobFiles final : public ports::BlockingFiles {
 public:
  JobFiles(Disk& disk, Owner owner) : disk_(disk), owner_(owner) {}
  Result<std::unique_ptr<ports::BlockingFile>> open(const std::string& path, ports::OpenMode mode) override;
  Result<std::vector<ports::DirectoryEntry>> list(const std::string& directory) override;
  Status create_directory(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Status lock(const std::string& path) override;

 private:
  Disk& disk_;
  const Owner owner_;
};

}  // namespace millrace::sim
