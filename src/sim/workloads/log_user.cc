#include "sim/workloads/log_user.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/workloads/content.h"

namespace millrace::sim {

LogUser::LogUser(ports::Shard& shard, log::Committer& committer, LogModel& model, History& history, Prng prng)
    : shard_(shard), committer_(committer), model_(model), history_(history), prng_(prng), quiet_dice_(prng.fork(1)) {}

LogUser::~LogUser() { model_.open = false; }

void LogUser::fail(const std::string& why) { history_.fail(model_.directory + ": " + why); }

void LogUser::open(const log::LogOptions& options, log::OpenHints hints) {
  hints.log_start = Offset(model_.noted_start);
  rot_is_known_ = model_.rot && model_.rot->below_what_is_known(hints);
  log::PartitionLog::open(shard_, committer_, model_.directory, model_.topic_id, options, *this,
                          [this](auto log) { opened(std::move(log)); }, hints);
}

void LogUser::close(Callback<void(bool)> closed) {
  closing_ = true;
  if (!log_ || !model_.open) return closed(false);
  if (!broken_) check_start();
  log_->close([this, closed = std::move(closed)](Status status) mutable {
    if (status) {
      if (log_->durable_end() != log_->end()) fail("closed, and the end is not durable");
      model_.noted_recovery = log_->end().value();
      model_.noted_start = model_.start;
    }
    closed(status.ok());
  });
}

void LogUser::opened(Result<std::unique_ptr<log::PartitionLog>> log) {
  if (!log) {
    const Error error = log.error();
    if (error != Error::io && error != Error::no_space) fail(fmt::format("cannot be opened: {}", to_string(error)));
    return shard_.process.fail("a log cannot be opened");
  }
  log_ = std::move(*log);
  const std::int64_t end = log_->end().value();
  if (!log_->writable() && !opened_damaged(end)) {
    fail(fmt::format("opened closed for writing, up to {}, by an intact disk", end));
  }
  if (log_->durable_end() != log_->end()) fail("opened with an end that is not durable");
  const bool rot_cut = model_.rot && !damaged_ && (end <= model_.rot->base || end < model_.floor());
  if (rot_cut && rot_is_known_) fail(fmt::format("damage at offset {}, which was durable, was cut", model_.rot->base));
  if (rot_cut) model_.rot.reset();
  if (end < model_.floor() && !damaged_ && !rot_cut) {
    fail(fmt::format("offset {} was durable, and the log ends at {}", model_.floor() - 1, end));
  }
  if (const auto left = std::exchange(model_.left_at, std::nullopt); left && end != *left) {
    fail(fmt::format("another program left it at {}, and it ends at {}", *left, end));
  }
  const std::int64_t start = log_->start().value();
  // Damage below the log start ends the log there.
  if (start < model_.noted_start && !(damaged_ && start == end)) {
    fail(fmt::format("the log start {} went back to {}", model_.noted_start, start));
  }
  if (start > model_.start) fail(fmt::format("begins at {}, and was never moved above {}", start, model_.start));
  model_.start = damaged_ ? std::max(start, model_.noted_start) : start;
  found_.assign(static_cast<std::size_t>(std::min(start, end)), 0);
  // No truncation goes on after a restart, though it may have cut already.
  model_.durable = model_.floor();
  model_.cutting = -1;
  if (damaged_) return compare();
  // What the log opened with is durable, and what it does not have is gone, whatever happens next.
  model_.contents.resize(std::min(static_cast<std::size_t>(end), model_.contents.size()));
  model_.durable = end;
  model_.noted_recovery = std::min(model_.noted_recovery, end);
  compare();
}

bool LogUser::opened_damaged(std::int64_t end) {
  if (!model_.rot || end != model_.rot->base) return false;
  damaged_ = broken_ = model_.rot->detected = true;
  return true;
}

// Reads everything, after a crash.
void LogUser::compare() {
  const auto from = static_cast<std::int64_t>(found_.size());
  if (from >= log_->end().value()) return finish_compare();
  read(from, 20'000, [this](std::vector<RecordId> ids) {
    if (closing_) return;
    if (ids.empty()) return shard_.process.fail("a log cannot be read");
    found_.insert(found_.end(), ids.begin(), ids.end());
    compare();
  });
}

