#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "log/durable_mark.h"
#include "ports/net.h"
#include "ports/shard.h"
#include "record/producer.h"

namespace millrace::log {

class Committer;

// What a log needs to know of its topic's settings. May change while the log is open (set_options).
struct LogOptions {
  ByteCount segment_bytes{1'073'741'824};
  ByteCount index_interval_bytes{4096};
  Millis segment_ms{604'800'000};
  // Durable: every append is made durable at once by the shard's group commit, and durable_end() follows it. Otherwise
  // the operating system writes when it likes, and durable_end() follows what is written (docs: Durability).
  bool durable = true;
  // The most bytes that an index file may have: a segment whose .index or .timeindex is full is closed.
  ByteCount segment_index_bytes{10'485'760};
  // Each segment is closed earlier than segment_ms by a random time below this.
  Millis segment_jitter{0};
  // The file of a new segment gets segment_bytes of zeros at once; what is left of them is cut when it is closed.
  bool preallocate = false;
  // Idempotent producers without an open transaction that wrote nothing for so long are forgotten when a snapshot of
  // them is loaded (producer.id.expiration.ms).
  Millis producer_expiry{86'400'000};
  // What retain() removes: whether anything by age and size at all (cleanup.policy has delete), bytes of the whole log
  // and age of a segment's newest record; below 0: no limit.
  bool remove_old = true;
  std::int64_t retention_bytes = -1;
  Millis retention{-1};
  // Between the renaming of a removed segment's files (.deleted) and their removal.
  Millis file_delete_delay{60'000};
  // Not durable only: records after which, and time after which (flush_if_due), what is written is synced.
  std::int64_t flush_messages = INT64_MAX;
  Millis flush_interval{INT64_MAX};
};

// What is known of a log before it is opened, from the checkpoints of its log directory. The defaults mean: nothing.
struct OpenHints {
  // .kafka_cleanshutdown was there: files and indexes are whole, and nothing is scanned.
  bool clean_stop = false;
  // Everything below is on the disk, and so are the indexes of the segments below it
  // (recovery-point-offset-checkpoint); kNoOffset: nothing is known.
  Offset recovery_point = kNoOffset;
  // What was deleted up to (log-start-offset-checkpoint); kNoOffset: the first segment's base.
  Offset log_start = kNoOffset;
  // Below it every record was on all replicas in sync (replication-offset-checkpoint); kNoOffset: nothing is known.
  Offset high_watermark = kNoOffset;
  // How far millrace itself has synced the log (docs/formats/durable-marks.md).
  std::optional<DurableMark> mark;
  // Keep such a mark while the log is open.
  bool keep_mark = false;
  // Make appends durable by the journal of the log directory, which is replayed before the log is opened again. Needs
  // keep_mark.
  bool journal = false;
};

// A transaction that was aborted, as an entry of .txnindex (KIP-98).
struct AbortedTransaction {
  ProducerId producer;
  Offset first;        // its first record
  Offset last;         // the marker that aborted it
  Offset last_stable;  // what was stable when the marker was written
  friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
};

struct AppendResult {
  Offset base_offset;  // of the first record
  Offset last_offset;  // of the last record
};

// Where a log is damaged below what was durable: it ends there and is closed for writing.
struct Damage {
  std::string file;            // name of the segment
  std::uint64_t position = 0;  // in it, of the first byte that is no part of the log
  Offset offset;               // the log's end

  friend bool operator==(const Damage&, const Damage&) = default;
};

// How far a scrub has come.
struct Scrubbed {
  std::uint64_t bytes = 0;  // that were read
  bool whole = false;       // the log has been gone through; the next scrub begins at its first segment again
};

// Where the bytes of a read are: whole batches, the first of which holds the offset asked for.
struct ReadPlan {
  std::vector<ports::Piece> pieces;  // in order; memory that is still hot, or ranges of segment files
  std::uint64_t size = 0;            // bytes of all pieces
};

// An offset found by a timestamp: of the first record whose timestamp is at least the one asked for.
struct TimestampOffset {
  Offset offset = kNoOffset;  // kNoOffset: there is none
  WallTime timestamp = kNoTime;
  LeaderEpoch epoch = kNoEpoch;
};

// Where an epoch ends: the first offset of the next larger one, or the log's end (KIP-101, KIP-279).
struct EpochEnd {
  LeaderEpoch epoch = kNoEpoch;
  Offset end = kNoOffset;
};

// What the log tells its owner, as calls in later turns. The listener must outlive the log.
class LogListener {
 public:
  virtual ~LogListener() = default;
  // durable_end() has moved forward. (truncate() alone moves it back; its `done` is what tells.)
  virtual void on_durable(Offset durable_end) = 0;
  // The log's storage has failed for writing: appends are refused from now on with Error::io, nothing that is not
  // durable yet ever will be; what is durable can still be read.
  virtual void on_broken() = 0;
  // The disk is full: appends are refused with Error::no_space until on_stalled(false). What was appended before stays,
  // and becomes durable once there is space; it may be answered with an error now (KAFKA_STORAGE_ERROR), since a
  // producer that sends it again is recognised.
  virtual void on_stalled(bool /*stalled*/) {}
};

// One partition's log: record batches in offset order, in segment files under one directory, with Kafka's names and
// bytes (docs/formats/log-directory.md). Knows nothing of leaders, replicas or the high watermark: it reports its end
// and its durable end, and can be cut back. Belongs to one shard.
class PartitionLog {
 public:
  using Opened = Callback<void(Result<std::unique_ptr<PartitionLog>>)>;

  // Opens the log in `directory` (made, with partition.metadata for `topic_id`, if it is missing; `opened` then comes
  // only after the directory's name is durable). Recovers what an unclean stop left: the tail that is not made of whole
  // batches with a right checksum is cut and kept aside under a name that Kafka ignores.
  // Damage below what was durable is left as it is: the log then opens closed for writing (writable()), up to the
  // damage.
  // Error::stale if the directory
  // belongs to another topic id, Error::not_found if it has records but no partition.metadata. Error::io,
  // Error::no_space. The operator's log has a line with file, position and offset for each, and for what was cut.
  // Everything in the opened log is durable. After a clean stop nothing is scanned; otherwise what the hints do not
  // vouch for. `committer` belongs to the same shard and outlives the log.
  static void open(ports::Shard& shard, Committer& committer, std::string directory, Uuid topic_id,
                   const LogOptions& options, LogListener& listener, Opened opened, const OpenHints& hints = {});
  virtual ~PartitionLog() = default;

  // Adds batches (magic 2, back to back in `batches`), which must be valid and belong to this caller alone: base
  // offsets and `epoch` are written into their headers here. Visible to read() at once, durable later (on_durable).
  // An error adds nothing: Error::no_space (the disk is full, on_stalled), Error::io (broken), Error::would_block (too
  // much is waiting for the disk, or the log is being cut back: try again later), Error::too_large (more than a segment
  // may have: RECORD_LIST_TOO_LARGE), Error::corrupt (no batches of magic 2), Error::closed.
  virtual Result<AppendResult> append(Buffer batches, LeaderEpoch epoch) = 0;

  // As a follower or a raft replica: adds batches that carry their offsets and epochs already.
  // Error::out_of_range unless the first begins at end() and offsets rise; Error::corrupt also for a wrong checksum.
  // Otherwise as append().
  virtual Result<AppendResult> append_as_follower(Buffer batches) = 0;

  // Batches from the one that holds `from` (or the next one) on, below `upto`, of at most `max_bytes`; the first batch
  // is given whole even when it is larger if `at_least_one`. Empty at upto. Error::out_of_range below start() or above
  // end(); of a broken log only what was durable is given. Error::would_block when a batch header has to come from the
  // disk first: call when_readable() and read again.
  virtual Result<ReadPlan> read(Offset from, Offset upto, std::uint64_t max_bytes, bool at_least_one) = 0;

  // Brings what the last read() lacked into memory, then calls `ready` (also on an error, which read() will then give).
  virtual void when_readable(Task ready) = 0;

  // The first offset at or after which every record is kept; at most end(), also where damage ends the log below what
  // was its start.
  virtual Offset start() const = 0;
  // One after the last record (LEO).
  virtual Offset end() const = 0;
  // Everything below is on the disk.
  virtual Offset durable_end() const = 0;
  // Where the first segment file begins; at most start().
  virtual Offset first_segment() const { return start(); }
  // Bytes of all segments.
  virtual ByteCount size() const = 0;
  // False once the log is closed for writing: its storage failed (LogListener::on_broken), or damage below what was
  // durable was found when it was opened. What stands before the damage can be read.
  virtual bool writable() const { return true; }
  // Damage below what was durable: what was found when it was opened, which has closed the log, or what a scrub has
  // found since, which has not. Null without any.
  virtual const Damage* damage() const { return nullptr; }
  // What recovery-point-offset-checkpoint may say: everything below is on the disk, and so are the index files of every
  // segment that ends at or below it.
  virtual Offset recovery_point() const { return durable_end(); }

  // The first record at or after start() whose timestamp is at least `time`, below `upto`; may need to read, so it
  // answers later: also Error::would_block during a truncation, Error::corrupt, Error::io. And the record with the
  // greatest timestamp (the first of several).
  using FoundTime = Callback<void(Result<TimestampOffset>)>;
  virtual void find_timestamp(WallTime time, Offset upto, FoundTime found) = 0;
  virtual void find_max_timestamp(Offset upto, FoundTime found) = 0;

  // The newest epoch in the log; kNoEpoch when it is empty.
  virtual LeaderEpoch last_epoch() const = 0;
  // The largest epoch at or below `epoch` that the log has, and its end; both none if there is no such epoch.
  virtual EpochEnd end_of_epoch(LeaderEpoch epoch) const = 0;
  // A new leader epoch begins at end() (leader-epoch-checkpoint, which is written with the first record).
  virtual void begin_epoch(LeaderEpoch epoch) = 0;

  // The idempotent producers that the log knows (KIP-98): what a duplicate or a gap is measured against.
  virtual const record::ProducerTable& producers() const = 0;

  // Where the earliest transaction begins that is open, or whose marker is not below `committed` (the high watermark);
  // kNoOffset without one. `committed` never goes back. The last stable offset is the smaller of this and the
  // high watermark (KIP-98).
  virtual Offset first_unstable_offset(Offset /*committed*/) { return kNoOffset; }
  // The transactions that were aborted and have records in [from, upto), by the order of their markers; may name some
  // that have none there. What a read_committed reader of that range has to leave out.
  virtual std::vector<AbortedTransaction> aborted_transactions(Offset /*from*/, Offset /*upto*/) const { return {}; }

  // Forgets every record at and above `offset`, or from the end of `epoch` if that is lower; kNoEpoch, or an epoch
  // below all that the log has, means only `offset`. A batch that holds the offset in its middle goes as a whole: end()
  // then is where it began. `done` when durable, and durable_end() is end(); until then appends and reads get
  // Error::would_block. Waits for those who still send bytes that it cuts. Error::no_space: nothing was cut, since on a
  // full disk what is to stay is not all written, or the cut cannot be noted; Error::io: the log is broken.
  virtual void truncate(Offset offset, LeaderEpoch epoch, Callback<void(Status)> done) = 0;

  // Moves start() up to `offset` (DeleteRecords, retention; from a checkpoint after opening): records below are not
  // given any more, segments wholly below go, and the epochs' first entry begins there. An offset at or below start()
  // changes nothing. Error::out_of_range above durable_end(); Error::would_block during a truncation; Error::closed.
  // Remembered only by whoever writes log-start-offset-checkpoint.
  virtual Status advance_start(Offset /*offset*/) { return Error::unsupported; }
  // Removes whole segments from the beginning that the options let go: too many bytes, or too old by their newest
  // timestamp (by the file's time where no record has one). Only those that end at or below `upto` (the high
  // watermark); the active one too, for which a new one is begun. start() moves with them.
  virtual void retain(Offset /*upto*/) {}
  // Forgets idempotent producers whose last batch is older than `before` and that have no transaction open.
  virtual void expire_producers(WallTime /*before*/) {}
  // Of a log that is not durable: begins to sync what is written if the last sync is flush_interval ago.
  virtual void flush_if_due() {}

  // Goes on checking the batches that are on the disk, with their checksums, for at most about `max_bytes` and within
  // one segment. Damage that is found is told to the operator and by damage(); the log serves on, since the checksum
  // tells a client too. Does nothing (whole) while the log is being cut or closed, and once it is known to be damaged.
  virtual void scrub(std::uint64_t /*max_bytes*/, Callback<void(Scrubbed)> done) {
    done({0, true});
  }

  virtual void set_options(const LogOptions& options) = 0;

  // Flushes and closes; `done` when everything is durable, or with the error why that cannot be (Error::io of a broken
  // log, Error::no_space on a full disk: what was not durable is then lost). The log may be destroyed then, not before.
  virtual void close(Callback<void(Status)> done) = 0;
  // Closes a log whose files are about to go elsewhere: as close(), and nothing that is noted in this log directory of
  // the partition counts any more, so that it may come back with other contents. On Error::no_space and Error::io it
  // must be opened again here.
  virtual void leave(Callback<void(Status)> done) { close(std::move(done)); }
  // After leave(), when the caller has renamed the log's directory to this one: removes it in jobs once
  // file_delete_delay has passed, and leaves files whole that a read plan still refers to.
  virtual void remove_left(const std::string& directory) = 0;
  // Renames the directory for deletion (Kafka's -delete form), durable at `done`, and removes it in a job after
  // `delay`. The log may be destroyed after `done`, not before, and the partition may then come back here: that waits
  // until nothing that is noted of it counts any more. Works on a broken log too.
  virtual void remove(Millis delay, Callback<void(Status)> done) = 0;
};

// Gathers the writes of all logs of a shard: one gathered write per log and turn, then one group commit for everything
// written, without a timer: the next begins as soon as the last has ended and something waits.
class Committer {
 public:
  // `shard` outlives it.
  // `journal_bytes`: how long each of the two files of a journal becomes; 0: as long as limits.h says.
  // `always_journal`: logs that may use a journal do, also where a sync of their file is cheaper.
  static std::unique_ptr<Committer> create(ports::Shard& shard, std::uint64_t journal_bytes = 0,
                                           bool always_journal = false);
  virtual ~Committer() = default;
};

}  // namespace millrace::log
