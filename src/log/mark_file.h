#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "log/durable_mark.h"
#include "ports/shard.h"

namespace millrace::log {

// The durable marks of a log directory (docs/formats/durable-marks.md): files of ours, each with a slot of fixed size
// for every partition that a shard writes there.

inline constexpr std::size_t kMarkBytes = 160;
inline constexpr std::string_view kMarksPrefix = "millrace-durable-";

using MarkKey = std::pair<Uuid, PartitionIndex>;
// Of the log in `directory`, a path that ends with "<topic>-<partition>".
MarkKey mark_key(Uuid topic_id, std::string_view directory);
using MarkBytes = std::array<std::byte, kMarkBytes>;

MarkBytes encode_mark(const MarkKey& key, const DurableMark& mark);
// Error::corrupt for a slot that is free, torn or of another version.
Result<std::pair<MarkKey, DurableMark>> parse_mark(Bytes slot);

// In a job, before any log of the directory is opened: the marks that earlier lives left. They are put together into
// one file, durably. A mark that cannot be read is none.
Result<std::map<MarkKey, DurableMark>> gather_marks(ports::BlockingFiles& files, const std::string& log_dir);
// In a job, before a log is changed that its mark does not speak of any more: nothing that is on the disk says how far
// it is durable, until a later life says it anew. Durable when it returns.
Status refuse_mark(ports::BlockingFiles& files, const std::string& log_dir, const MarkKey& key,
                   const DurableMark& refused);
// In a job, after every log of the directory was closed well: there are no marks any more.
Status remove_marks(ports::BlockingFiles& files, const std::string& log_dir);

// One such file, being written. It is a help, not a condition: if it cannot be written, the log says so once and goes
// on without. Belongs to one shard.
class MarkFile {
 public:
  MarkFile(ports::Shard& shard, const std::string& log_dir);
  ~MarkFile();

  const std::string& log_dir() const { return log_dir_; }
  // A slot.
  std::size_t take();
  void free(std::size_t slot);
  // What the slot says from the next write() on.
  void set(std::size_t slot, const MarkBytes& bytes);
  // As set(), and writes it; `done`, in a later turn, when that is on the disk, or with Error::no_space or Error::io.
  void put(std::size_t slot, const MarkBytes& bytes, Callback<void(Status)> done);
  // Begins to write what has changed, if nothing is being written.
  void write();
  // Whether there is something that a sync would bring to the disk and that was not asked for lately.
  bool sync_due();
  // Syncs what is written; `finished` is called exactly once.
  void sync(Task finished);

 private:
  void opened(Result<std::shared_ptr<ports::File>> file);
  void written(Status status);
  void give_up(Error error);
  void serve_waiting(Status status);

  ports::Shard& shard_;
  const std::string log_dir_;
  const std::string path_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::shared_ptr<ports::File> file_;
  std::vector<std::byte> bytes_;
  std::vector<std::size_t> free_;
  std::size_t dirty_from_ = SIZE_MAX;  // slots [from, to) have changed
  std::size_t dirty_to_ = 0;
  std::vector<Callback<void(Status)>> waiting_;  // for what has changed so far to be on the disk
  std::size_t unsynced_ = 0;  // writes since the last sync
  bool opening_ = false;
  bool writing_ = false;
  bool given_up_ = false;
};

// A partition's place in one.
struct MarkSlot {
  MarkFile* file = nullptr;
  std::size_t index = 0;
  MarkKey key;
};

}  // namespace millrace::log
