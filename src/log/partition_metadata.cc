#include "log/partition_metadata.h"

#include <optional>

#include "log/limits.h"
#include "log/names.h"

namespace millrace::log {
namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string encode_partition_metadata(Uuid topic_id) { return "version: 0\ntopic_id: " + topic_id.text(); }

Result<Uuid> parse_partition_metadata(std::string_view text) {
  if (take_line(text) != "version: 0") return Error::corrupt;
  const std::string_view line = take_line(text);
  constexpr std::string_view kKey = "topic_id: ";
  if (!line.starts_with(kKey)) return Error::corrupt;
  return Uuid::parse(line.substr(kKey.size()));
}

Status claim_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id, bool may_write) {
  const std::string path = directory + "/" + std::string(kPartitionMetadataFile);
  const auto text = ports::read_whole(files, path, kMaxPartitionMetadataBytes);
  if (!text) {
    if (text.error() != Error::not_found || !may_write) return text.error();
    return ports::replace_file(files, path, as_bytes(encode_partition_metadata(topic_id)));
  }
  const auto found = parse_partition_metadata(*text);
  if (!found) return found.error();
  return *found == topic_id ? Status() : Status(Error::stale);
}

}  // namespace millrace::log
