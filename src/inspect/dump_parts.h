#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"
#include "inspect/dump.h"

// One function per kind of file, for dump.cc alone.
namespace millrace::inspect::parts {

// A file that is being dumped, and where it is printed to.
struct Job {
  ports::BlockingFiles& files;
  const std::string& path;
  const DumpOptions& options;
  Output& output;

  void print(const Line& line) const { output.out(line.print(options.json, path)); }
  void complain(std::string_view text) const { output.err(std::string(text) + "\n"); }
  // The path of the file beside it that has another ending.
  std::string beside(std::string_view suffix) const;
};

Status dump_log(const Job& job);
Status dump_offset_index(const Job& job);
Status dump_time_index(const Job& job);
Status dump_aborted(const Job& job);
Status dump_snapshot(const Job& job);
// Checkpoints, partition.metadata, meta.properties, quorum-state, marks.
bool is_small_file(std::string_view name);
Status dump_small_file(const Job& job);

// The offset in a file's name, which begins with 20 digits. Error::corrupt otherwise.
Result<Offset> offset_in_name(std::string_view path);

}  // namespace millrace::inspect::parts
