#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/prng.h"
#include "ports/file.h"

namespace millrace::log::testing {

// A file or directory in memory, as it is now and as it is on the disk.
struct Inode {
  bool is_directory = false;
  bool broken = false;
  std::string now;
  std::string durable;
  std::map<std::string, std::shared_ptr<Inode>> names_now;
  std::map<std::string, std::shared_ptr<Inode>> names_durable;
};

// A disk in memory that keeps over a power cut only what was synced: bytes by file, names by directory. For the unit
// tests of this module; faults are set by hand.
class FakeDisk final : public ports::BlockingFiles {
 public:
  FakeDisk();

  // Everything that was not synced is gone.
  void cut_power();
  // Of what was not synced each 512-byte sector, and each name, survives or not as `random` says.
  void cut_power(Prng random);

  // From now on the disk takes no byte that makes a file longer, or takes them again.
  bool full = false;
  // The next so many writes and syncs on files fail with Error::io, and break their file.
  int failing_writes = 0;
  int failing_syncs = 0;

  // Everything at and below these paths fails with Error::io: a disk that is gone.
  std::set<std::string> dead;

  // The contents of a file, for looking and for damaging; nothing if it does not exist.
  std::string* contents(const std::string& path);
  // Sets contents that are durable at once.
  void put(const std::string& path, std::string contents);
  bool exists(const std::string& path) { return find(path) != nullptr; }

  std::shared_ptr<Inode> find(const std::string& path);
  Result<std::shared_ptr<Inode>> open_inode(const std::string& path, ports::OpenMode mode);
  Status write(Inode& inode, FilePosition at, Bytes bytes);
  Status sync(Inode& inode);

  Result<std::unique_ptr<ports::BlockingFile>> open(const std::string& path, ports::OpenMode mode) override;
  Result<std::vector<ports::DirectoryEntry>> list(const std::string& directory) override;
  Status create_directory(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Status lock(const std::string& path) override;

  std::map<std::string, std::size_t> directories_synced;  // how often

 private:
  bool is_dead(const std::string& path) const;

  std::shared_ptr<Inode> root_;
};

}  // namespace millrace::log::testing
