#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "ports/file.h"

namespace millrace::runtime {

// The file system through plain calls that wait. Thread safe.
class SystemFiles final : public ports::BlockingFiles {
 public:
  SystemFiles() = default;
  ~SystemFiles() override;
  SystemFiles(const SystemFiles&) = delete;
  SystemFiles& operator=(const SystemFiles&) = delete;

  Result<std::unique_ptr<ports::BlockingFile>> open(const std::string& path, ports::OpenMode mode) override;
  Result<std::vector<ports::DirectoryEntry>> list(const std::string& directory) override;
  Status create_directory(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<ports::Space> space(const std::string& path) override;
  // Creates the file if it is missing. The lock is one of fcntl's, which Java's file locks (and so Kafka) respect and
  // are seen by; it belongs to the open file, so a second node in this process is refused as well. Held until this
  // object is destroyed.
  Status lock(const std::string& path) override;

 private:
  std::mutex mutex_;
  std::vector<int> locks_;  // under mutex_
};

// Opens `path` for SystemFiles and for the files of shards: the descriptor, owned by the caller.
Result<int> open_descriptor(const std::string& path, ports::OpenMode mode);

}  // namespace millrace::runtime
