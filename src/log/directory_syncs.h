#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "ports/shard.h"

namespace millrace::log {

// Syncs of directories. Names that change while one runs share the next: ten thousand logs that are given up at once
// wait for a few syncs of their log directory. Belongs to a shard.
class DirectorySyncs {
 public:
  explicit DirectorySyncs(ports::Shard& shard) : shard_(shard) {}

  // `done` when a sync of the directory has ended that began after this call, with what came of it. Not called any more
  // once this is destroyed.
  void sync(const std::string& directory, Callback<void(Status)> done);

 private:
  using Waiting = std::vector<Callback<void(Status)>>;
  void begin(const std::string& directory, Waiting waiting);

  ports::Shard& shard_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::map<std::string, Waiting> next_;  // of the directories that are being synced
};

}  // namespace millrace::log
