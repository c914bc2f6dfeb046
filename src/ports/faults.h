#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::ports {

// Rare paths, counted when a run comes through them: a sweep of the simulator fails if one listed here is never
// reached. One line per probe: name, and when it is reached.
#define MILLRACE_PROBES(X)                                                       \
  X(log_segment_rolled, "a partition's active segment was closed for a new one") \
  X(log_tail_cut, "recovery cut bytes that no sync had covered")                 \
  X(log_disk_full, "a log found no space and waits for it")                      \
  X(log_broken, "a write or sync failed, and the log was closed for writing")    \
  X(log_cut_back, "a log was truncated")                                         \
  X(log_mark_taken_back, "a truncation took back what was said to be durable")   \
  X(log_journal_reused, "a full journal file was free again and is filled anew") \
  X(log_damage_found, "damage was found below what was durable")                 \
  X(log_index_distrusted, "an index entry led to another place than it said")    \
  X(log_start_moved, "a log gave up its beginning")                              \
  X(log_segment_dropped, "the files of a segment below the log start were given up") \
  X(log_read_missed, "a read found a batch header not in memory")                \
  X(replica_append_put_off, "an append waited for the log to take more")         \
  X(replica_duplicate_waits, "a duplicate came before its batch was durable")    \
  X(replica_readers_woken, "fetches that waited for data were woken")            \
  X(controller_answer_parked, "an answer waited for its records to be committed") \
  X(metadata_snapshot_written, "the controller finished a snapshot of the metadata") \
  X(metadata_log_trimmed, "the metadata log gave up what an old snapshot needed") \
  X(client_batch_retried, "the client's producer sends a batch again") \
  X(client_batch_unsure, "a batch may be written, and the broker cannot tell") \
  X(client_identity_renewed, "an idempotent producer went on under another identity") \
  X(client_answer_stale, "a fetch was answered whose partition had jumped or gone meanwhile") \
  X(client_session_renewed, "a broker no longer knew the client's fetch session") \
  X(client_commit_waited, "a commit waited for an earlier one") \
  X(client_commit_refused, "a consumer that is no member of its group wanted to commit") \
  X(client_poll_too_late, "a member left because its program had not polled for too long") \
  X(client_partitions_lost, "a member learned that its partitions belong to others") \
  X(client_partitions_revoked, "a member gave partitions up")

// Places where the simulator may make the product take its rare path: each asks faults.strike().
#define MILLRACE_FAULT_POINTS(X)                                       \
  X(mailbox_full, "a request to another shard finds its ring full")    \
  X(append_backlog, "a log that waits for the disk takes no more")     \
  X(log_roll_early, "a segment is closed though it is not full")     \
  X(log_note_down_early, "what stands beside the active segment is written after a few appends")

// Bugs that a build with MILLRACE_PLANTED carries, so that the simulator can prove that it finds them.
#define MILLRACE_PLANTED_BUGS(X)                                                               \
  X(acknowledge_before_sync, "a produce is answered before its batch is durable")              \
  X(duplicate_not_awaited, "a duplicate is answered before its batch is durable")              \
  X(high_watermark_not_durable, "consumers are shown what is not durable")                     \
  X(fetch_wakeup_lost, "a fetch that waits for data is not woken by it")                       \
  X(answers_swapped, "two appends that are answered together get each other's offsets")        \
  X(answer_before_commit, "the controller answers before its records are committed")           \
  X(offset_reused, "after a restart the first append gets the offset of the last record")      \
  X(directory_sync_skipped, "a new segment counts as durable before its name is")              \
  X(sync_counts_unwritten, "a sync is taken to cover a write that has not completed")          \
  X(sync_failure_ignored, "a failed sync is taken for a completed one")                        \
  X(write_misplaced, "what a full disk refused is written at another place the second time")   \
  X(torn_tail_kept, "recovery does not look at checksums")                                     \
  X(recovery_cuts_durable, "recovery cuts the last good batch together with a damaged tail")   \
  X(producers_forgotten, "after a restart the idempotent producers are not known any more")    \
  X(mark_of_unsynced, "the durable mark says what is written, not what is synced")             \
  X(mark_not_taken_back, "a truncation leaves the durable mark where it was")                  \
  X(journal_forgets_first, "a truncation voids the journal before what it keeps is synced")    \
  X(journal_not_awaited, "what is given to the journal counts as durable at once")             \
  X(journal_reused_early, "a journal file is filled anew while what it holds is not synced")   \
  X(mark_comes_back, "a durable mark that was not believed counts at the next start")          \
  X(recovery_point_too_far, "the recovery point says what is appended, not what is synced")    \
  X(retention_unbounded, "retention goes beyond the offset that it was given")                 \
  X(segment_dropped_early, "a segment goes though the log start lies inside it")               \
  X(log_start_forgotten, "after a restart the log begins at its first segment")                \
  X(roll_before_durable, "a segment is made while the one before it is not durable")           \
  X(close_before_durable, "a log is closed well though its end is not durable")                \
  X(cut_under_readers, "a truncation does not wait for those who still read what it cuts")     \
  X(epochs_not_rebuilt, "after a crash the epochs are those of the checkpoint file alone")     \
  X(index_not_checked, "an index entry is taken for more than a hint")                         \
  X(damage_cut, "recovery cuts damage below what was durable, and all that follows")            \
  X(client_retry_renumbered, "a batch that is sent again gets new sequences")                  \
  X(client_identity_hasty, "a new identity is taken before the fate of all batches is known")  \
  X(client_commits_unread, "positions of what was fetched are committed, not of what was handed out")\
  X(client_commits_overlap, "a commit does not wait for the one before it")                    \
  X(client_answer_of_old, "a fetch's answer counts though the partition was given anew meanwhile")\
  X(client_outsider_commits, "a consumer that is no member commits as somebody outside the group")\
  X(client_fetch_forgotten, "a partition whose fetch has failed is never asked for again")

#define MILLRACE_NAME(name, text) name,
enum class Probe : std::uint16_t { MILLRACE_PROBES(MILLRACE_NAME) kCount };
enum class FaultPoint : std::uint16_t { MILLRACE_FAULT_POINTS(MILLRACE_NAME) kCount };
enum class Planted : std::uint16_t { MILLRACE_PLANTED_BUGS(MILLRACE_NAME) kCount };
#undef MILLRACE_NAME

// The simulator's hands inside the product. The runtime's own does nothing.
class Faults {
 public:
  virtual ~Faults() = default;
  virtual void reach(Probe probe) = 0;
  // Whether to take the rare path now.
  virtual bool strike(FaultPoint point) = 0;
  // Whether `bug` is switched on. Always false, and compiled away, unless the build carries planted bugs.
#ifdef MILLRACE_PLANTED
  virtual bool planted(Planted bug) = 0;
#else
  static constexpr bool planted(Planted) { return false; }
#endif
};

}  // namespace millrace::ports
