#include "log/directory_syncs.h"

#include <utility>

namespace millrace::log {

void DirectorySyncs::sync(const std::string& directory, Callback<void(Status)> done) {
  const auto [at, first] = next_.try_emplace(directory);
  if (!first) return at->second.push_back(std::move(done));
  Waiting waiting;
  waiting.push_back(std::move(done));
  begin(directory, std::move(waiting));
}

void DirectorySyncs::begin(const std::string& directory, Waiting waiting) {
  ports::run_job<Status>(
      shard_.jobs, [directory](ports::BlockingFiles& files) { return files.sync_directory(directory); },
      [this, alive = std::weak_ptr<bool>(alive_), directory, waiting = std::move(waiting)](Status status) mutable {
        if (alive.expired()) return;
        const auto at = next_.find(directory);
        if (at->second.empty()) {
          next_.erase(at);
        } else {
          begin(directory, std::exchange(at->second, {}));
        }
        // One of them may end the shard's logs, and this with them.
        for (auto& done : waiting) done(status);
      });
}

}  // namespace millrace::log
