#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ports/file.h"

namespace millrace::inspect {

// Where a partition's log is damaged, and what stands from there on: what is lost when it is cut there.
struct Loss {
  std::string partition;       // name of its directory
  std::string file;            // the damaged segment's name
  std::uint64_t position = 0;  // where the damage begins
  Offset offset;               // the log would end here
  std::string why;
  Offset last_seen = kNoOffset;      // the greatest offset that a header behind the damage names; kNoOffset: none
  std::uint64_t bytes = 0;           // in that file behind the position, and in later segments
  std::uint64_t readable = 0;        // whole batches with right checksums among them
  std::vector<std::string> segments; // later ones, oldest first
};

// The first damage of the log in `directory`; nothing if all of it can be read, or only zeros stand behind it. Changes
// nothing. A job; Error::not_found, Error::io.
Result<std::optional<Loss>> find_loss(ports::BlockingFiles& files, const std::string& directory);

// Cuts the log where `loss` says, durably: the bytes behind it and the later segments are kept beside the log in files
// that end with .cut, and what points behind the new end goes (indexes of the cut segments, producer snapshots, the
// durable mark; checkpoints of the log directory are lowered to it), so that a server opens the partition for writing.
// What it made is returned, by name. A job; the caller holds the lock of the log directory. After an error it can be
// begun again.
Result<std::vector<std::string>> cut_loss(ports::BlockingFiles& files, const std::string& log_dir, const Loss& loss);

}  // namespace millrace::inspect
