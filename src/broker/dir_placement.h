#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::broker {

// Which log directory each partition of this node lies in, or will. New ones go where the fewest are, the first of
// several; every shard counts all partitions of the node and so comes to the same answer.
class DirPlacement {
 public:
  DirPlacement() = default;
  // `known`: "<topic>-<partition>" that are there already, and where. Directories that are not among `dirs` are kept,
  // but get nothing new.
  DirPlacement(const std::vector<std::string>& dirs, const std::map<std::string, std::string>& known);

  // The directory of a partition, chosen if it has none; empty when no directory is left.
  std::string place(const std::string& partition);
  void forget(const std::string& partition);
  void move(const std::string& partition, const std::string& dir);
  // Nothing new goes there any more.
  void take_offline(const std::string& dir);
  bool is_offline(const std::string& dir) const;

 private:
  struct Dir {
    std::string path;
    std::size_t partitions = 0;
    bool takes_new = true;
    bool offline = false;
  };
  Dir& dir_at(const std::string& path);

  std::vector<Dir> dirs_;
  std::map<std::string, std::size_t, std::less<>> placed_;  // index in dirs_
};

}  // namespace millrace::broker
