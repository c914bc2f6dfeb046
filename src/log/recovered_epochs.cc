#include "log/recovered_epochs.h"

#include <utility>

#include "log/file_scan.h"
#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {
namespace {

RecoveryFailure failure(Error error, const std::string& path, std::string_view what) {
  return {error, path + " " + std::string(what) + " (" + to_string(error) + ")"};
}

// What the checkpoint file says; nothing if it cannot be told.
std::optional<EpochTable> read_checkpoint(ports::BlockingFiles& files, const std::string& path,
                                          std::vector<std::string>& notes) {
  const auto text = ports::read_whole(files, path, kMaxCheckpointBytes);
  auto parsed = text ? EpochTable::parse(*text) : Result<EpochTable>(text.error());
  if (parsed) return std::move(*parsed);
  if (parsed.error() != Error::not_found) {
    notes.push_back(path + " is not readable (" + to_string(parsed.error()) + "): rebuilt from the batches");
  }
  return std::nullopt;
}

}  // namespace

std::optional<RecoveryFailure> recover_epochs(ports::BlockingFiles& files, const std::string& directory,
                                              const RecoverySettings& settings, const EpochTable& seen,
                                              RecoveredLog& log) {
  const std::string path = directory + "/" + std::string(kEpochFile);
  const auto known = settings.epochs ? settings.epochs : read_checkpoint(files, path, log.notes);
  auto merged = known ? EpochTable::merge(*known, settings.old_epochs ? *known : seen, log.end()) : std::nullopt;
  if (merged) {
    log.epochs = std::move(*merged);
  } else {
    EpochTable all;
    for (const RecoveredSegment& segment : log.segments) {
      auto file = files.open(directory + "/" + segment_name(segment.index.base()), ports::OpenMode::read);
      if (!file) return failure(file.error(), directory, "has a segment that cannot be opened");
      FileScan batches(**file, 0, segment.size);
      while (batches.next()) {
        const record::BatchView& batch = batches.batch();
        if (batch.leader_epoch() >= LeaderEpoch(0)) all.begin(batch.leader_epoch(), batch.base_offset());
      }
      if (batches.stop() == FileScan::Stop::io) {
        return failure(Error::io, directory, "has a segment that cannot be read");
      }
    }
    log.epochs = std::move(all);
  }
  if (log.damage || settings.epochs || (merged && log.epochs.entries() == known->entries())) return {};
  if (!known && log.epochs.entries().empty()) return {};  // nor is there any batch
  // Segments are trusted from now on whose batches alone had told.
  const auto written = ports::write_atomically(files, path, as_bytes(log.epochs.encode()));
  if (!written) return failure(written.error(), path, "cannot be written");
  return {};
}

}  // namespace millrace::log
