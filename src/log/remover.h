#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/shard.h"

namespace millrace::log {

// Removes what logs have given up, bit by bit. A file system gives the blocks of a large file back at once and, where
// it tells the disk below (mounted with discard), every sync waits behind that: about 0.2 s for a GB. Belongs to a
// shard.
class Remover {
 public:
  // Those who may still read the files.
  using Readers = std::vector<std::weak_ptr<const void>>;

  explicit Remover(ports::Shard& shard) : shard_(shard) {}

  // Removes files once `delay` has passed. Nobody can ask for them any more; while one of the readers is there they are
  // not cut, only their names go. What cannot be removed is named in a warning and left to the next start.
  void remove_files(std::vector<std::string> paths, Millis delay, Readers readers);
  // The same for a directory and the files in it.
  void remove_directory(const std::string& path, Millis delay, Readers readers);

 private:
  struct Doomed {
    std::string path;
    bool is_directory = false;
    std::shared_ptr<const Readers> readers;
  };
  struct Step;
  static Result<Step> take(ports::BlockingFiles& files, const Doomed& doomed, bool whole, std::uint64_t most);

  void later(std::vector<Doomed> doomed, Millis delay);
  void go_on();
  void taken(const std::string& path, const Result<Step>& step, std::uint64_t most);

  ports::Shard& shard_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::deque<Doomed> doomed_;  // the first one is being removed
  bool busy_ = false;
};

}  // namespace millrace::log