void LogUser::finish_compare() {
  for (std::size_t i = 0; i < std::min(found_.size(), model_.contents.size()); ++i) {
    if (found_[i] == model_.contents[i].id || static_cast<std::int64_t>(i) < model_.start) continue;
    fail(fmt::format("offset {} held record {:x}, and holds {:x}", i, model_.contents[i].id, found_[i]));
    break;
  }
  if (closing_) return;
  model_.open = true;
  if (damaged_) return step();
  check_epochs();
  ++model_.epoch;
  log_->begin_epoch(LeaderEpoch(model_.epoch));
  step();
}

void LogUser::on_durable(Offset durable_end) {
  const std::int64_t end = durable_end.value();
  if (end < model_.durable && model_.cutting < 0) fail(fmt::format("durable {} went back to {}", model_.durable, end));
  if (end > static_cast<std::int64_t>(model_.contents.size())) {
    fail(fmt::format("durable {} is above the end {}", end, model_.contents.size()));
  }
  model_.records_durable += static_cast<std::uint64_t>(std::max<std::int64_t>(0, end - model_.durable));
  model_.durable = end;
}

void LogUser::step() {
  const Millis delay(static_cast<std::int64_t>(1 + prng_.below(30)));
  shard_.timers.at(shard_.clock.now() + delay, [this] {
    if (closing_) return;
    const auto what = prng_.below(40) + (damaged_ ? 20 : 0);  // no more than appends and reads
    if (quiet_ > 0) --quiet_;
    if (model_.cutting < 0 && what == 0) {
      cut();
    } else if (model_.cutting < 0 && what == 1) {
      delete_records();
    } else if (model_.cutting < 0 && what == 2) {
      retain();
    } else if (model_.cutting < 0 && what == 3) {
      model_.noted_recovery = log_->recovery_point().value();
    } else if (model_.cutting < 0 && what < 25) {
      if (quiet_ == 0) append();
    } else if (model_.cutting < 0 && model_.start <= static_cast<std::int64_t>(model_.contents.size())) {
      const auto kept = model_.contents.size() - static_cast<std::size_t>(model_.start);
      const auto from = model_.start + static_cast<std::int64_t>(prng_.below(kept + 1));
      std::vector<LogModel::Entry> expected(model_.contents.begin() + from, model_.contents.end());
      read(from, prng_.below(10'000), [this, from, expected = std::move(expected), cuts = cuts_](auto ids) {
        if (cuts == cuts_) check_read(from, expected, ids);
      });
    }
    step();
  });
}

void LogUser::append() {
  std::vector<RecordId> ids;
  for (std::uint64_t i = 0; i <= prng_.below(4); ++i) ids.push_back(model_.next_record++);
  record::BatchOptions options;
  options.codec = static_cast<record::Codec>(prng_.below(5));
  const auto base = static_cast<std::int64_t>(model_.contents.size());
  const auto result = log_->append(make_batch(ids, shard_.clock.wall(), 900, options), LeaderEpoch(model_.epoch));
  if (!result) {
    const Error error = result.error();
    const bool allowed = error == Error::would_block || error == Error::no_space || (broken_ && error == Error::io);
    if (!allowed) fail(fmt::format("an append is refused: {}", to_string(error)));
    return;
  }
  if (result->base_offset.value() != base) {
    fail(fmt::format("an append at the end {} got offset {}", base, result->base_offset.value()));
  }
  for (const auto id : ids) model_.contents.push_back({id, base, model_.epoch});
}

