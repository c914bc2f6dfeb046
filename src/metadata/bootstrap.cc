#include "metadata/bootstrap.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "metadata/record_frame.h"
#include "protocol/gen/feature_level_record.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::metadata {
namespace {

constexpr std::size_t kOffsetDigits = 20;
constexpr std::size_t kEpochDigits = 10;
constexpr std::string_view kSuffix = ".checkpoint";

Buffer joined(std::initializer_list<Buffer> parts) {
  std::size_t size = 0;
  for (const Buffer& part : parts) size += part.size();
  Buffer whole = Buffer::allocate(size);
  std::byte* to = whole.data();
  for (const Buffer& part : parts) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  return whole;
}

// Takes what one control record of a checkpoint says. False after the footer.
bool note(const raft::Control& control, Checkpoint& into) {
  if (const auto* header = std::get_if<raft::SnapshotHeader>(&control)) into.last_contained = header->last_contained;
  if (const auto* version = std::get_if<raft::KRaftVersion>(&control)) {
    if (!into.membership) into.membership.emplace();
    into.membership->kraft_version = version->level;
  }
  if (const auto* voters = std::get_if<raft::VoterSet>(&control)) {
    if (!into.membership) into.membership.emplace();
    into.membership->voters = *voters;
  }
  return !std::holds_alternative<raft::SnapshotFooter>(control);
}

// Reads the records of one batch. The value is whether the file may go on.
Result<bool, std::string> take(const record::BatchView& batch, Checkpoint& into) {
  const std::string where = "the batch at offset " + std::to_string(batch.base_offset().value());
  if (!batch.crc_ok()) return where + " has a wrong checksum";
  if (batch.codec() != record::Codec::none) return where + " is compressed";
  record::Scratch scratch;
  auto reader = record::RecordReader::open(batch, scratch);
  if (!reader.ok()) return where + " cannot be read";
  bool more = true;
  for (record::Record record; reader->next(record);) {
    if (batch.is_control()) {
      const auto control = raft::parse_control(record);
      if (!control.ok()) return where + " has a damaged control record";
      more = note(*control, into) && more;
    } else if (record.value) {
      into.records.push_back(*record.value);
    }
  }
  if (!reader->status().ok()) return where + " has a damaged record";
  return more;
}

template <typename T>
bool parse_digits(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size() && into >= 0;
}

}  // namespace

Buffer bootstrap_checkpoint(std::span<const std::pair<std::string, std::int16_t>> features,
                            std::span<const Buffer> records, WallTime now) {
  record::BatchOptions options;
  options.base_offset = Offset(1);
  options.leader_epoch = LeaderEpoch(0);
  record::BatchBuilder batch(options);
  for (const auto& [name, level] : features) {
    protocol::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    batch.add(now, std::nullopt, frame_record(record, 0).bytes());
  }
  for (const Buffer& record : records) batch.add(now, std::nullopt, record.bytes());
  const Buffer header = raft::snapshot_header_batch(LeaderEpoch(0), WallTime(0), std::nullopt, now);
  const Offset end = Offset(1) + batch.count();
  if (batch.empty()) return joined({header, raft::snapshot_footer_batch(end, LeaderEpoch(0), now)});
  return joined({header, batch.build(), raft::snapshot_footer_batch(end, LeaderEpoch(0), now)});
}

Buffer voters_checkpoint(const raft::VoterSet& voters, WallTime now) {
  const raft::Membership membership{1, voters};
  return joined({raft::snapshot_header_batch(LeaderEpoch(0), now, membership, now),
                 raft::snapshot_footer_batch(Offset(3), LeaderEpoch(0), now)});
}

Result<Checkpoint, std::string> parse_checkpoint(Bytes file) {
  Checkpoint checkpoint;
  bool complete = false;
  record::BatchWalk walk(file);
  while (!complete && walk.next()) {
    if (walk.batch().magic() != 2) return std::string("a batch is not of magic 2");
    const auto more = take(walk.batch(), checkpoint);
    if (!more.ok()) return more.error();
    complete = !*more;
  }
  if (complete) return checkpoint;
  const bool whole = walk.error() == Error::none;
  return std::string(whole ? "its last batch, the footer, is missing" : "it is cut off or damaged");
}

std::string render_checkpoint_name(const CheckpointName& name) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%020lld-%010lld.checkpoint",
                                 static_cast<long long>(name.end.value()), static_cast<long long>(name.epoch.value()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<CheckpointName> parse_checkpoint_name(std::string_view file_name) {
  if (file_name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size() || !file_name.ends_with(kSuffix) ||
      file_name[kOffsetDigits] != '-') {
    return std::nullopt;
  }
  std::int64_t end = 0;
  std::int32_t epoch = 0;
  if (!parse_digits(file_name.substr(0, kOffsetDigits), end) ||
      !parse_digits(file_name.substr(kOffsetDigits + 1, kEpochDigits), epoch)) {
    return std::nullopt;
  }
  return CheckpointName{Offset(end), LeaderEpoch(epoch)};
}

}  // namespace millrace::metadata
