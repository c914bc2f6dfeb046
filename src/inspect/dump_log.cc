// Segments of logs, and snapshots of the metadata, which have the same form.
#include <algorithm>
#include <charconv>

#include "inspect/dump_parts.h"
#include "log/file_scan.h"
#include "log/names.h"
#include "record/legacy.h"
#include "record/record_reader.h"

namespace millrace::inspect::parts {
namespace {

class LogDump {
 public:
  LogDump(const Job& job, Decoder decoder) : job_(job), decoder_(decoder) {}
  void batch(const record::BatchView& batch, std::uint64_t position, bool crc_ok);
  void records(const record::BatchView& batch);
  // Offsets that do not follow one another, which only a log without compaction has.
  void report_gaps() const;

 private:
  void modern_records(const record::BatchView& batch);
  void record(const record::BatchView& batch, record::Record& record);
  void legacy_records(const record::BatchView& batch);
  void contents(Line& line, Offset offset, const std::optional<Bytes>& key, const std::optional<Bytes>& value) const;
  void follow(Offset offset);
  bool deep_metadata() const { return job_.options.record_metadata; }

  const Job& job_;
  const Decoder decoder_;
  record::Scratch scratch_;
  Offset last_ = kNoOffset;
  std::vector<std::pair<Offset, Offset>> gaps_;
};

std::string_view timestamp_name(const record::BatchView& batch) {
  if (batch.magic() == 0) return "NoTimestampType";
  return batch.timestamp_type() == record::TimestampType::log_append_time ? "LogAppendTime" : "CreateTime";
}

std::uint32_t stored_crc(const record::BatchView& batch) {
  constexpr std::size_t kLegacyCrcAt = 12;
  return batch.is_legacy() ? load_be<std::uint32_t>(batch.bytes().data() + kLegacyCrcAt) : batch.crc();
}

void LogDump::batch(const record::BatchView& batch, std::uint64_t position, bool crc_ok) {
  Line line("batch");
  if (batch.is_legacy()) {
    line.number("offset", batch.last_offset().value());
  } else {
    const bool horizon = (batch.attributes() & record::kDeleteHorizonBit) != 0;
    line.number("baseOffset", batch.base_offset().value())
        .number("lastOffset", batch.last_offset().value())
        .number("count", batch.count())
        .number("baseSequence", batch.base_sequence())
        .number("lastSequence", batch.last_sequence())
        .number("producerId", batch.producer_id().value())
        .number("producerEpoch", batch.producer_epoch().value())
        .number("partitionLeaderEpoch", batch.leader_epoch().value())
        .flag("isTransactional", batch.is_transactional())
        .flag("isControl", batch.is_control())
        .optional("deleteHorizonMs", horizon ? std::optional(batch.base_timestamp().value()) : std::nullopt);
  }
  line.number("position", static_cast<std::int64_t>(position))
      .number(timestamp_name(batch), batch.max_timestamp().value())
      .number("size", static_cast<std::int64_t>(batch.size()))
      .number("magic", batch.magic())
      .word("compresscodec", batch.codec_known() ? record::to_string(batch.codec()) : "unknown")
      .number("crc", stored_crc(batch))
      .flag("isvalid", crc_ok);
  job_.print(line);
}

void LogDump::follow(Offset offset) {
  if (last_ != kNoOffset && offset != last_ + 1) gaps_.emplace_back(last_, offset);
  last_ = offset;
}

void LogDump::report_gaps() const {
  if (gaps_.empty()) return;
  job_.complain("Non-consecutive offsets in " + job_.path);
  for (const auto& [first, second] : gaps_) {
    job_.complain("  " + std::to_string(first.value()) + " is followed by " + std::to_string(second.value()));
  }
}

void LogDump::contents(Line& line, Offset offset, const std::optional<Bytes>& key,
                       const std::optional<Bytes>& value) const {
  if (!job_.options.contents) return;
  if (decoder_ == Decoder::text) {
    if (key) line.bytes("key", *key);
    if (value) line.bytes("payload", *value);
    return;
  }
  const Decoded decoded = decode_record(decoder_, offset, key, value);
  const auto add = [&line](std::string_view name, const std::optional<Decoded::Part>& part) {
    if (!part) return;
    if (part->is_json) {
      line.json(name, part->text);
    } else {
      line.word(name, part->text);
    }
  };
  add("key", decoded.key);
  add("payload", decoded.value);
}

std::int64_t size_of(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

void LogDump::record(const record::BatchView& batch, record::Record& record) {
  Line line("record", "| ");
  if (deep_metadata()) {
    std::vector<std::string> header_keys;
    record::Header header;
    while (record.headers.next(header)) {
      bool whole = true;
      header_keys.push_back(readable(header.key, whole));
    }
    line.number("offset", record.offset.value())
        .number(timestamp_name(batch), record.timestamp.value())
        .number("keySize", size_of(record.key))
        .number("valueSize", size_of(record.value))
        .number("sequence", record.sequence)
        .list("headerKeys", header_keys);
    if (batch.is_control()) {
      const auto control = decode_control(record.key, record.value);
      if (!control) {
        line.word("controlType", "UNREADABLE");
      } else if (control->is_json) {
        line.json(control->name, control->text, control->glue == " " ? std::string_view(" ") : std::string_view(": "));
      } else {
        line.word(control->name, control->text);
      }
      if (control && control->coordinator_epoch) line.number("coordinatorEpoch", *control->coordinator_epoch);
    }
  }
  if (!batch.is_control()) contents(line, record.offset, record.key, record.value);
  job_.print(line);
}

void LogDump::modern_records(const record::BatchView& batch) {
  auto reader = record::RecordReader::open(batch, scratch_);
  Status status = reader.ok() ? Status() : Status(reader.error());
  record::Record one;
  while (reader.ok() && reader->next(one)) {
    follow(one.offset);
    record(batch, one);
  }
  if (reader.ok()) status = reader->status();
  if (!status) {
    job_.complain("The records of the batch at offset " + std::to_string(batch.base_offset().value()) + " in " +
                  job_.path + " cannot be read: " + to_string(status.error()));
  }
}

void LogDump::legacy_records(const record::BatchView& batch) {
  const Status status = record::each_legacy_record(batch, scratch_, [&](const record::LegacyMessage& message) {
    follow(message.offset);
    Line line("record", "| ");
    if (deep_metadata()) {
      line.number("offset", message.offset.value())
          .number(timestamp_name(batch), message.timestamp.value())
          .number("keySize", size_of(message.key))
          .number("valueSize", size_of(message.value))
          .flag("isValid", message.crc_ok)
          .number("crc", message.crc);
    }
    contents(line, message.offset, message.key, message.value);
    job_.print(line);
    return true;
  });
  if (!status) {
    job_.complain("The messages at offset " + std::to_string(batch.base_offset().value()) + " in " + job_.path +
                  " cannot be read: " + to_string(status.error()));
  }
}

void LogDump::records(const record::BatchView& batch) {
  if (batch.is_legacy()) {
    legacy_records(batch);
  } else {
    modern_records(batch);
  }
}

Decoder choose_decoder(const Job& job) {
  if (job.options.decoder) return *job.options.decoder;
  if (job.path.ends_with(".checkpoint")) return Decoder::cluster_metadata;
  return decoder_of(log::base_name(ports::parent_directory(job.path)));
}

// What a log or a snapshot holds by its name.
std::string title(std::string_view name, const Result<Offset>& start) {
  constexpr std::size_t kEpochAt = 21;  // behind the offset and '-'
  constexpr std::size_t kEpochDigits = 10;
  if (!start) return "KRaft bootstrap snapshot";
  const std::string offset = std::to_string(start->value());
  if (name.ends_with(log::kLogSuffix)) return "Log starting offset: " + offset;
  std::int32_t epoch = 0;
  const auto digits = name.substr(std::min(kEpochAt, name.size()), kEpochDigits);
  std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
  return "Snapshot end offset: " + offset + ", epoch: " + std::to_string(epoch);
}

}  // namespace

Status dump_log(const Job& job) {
  const auto start = offset_in_name(job.path);
  const bool is_log = job.path.ends_with(log::kLogSuffix);
  if (is_log && !start) {
    job.complain("The name of " + job.path + " does not begin with an offset");
    return Error::corrupt;
  }
  auto file = job.files.open(job.path, ports::OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  job.print(Line("start").sentence("text", title(log::base_name(job.path), start)));

  const auto total = static_cast<std::uint64_t>(size->value());
  const std::uint64_t end = std::min(total, job.options.max_bytes);
  log::FileScan scan(**file, 0, end);
  LogDump dump(job, choose_decoder(job));
  while (scan.next()) {
    const std::uint64_t position = scan.position();
    const bool crc_ok = scan.crc_ok();
    const auto whole = scan.whole();
    if (!whole) return whole.error();
    dump.batch(*whole, position, crc_ok);
    if (job.options.records || job.options.contents) dump.records(*whole);
  }
  dump.report_gaps();
  if (scan.stop() == log::FileScan::Stop::io) return Error::io;
  if (scan.stop() == log::FileScan::Stop::damage && end == total) {
    job.print(Line("trailing").sentence("text", "Found " + std::to_string(total - scan.position()) +
                                                    " invalid bytes at the end of " +
                                                    std::string(log::base_name(job.path))));
    return Error::corrupt;
  }
  return {};
}

}  // namespace millrace::inspect::parts
