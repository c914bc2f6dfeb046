#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/prng.h"
#include "sim/events.h"

namespace millrace::sim {

inline constexpr std::size_t kSectorBytes = 512;
inline constexpr std::size_t kPageBytes = 4096;

// How a node dies. A killed process leaves to the system what it had written; a power cut takes what was not synced.
enum class Crash : std::uint8_t { process, power };

// What a power cut does to unsynced things in one crash: everything survives, nothing does, or each on its own.
enum class Survival : std::uint8_t { all, none, each };

// The bytes of one file: what everybody reads now, and for each sector written since, what the platter holds. Sparse:
// ranges never written take no memory and read as zeros.
class FileBytes {
 public:
  // What a sync that begins now will make durable when it completes.
  struct Snapshot {
    struct Sector {
      std::uint64_t index;
      std::uint64_t version;
      std::array<std::byte, kSectorBytes> bytes;
    };
    std::vector<Sector> sectors;
    std::uint64_t size;
    std::uint64_t size_version;
  };

  std::uint64_t size() const { return size_; }
  // How many bytes were read: into.size() unless the file ends before. `stale`: as the platter has them.
  std::size_t read(std::uint64_t at, MutableBytes into, bool stale = false) const;
  void write(std::uint64_t at, Bytes bytes);
  void resize(std::uint64_t size);
  Snapshot snapshot() const;
  void make_durable(const Snapshot& snapshot);
  // A failed sync: each unsynced sector of `snapshot` may have become durable.
  void make_some_durable(const Snapshot& snapshot, Prng& prng);
  // The power is cut: sectors and length go back to the platter's, each as `survival` says. Returns how many sectors
  // and lengths were not what was last written.
  std::uint64_t crash(Survival survival, Prng& prng);
  // Changes one bit on the platter and in what is read.
  void flip(std::uint64_t at, unsigned bit);
  std::uint64_t unsynced_sectors() const { return dirty_.size(); }

  static constexpr Owner kNobody{0xffffffff};
  Owner broken_by = kNobody;  // the life of the node in which a write or sync failed

 private:
  using Page = std::array<std::byte, kPageBytes>;
  using Sector = std::array<std::byte, kSectorBytes>;
  struct Dirty {
    Sector platter;
    std::uint64_t platter_version;
    std::uint64_t version;
  };

  std::byte* sector(std::uint64_t index);
  Sector copy_of_sector(std::uint64_t index) const;
  void dirty(std::uint64_t index);
  void clear_behind(std::uint64_t size);
  std::uint64_t size_after_crash(Survival survival, Prng& prng) const;

  std::uint64_t size_ = 0;
  std::uint64_t size_version_ = 0;
  std::uint64_t platter_size_ = 0;
  std::uint64_t platter_size_version_ = 0;
  std::uint64_t writes_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
  std::map<std::uint64_t, Dirty> dirty_;
};

// A file or a directory.
struct Inode {
  explicit Inode(bool is_directory) : directory(is_directory) {}

  // One change of a name: `name` shows `target` (null: nothing any more), and `from`, if any, no longer does.
  struct Change {
    std::string name;
    std::shared_ptr<Inode> target;
    std::string from;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  static void apply(Names& names, const Change& change);
  void change(Change what);
  void sync_names();
  // Returns how many changes were lost.
  std::uint64_t crash_names(Survival survival, Prng& prng);

  const bool directory;
  FileBytes file;
  Names names;               // of a directory, as everybody sees them
  Names platter_names;
  std::vector<Change> changes;  // since the last sync, in order
};

}  // namespace millrace::sim
