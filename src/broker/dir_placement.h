#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"

namespace millrace::broker {

// Which log directory each partition of this node lies in, or will. New ones go where the fewest are, the first of
// several; every shard counts all partitions of the node and so comes to the same answer.
class DirPlacement {
 public:
  DirPlacement() = default;
  // `known`: "<topic>-<partition>" that are there already, and where. Directories that are not among `dirs` are kept,
  // but get nothing new. `ids`: of the directories in service; the rest of `dirs` is offline.
  DirPlacement(const std::vector<std::string>& dirs, const std::map<std::string, Uuid>& ids,
               const std::map<std::string, std::string>& known);

  // The directory of a partition, chosen if it has none. `home`: the id that the metadata has for it; its directory is
  // chosen if it is in service. Empty when no directory is left, and while one is offline that may hold the partition:
  // `home` is not in service, or says nothing and the partition is not `fresh` (KIP-858).
  std::string place(const std::string& partition, const Uuid& home, bool fresh);
  void forget(const std::string& partition);
  void move(const std::string& partition, const std::string& dir);
  // Nothing new goes there any more.
  void take_offline(const std::string& dir);
  bool is_offline(const std::string& dir) const;
  // The id of a directory; zero if it has none that is known.
  Uuid id_of(const std::string& dir) const;

 private:
  struct Dir {
    std::string path;
    Uuid id;
    std::size_t partitions = 0;
    bool takes_new = true;
    bool offline = false;
  };
  Dir& dir_at(const std::string& path);

  std::vector<Dir> dirs_;
  std::map<std::string, std::size_t, std::less<>> placed_;  // index in dirs_
};

}  // namespace millrace::broker
