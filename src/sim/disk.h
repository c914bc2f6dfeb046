#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.h"
#include "base/result.h"
#include "ports/file.h"
#include "sim/events.h"
#include "sim/inode.h"
#include "sim/profile.h"

namespace millrace::sim {

// A disk that keeps only what was synced. It outlives the lives of its node.
//
// What a power cut does to writes and resizes that no completed sync covers: each sector of 512 bytes is kept, dropped,
// torn or (in the bytes that were to change) turned into garbage, and the length goes back or does not, each on its
// own. What it does to names: each creation, rename and removal that no sync of its directory covers is kept or undone,
// each on its own. What was under way is applied whole, in part, or not. A sync may fail, after which the file is
// broken for as long as the node lives, and the disk holds any part of what was unsynced; writes and reads may fail;
// space may run out. A completed sync is never a lie. Bits rot and reads are stale only where a workload asks for it.
class Disk {
 public:
  Disk(Prng prng, const Profile& profile) : prng_(prng), profile_(profile) {}

  // --- what the ports do; errors as in ports/file.h ---

  Result<std::shared_ptr<Inode>> open(const std::string& path, ports::OpenMode mode);
  Result<std::vector<ports::DirectoryEntry>> list(const std::string& path);
  Status create_directory(const std::string& path);
  Status rename(const std::string& from, const std::string& to);
  Status remove(const std::string& path);
  Status sync_directory(const std::string& path);
  Status lock(const std::string& path, Owner owner);
  Status write(Inode& file, std::uint64_t at, Bytes bytes, Owner owner);
  Status resize(Inode& file, std::uint64_t size, Owner owner);
  Status finish_sync(Inode& file, const FileBytes::Snapshot& snapshot, Owner owner);
  // How many bytes were read into `into`.
  Result<std::size_t> read(Inode& file, std::uint64_t at, MutableBytes into);
  Result<std::size_t> read_cached(Inode& file, std::uint64_t at, MutableBytes into);

  // A write or resize that has begun. Until finish_* it may or may not be on the disk.
  struct UnderWay {
    std::shared_ptr<Inode> file;
    std::uint64_t at = 0;  // of a resize: the new size
    std::vector<Buffer> pieces;
    bool is_resize = false;
  };
  std::uint64_t begin(UnderWay what);
  Status finish(std::uint64_t operation, Owner owner);

  // --- what a workload does ---

  // The node is dead: gives back its locks, settles what was under way, and for a power cut takes what was unsynced.
  void crash(Crash crash, Owner owner);
  // A clean stop: only locks are given back.
  void release(Owner owner);
  // From the `operations`th operation of a job on, nothing reaches the disk and everything fails, until the crash.
  void cut_power_after(std::uint64_t operations) { power_left_ = operations; }
  // A cut that is still to come does not; none that has come is undone.
  void keep_power() {
    if (!power_is_cut()) power_left_.reset();
  }
  bool power_is_cut() const { return power_left_ == std::uint64_t{0}; }
  // How many bytes all files together may have.
  void set_budget(std::uint64_t bytes) { budget_ = bytes; }
  void set_profile(const Profile& profile) { profile_ = profile; }
  // Flips a bit of a file at rest, a random one without `at`; Error::not_found without a file, Error::out_of_range
  // behind its end.
  struct Bit {
    std::uint64_t position = 0;
    unsigned number = 0;  // below 8
  };
  Status rot(const std::string& path, std::optional<Bit> at = std::nullopt);

  // What a reader would find now, or Error::not_found.
  Result<std::string> contents(const std::string& path);
  std::uint64_t used() const;
  // Unsynced sectors, lengths and names that power cuts took, over the disk's life.
  std::uint64_t lost() const { return lost_; }
  std::uint64_t failures() const { return failures_; }
  const Profile& profile() const { return profile_; }
  Prng& prng() { return prng_; }

  // --- jobs: counts an operation; false once the power is cut ---
  bool job_operation();

 private:
  static std::vector<std::string_view> parts(const std::string& path);
  std::shared_ptr<Inode> find(const std::string& path);
  // The directory that holds the last part of `path`, and that part; null if there is none.
  std::pair<std::shared_ptr<Inode>, std::string> parent(const std::string& path);
  Status fail_if(std::uint32_t one_in);
  bool fits(std::uint64_t more) const;
  void crash_tree(Inode& directory, Survival survival);
  void settle(Survival survival);

  Prng prng_;
  Profile profile_;
  std::shared_ptr<Inode> root_ = std::make_shared<Inode>(true);
  std::vector<std::weak_ptr<Inode>> files_;  // every file ever made, in order of making
  std::map<std::string, Owner> locks_;
  std::map<std::uint64_t, UnderWay> under_way_;
  std::uint64_t next_operation_ = 1;
  std::optional<std::uint64_t> power_left_;
  std::uint64_t budget_ = ~std::uint64_t{0};
  std::uint64_t lost_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace millrace::sim
