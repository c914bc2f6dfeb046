#include "log/partition_metadata.h"

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

Status write_claim(ports::BlockingFiles& files, const std::string& path, Uuid topic_id) {
  const std::string temporary = path + ".tmp";
  {
    const auto file = files.open(temporary, ports::OpenMode::create);
    if (!file) return file.error();
    MR_TRY((*file)->resize(FilePosition(0)));
    MR_TRY((*file)->write(FilePosition(0), as_bytes(encode_partition_metadata(topic_id))));
  }
  return files.rename(temporary, path);
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

Result<Claim> claim_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id,
                              bool may_write) {
  const std::string path = directory + "/" + std::string(kPartitionMetadataFile);
  const auto text = ports::read_whole(files, path, kMaxPartitionMetadataBytes);
  if (!text && (text.error() != Error::not_found || !may_write)) return text.error();
  const auto found = text ? parse_partition_metadata(*text) : Result<Uuid>(Error::not_found);
  if (found) return *found == topic_id ? Result<Claim>(Claim::found) : Result<Claim>(Error::stale);
  if (!may_write) return found.error();
  MR_TRY(write_claim(files, path, topic_id));
  return text ? Claim::replaced : Claim::written;
}

Status sync_claim(ports::BlockingFiles& files, const std::string& directory) {
  const auto file = files.open(directory + "/" + std::string(kPartitionMetadataFile), ports::OpenMode::read);
  return file ? (*file)->sync() : Status(file.error());
}

}  // namespace millrace::log