void LogUser::check_start() {
  const std::int64_t start = log_->start().value();
  if (start < model_.start) fail(fmt::format("the log start {} went back to {}", model_.start, start));
  model_.highest_start = std::max(model_.highest_start, start);
  if (start > model_.durable) fail(fmt::format("the log start {} is above what is durable, {}", start, model_.durable));
  model_.start = start;
  if (prng_.one_in(2)) model_.noted_start = start;
}

void LogUser::check_epochs() {
  const auto& contents = model_.contents;
  // After a crash the log may begin below what the epochs have given up already.
  model_.highest_start = std::max(model_.highest_start, log_->start().value());
  for (auto at = static_cast<std::size_t>(std::min(model_.highest_start, log_->end().value())); at < contents.size();) {
    const std::int32_t epoch = contents[at].epoch;
    while (at < contents.size() && contents[at].epoch == epoch) ++at;
    const log::EpochEnd known = log_->end_of_epoch(LeaderEpoch(epoch));
    if (known.epoch == LeaderEpoch(epoch) && known.end == Offset(static_cast<std::int64_t>(at))) continue;
    return fail(fmt::format("epoch {} ends at {}, and is said to be {} with the end {}", epoch, at,
                            known.epoch.value(), known.end.value()));
  }
}

void LogUser::delete_records() {
  const auto offset = static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(model_.durable) + 1));
  const Status moved = log_->advance_start(Offset(offset));
  if (!moved && moved.error() != Error::would_block) {
    fail(fmt::format("the log start cannot be moved to {}: {}", offset, to_string(moved.error())));
  }
  if (moved && log_->start().value() < offset) fail(fmt::format("the log start was not moved to {}", offset));
  check_start();
}

// Keeps what does not lie wholly below a random durable offset.
void LogUser::retain() {
  const auto upto = static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(model_.durable) + 1));
  const std::int64_t before = log_->start().value();
  log_->retain(Offset(upto));
  if (log_->start().value() > std::max(before, upto)) {
    fail(fmt::format("retention up to {} moved the log start to {}", upto, log_->start().value()));
  }
  check_start();
}

void LogUser::cut() {
  const auto kept = model_.contents.size() - static_cast<std::size_t>(model_.start);
  auto offset = model_.start + static_cast<std::int64_t>(prng_.below(kept + 1));
  // Often little is cut: what the journal has said of it would fit behind what stays.
  if (quiet_dice_.one_in(2)) {
    offset = static_cast<std::int64_t>(model_.contents.size() - quiet_dice_.below(std::min<std::size_t>(kept, 8) + 1));
  }
  const bool all_stay = offset == static_cast<std::int64_t>(model_.contents.size());
  const std::int64_t end = all_stay ? offset : model_.contents[static_cast<std::size_t>(offset)].base;
  if (end < model_.start) return;  // in the middle of a batch at the log start
  model_.cutting = end;
  model_.noted_recovery = std::min(model_.noted_recovery, end);
  ++cuts_;
  log_->truncate(Offset(offset), kNoEpoch, [this, end](Status status) {
    if (!status && !broken_ && status.error() == Error::no_space) {
      model_.cutting = -1;  // nothing was cut
      return;
    }
    if (!status) {
      if (!broken_) shard_.process.fail("a log cannot be cut back");
      return;
    }
    if (model_.rot && end <= model_.rot->base) model_.rot.reset();
    const bool damage = !log_->writable() && opened_damaged(log_->end().value());
    if (log_->end().value() != end && !damage) fail(fmt::format("cut to {}, and ends at {}", end, log_->end().value()));
    if (log_->durable_end() != log_->end()) fail("cut back, and the end is not durable");
    model_.contents.resize(static_cast<std::size_t>(end));
    model_.durable = end;
    model_.cutting = -1;
    if (quiet_dice_.one_in(2)) quiet_ = quiet_dice_.below(200);
    if (!damage) check_epochs();
  });
}

