#include <string>
#include <utility>

#include "coordinator/runtime.h"
#include "record/batch.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::coordinator {

void Runtime::load(Callback<void(State)> loaded) {
  loaded_ = std::move(loaded);
  load_end_ = log_->end();
  machine_.begin_event(0);
  read_on(log_->start());
}

void Runtime::read_on(Offset from) {
  log_->read(from, options_.load_bytes, [this, alive = alive_, from](Result<Buffer> read) {
    if (!*alive || state_ != State::loading) return;
    Offset next = from;
    Status status = read.ok() ? replay_batches(read->bytes(), next) : Status(read.error());
    if (!status) {
      logger_.error(options_.name + ": cannot be read from offset " + std::to_string(next.value()) + " on (" +
                    to_string(status.error()) + "); its coordinator does not start. Run a log check of the partition");
      return finish_load(State::failed);
    }
    if (next < load_end_ && next > from) return read_on(next);
    log_->when_committed(load_end_, [this, still = alive](bool committed) {
      if (!*still || state_ != State::loading) return;
      finish_load(committed ? State::active : State::failed);
    });
  });
}

// Applies whole batches; `next` becomes the offset behind the last one.
Status Runtime::replay_batches(Bytes batches, Offset& next) {
  record::Scratch scratch;
  record::BatchWalk walk(batches);
  while (walk.next()) {
    const record::BatchView& batch = walk.batch();
    if (!batch.crc_ok()) return Error::corrupt;
    Result<record::RecordReader> reader = record::RecordReader::open(batch, scratch);
    if (!reader.ok()) return reader.error();
    const ProducerId transaction = batch.is_transactional() ? batch.producer_id() : kNoProducer;
    record::Record record;
    while (reader->next(record)) {
      if (record.offset < next) continue;
      if (batch.is_control()) {
        const Result<std::int16_t> type = record::control_type(record);
        if (type.ok() && *type <= 1) machine_.end_transaction(batch.producer_id(), *type == 1);
      } else if (record.key) {
        machine_.replay({*record.key, record.value}, transaction);
      }
    }
    MR_TRY(reader->status());
    if (next < batch.next_offset()) next = batch.next_offset();
  }
  return walk.error() == Error::none ? Status() : Status(walk.error());
}

void Runtime::finish_load(State state) {
  state_ = state;
  loaded_(state);
}

}  // namespace millrace::coordinator
