#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inspect/decoder.h"
#include "inspect/line.h"
#include "inspect/output.h"
#include "ports/file.h"

namespace millrace::inspect {

struct DumpOptions {
  bool records = false;            // one line per record
  bool contents = false;           // and what is in it; implies `records`
  bool record_metadata = true;     // offset, time, sizes of each record
  bool print_indexes = true;       // false: only compare them with the log
  bool sanity_only = false;        // of an index: only whether a broker would keep it at its start
  std::uint64_t max_bytes = UINT64_MAX;  // of whole batches of each log
  // How contents are read; without one by the directory: what Kafka's own topics hold, text elsewhere.
  std::optional<Decoder> decoder;
  bool every_file = false;         // checkpoints and the other small files too
  bool json = false;               // an object a line
};

// Prints what is in a file of a log directory, in the text of Kafka's tool (docs/compat.md says where it differs):
// segments and snapshots of the metadata batch by batch, their indexes compared with the log beside them. Complaints
// go to the error output. Error::not_found, Error::io, and Error::corrupt where it was not what its name says.
Status dump_file(ports::BlockingFiles& files, const std::string& path, const DumpOptions& options, Output& output);

// The files under `path` that dump_file() knows, in order of name, directories of partitions included; `path` itself
// if it is no directory.
std::vector<std::string> files_under(ports::BlockingFiles& files, const std::string& path);

}  // namespace millrace::inspect