void LogUser::read(std::int64_t from, std::uint64_t max_bytes, ReadDone done) {
  auto plan = log_->read(Offset(from), log_->end(), max_bytes, true);
  if (!plan && plan.error() == Error::would_block && model_.cutting < 0) {
    log_->when_readable([this, from, max_bytes, done = std::move(done)]() mutable {
      read(from, max_bytes, std::move(done));
    });
    return;
  }
  if (!plan) {
    const Error error = plan.error();
    const bool gone =
        error == Error::out_of_range && (broken_ || Offset(from) > log_->end() || Offset(from) < log_->start());
    const bool late = closing_ && error == Error::closed;
    const bool allowed = error == Error::io || error == Error::would_block || gone || late;
    if (!allowed) fail(fmt::format("a read at {} is refused: {}", from, to_string(error)));
    return done({});
  }
  std::reverse(plan->pieces.begin(), plan->pieces.end());
  gather(std::move(plan->pieces), Buffer(), from, std::move(done));
}

// `pieces`: those that are missing, the next one last.
void LogUser::gather(std::vector<ports::Piece> pieces, Buffer bytes, std::int64_t from, ReadDone done) {
  if (pieces.empty()) return done(decode(bytes.bytes(), from));
  const auto join = [](const Buffer& a, Bytes b) {
    Buffer both = Buffer::allocate(a.size() + b.size());
    if (!a.empty()) std::memcpy(both.data(), a.data(), a.size());
    if (!b.empty()) std::memcpy(both.data() + a.size(), b.data(), b.size());
    return both;
  };
  ports::Piece piece = std::move(pieces.back());
  pieces.pop_back();
  if (!piece.file) return gather(std::move(pieces), join(bytes, piece.memory.bytes()), from, std::move(done));
  const auto file = piece.file;
  file->read(piece.position, piece.length,
             [this, pieces = std::move(pieces), bytes, from, piece, join,
              done = std::move(done)](Result<Buffer> got) mutable {
               if (!got) return done({});
               if (got->size() != piece.length) fail(fmt::format("a read at {} is shorter than its plan", from));
               gather(std::move(pieces), join(bytes, got->bytes()), from, std::move(done));
             });
}

std::vector<RecordId> LogUser::decode(Bytes bytes, std::int64_t from) {
  std::vector<RecordId> ids;
  record::BatchWalk walk(bytes);
  while (walk.next()) {
    auto batch = read_batch(walk.batch());
    // Its reader is told by the checksum.
    if (const auto& rot = model_.rot; !batch && rot && walk.batch().base_offset().value() == rot->base) {
      batch.emplace();
      for (std::int64_t at = rot->base; at <= rot->last; ++at) {
        const auto known = static_cast<std::size_t>(at);
        batch->push_back(known < model_.contents.size() ? model_.contents[known].id : 0);
      }
    }
    if (!batch) {
      fail(fmt::format("the batch at offset {} is damaged", walk.batch().base_offset().value()));
      break;
    }
    std::int64_t offset = walk.batch().base_offset().value();
    for (const auto id : *batch) {
      if (offset >= from) {
        if (offset != from + static_cast<std::int64_t>(ids.size())) {
          fail(fmt::format("a read from {} skips to {}", from, offset));
        }
        ids.push_back(id);
      }
      ++offset;
    }
  }
  if (walk.error() != Error::none) fail(fmt::format("a read at {} is no run of whole batches", from));
  return ids;
}

void LogUser::check_read(std::int64_t from, const std::vector<LogModel::Entry>& expected,
                         const std::vector<RecordId>& ids) {
  model_.records_read += ids.size();
  for (std::size_t i = 0; i < std::min(ids.size(), expected.size()); ++i) {
    if (ids[i] == expected[i].id) continue;
    return fail(fmt::format("a read at {} gave record {:x} in place of {:x}", from + static_cast<std::int64_t>(i),
                            ids[i], expected[i].id));
  }
}

}  // namespace millrace::sim
