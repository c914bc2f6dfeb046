#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"

namespace millrace::ports {

// A file as a shard uses it. Every completion is a later call, never made from inside the operation; completions of
// one file arrive in the order in which its operations were begun, those of different files in any order.
//
// A write is durable only once a sync that was begun after its completion has completed. After a failed write
// (Error::io) or a failed sync the file is broken: every later write and sync fails with Error::io, since nobody can
// tell any more what is on the disk. A refusal for lack of space (Error::no_space) has written nothing dependable
// beyond `at` and breaks nothing. Operations hold the file open until they complete; dropping the last reference
// closes it then. Belongs to one shard.
class File {
 public:
  virtual ~File() = default;
  using Done = Callback<void(Status)>;
  using ReadDone = Callback<void(Result<Buffer>)>;

  // Writes the pieces one after the other from `at`. The pieces must not change until completion.
  virtual void write(FilePosition at, std::vector<Buffer> pieces, Done done) = 0;
  // Makes all writes that completed before this call durable (data and length; fdatasync).
  virtual void sync(Done done) = 0;
  // Asks the system to begin bringing `size` bytes from `from` to the disk, so that a sync has less to wait for later.
  // Nothing is durable by it, and nothing fails.
  virtual void begin_writeback(FilePosition /*from*/, std::uint64_t /*size*/) {}
  // Reads up to `size` bytes from `at`; fewer only at the end of the file.
  virtual void read(FilePosition at, std::size_t size, ReadDone done) = 0;
  // What is in memory already, at most into.size() bytes: how many were read, 0 at the end of the file,
  // Error::would_block where the disk would have to be waited for.
  virtual Result<std::size_t> read_cached(FilePosition at, MutableBytes into) = 0;
  // Cuts the file, or extends it with zeros, to `size` bytes.
  virtual void resize(FilePosition size, Done done) = 0;
};

enum class OpenMode : std::uint8_t {
  read,          // must exist
  write,         // must exist; read and write
  create,        // read and write; made if missing
};

// Opens files for a shard. What else is done with names happens in jobs (BlockingFiles).
class Files {
 public:
  virtual ~Files() = default;
  using OpenDone = Callback<void(Result<std::shared_ptr<File>>)>;
  // Error::not_found, Error::refused, Error::io, Error::no_space. The name of a created file is durable only once its
  // directory is synced (BlockingFiles::sync_directory).
  virtual void open(const std::string& path, OpenMode mode, OpenDone done) = 0;
};

// A file inside a job: plain calls that wait. Same rules of durability as File.
class BlockingFile {
 public:
  virtual ~BlockingFile() = default;
  // How many bytes were read: into.size() unless the file ends before.
  virtual Result<std::size_t> read(FilePosition at, MutableBytes into) = 0;
  virtual Status write(FilePosition at, Bytes bytes) = 0;
  virtual Status sync() = 0;
  virtual Status resize(FilePosition size) = 0;
  virtual Result<ByteCount> size() = 0;
  // When it was last written, by the system's wall clock. Error::unsupported where nobody keeps that.
  virtual Result<WallTime> modified() { return Error::unsupported; }
};

// Room of a file system, in bytes.
struct Space {
  ByteCount total;
  ByteCount usable;  // by this process, without being root
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

// The file system inside a job. A change of names (create, rename, remove) is durable only once sync_directory of the
// directory that holds the name has completed. Thread safe in the sense that jobs may run side by side on different
// directories.
class BlockingFiles {
 public:
  virtual ~BlockingFiles() = default;
  virtual Result<std::unique_ptr<BlockingFile>> open(const std::string& path, OpenMode mode) = 0;
  // Entries in ascending order of name, without "." and "..". Error::not_found if there is no such directory.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
  // Makes one directory; Error::exists if there is one, Error::not_found if the parent is missing.
  virtual Status create_directory(const std::string& path) = 0;
  // Replaces `to` if it exists.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  // A file or an empty directory; Error::not_found if it is missing.
  virtual Status remove(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  // Of the file system that `path` is on. Error::unsupported where there is none.
  virtual Result<Space> space(const std::string& /*path*/) { return Error::unsupported; }
  // Takes the exclusive lock of a directory's lock file, for as long as the process lives.
  // Error::exists if another process (or node of the simulation) holds it.
  virtual Status lock(const std::string& path) = 0;
};

// The whole contents of a small file. Error::too_large above `limit`.
Result<std::string> read_whole(BlockingFiles& files, const std::string& path, std::size_t limit);
// Replaces `path` so that after a crash it holds either the old or the new contents: writes path.tmp, syncs, renames.
// Which of the two is settled once the directory is synced.
Status replace_file(BlockingFiles& files, const std::string& path, Bytes contents);
// The same, and syncs the directory.
Status write_atomically(BlockingFiles& files, const std::string& path, Bytes contents);
// The part of a path before its last '/', or "." without one.
std::string parent_directory(const std::string& path);

}  // namespace millrace::ports
