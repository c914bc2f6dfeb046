#include "runtime/blocking_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "runtime/errors.h"

namespace millrace::runtime {
namespace {

class SystemFile final : public ports::BlockingFile {
 public:
  explicit SystemFile(int fd) : fd_(fd) {}
  ~SystemFile() override { ::close(fd_); }
  SystemFile(const SystemFile&) = delete;
  SystemFile& operator=(const SystemFile&) = delete;

  Result<std::size_t> read(FilePosition at, MutableBytes into) override {
    std::size_t total = 0;
    while (total < into.size()) {
      const ssize_t got = ::pread(fd_, into.data() + total, into.size() - total, offset(at, total));
      if (got == 0) break;
      if (got > 0) {
        total += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        return file_error(errno);
      }
    }
    return total;
  }
  Status write(FilePosition at, Bytes bytes) override {
    if (broken_) return Error::io;
    std::size_t total = 0;
    while (total < bytes.size()) {
      const ssize_t put = ::pwrite(fd_, bytes.data() + total, bytes.size() - total, offset(at, total));
      if (put >= 0) {
        total += static_cast<std::size_t>(put);
      } else if (errno != EINTR) {
        return failed(file_error(errno));
      }
    }
    return {};
  }
  Status sync() override {
    if (broken_) return Error::io;
    if (::fdatasync(fd_) == 0) return {};
    return failed(Error::io);
  }
  Status resize(FilePosition size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size.value())) == 0) return {};
    return file_error(errno);
  }
  Result<ByteCount> size() override {
    struct stat about {};
    if (::fstat(fd_, &about) != 0) return file_error(errno);
    return ByteCount(static_cast<std::uint64_t>(about.st_size));
  }
  Result<WallTime> modified() override {
    struct stat about {};
    if (::fstat(fd_, &about) != 0) return file_error(errno);
    return WallTime(std::int64_t{about.st_mtim.tv_sec} * 1000 + about.st_mtim.tv_nsec / 1'000'000);
  }

 private:
  static off_t offset(FilePosition at, std::size_t more) { return static_cast<off_t>(at.value() + more); }
  Error failed(Error error) {
    if (error == Error::io) broken_ = true;
    return error;
  }
  int fd_;
  bool broken_ = false;
};

Status done(int result) {
  if (result == 0) return {};
  return file_error(errno);
}

}  // namespace

Result<int> open_descriptor(const std::string& path, ports::OpenMode mode) {
  int flags = O_CLOEXEC | O_NOCTTY;
  switch (mode) {
    case ports::OpenMode::read:
      flags |= O_RDONLY;
      break;
    case ports::OpenMode::write:
      flags |= O_RDWR;
      break;
    case ports::OpenMode::create:
      flags |= O_RDWR | O_CREAT;
      break;
  }
  int fd;
  do {
    fd = ::open(path.c_str(), flags, 0644);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return file_error(errno);
  return fd;
}

SystemFiles::~SystemFiles() {
  for (const int fd : locks_) ::close(fd);
}

Result<std::unique_ptr<ports::BlockingFile>> SystemFiles::open(const std::string& path, ports::OpenMode mode) {
  const auto fd = open_descriptor(path, mode);
  if (!fd) return fd.error();
  return std::unique_ptr<ports::BlockingFile>(std::make_unique<SystemFile>(*fd));
}

Result<std::vector<ports::DirectoryEntry>> SystemFiles::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return file_error(errno);
  std::vector<ports::DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_directory = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK) {
      struct stat about {};
      is_directory = ::fstatat(::dirfd(open.get()), entry->d_name, &about, 0) == 0 && S_ISDIR(about.st_mode);
    }
    entries.push_back({name, is_directory});
  }
  if (errno != 0) return file_error(errno);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Status SystemFiles::create_directory(const std::string& path) { return done(::mkdir(path.c_str(), 0755)); }

Status SystemFiles::rename(const std::string& from, const std::string& to) {
  return done(::rename(from.c_str(), to.c_str()));
}

Status SystemFiles::remove(const std::string& path) { return done(std::remove(path.c_str())); }

Status SystemFiles::sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error(errno);
  const int result = ::fsync(fd);
  ::close(fd);
  if (result != 0) return Error::io;
  return {};
}

Result<ports::Space> SystemFiles::space(const std::string& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return file_error(errno);
  return ports::Space{ByteCount(std::uint64_t{about.f_blocks} * about.f_frsize),
                      ByteCount(std::uint64_t{about.f_bavail} * about.f_frsize)};
}

Status SystemFiles::lock(const std::string& path) {
  const auto fd = open_descriptor(path, ports::OpenMode::create);
  if (!fd) return fd.error();
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(*fd, F_OFD_SETLK, &lock) != 0) {
    const int code = errno;
    ::close(*fd);
    return code == EAGAIN || code == EACCES ? Error::exists : file_error(code);
  }
  const std::lock_guard guard(mutex_);
  locks_.push_back(*fd);
  return {};
}

}  // namespace millrace::runtime
