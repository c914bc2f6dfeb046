#include "cli/storage.h"

#include <fmt/format.h>

#include <utility>

#include "metadata/bootstrap.h"

namespace millrace::cli {
namespace {

constexpr std::size_t kMetaPropertiesMax = 64 * 1024;

std::string failure(const std::string& path, Error error) {
  const char* why = error == Error::refused    ? "permission denied, or not a directory"
                    : error == Error::no_space ? "the disk is full"
                                               : to_string(error);
  return fmt::format("{}: cannot be written: {}", path, why);
}

// Makes a directory with its parents; those that exist are left alone.
Status create_path(ports::BlockingFiles& files, const std::string& path) {
  const std::string parent = ports::parent_directory(path);
  Status made = files.create_directory(path);
  if (!made && made.error() == Error::exists) return {};
  if (!made && made.error() == Error::not_found && parent != path) {
    MR_TRY(create_path(files, parent));
    made = files.create_directory(path);
  }
  return made.ok() ? files.sync_directory(parent) : made;
}

// Whether `directory` holds nothing but what an interrupted format leaves. Precondition: `entries` are its own.
Result<bool> nothing_of_value(ports::BlockingFiles& files, const std::string& directory,
                              const std::vector<ports::DirectoryEntry>& entries) {
  for (const ports::DirectoryEntry& entry : entries) {
    if (!config::is_left_by_format(entry.name)) return false;
    if (!entry.is_directory) continue;
    const auto inner = files.list(fmt::format("{}/{}", directory, entry.name));
    if (!inner) return inner.error();
    for (const ports::DirectoryEntry& file : *inner) {
      if (!config::is_left_by_format(fmt::format("{}/{}", entry.name, file.name))) return false;
    }
  }
  return true;
}

std::string unusable(const std::string& path, Error error) {
  return fmt::format("{}: cannot be used as a log directory: {}; name another one in log.dirs", path,
                     error == Error::refused ? "permission denied, or not a directory" : to_string(error));
}

raft::VoterSet voters_of(const std::vector<config::FirstVoter>& firsts) {
  std::vector<raft::Voter> voters;
  for (const config::FirstVoter& first : firsts) {
    raft::Voter& voter = voters.emplace_back();
    voter.key = {first.node_id, first.directory_id};
    for (const config::Listener& listener : first.endpoints) {
      const std::string host = listener.address.host.empty() ? "localhost" : listener.address.host;
      voter.endpoints.push_back({listener.name, host, listener.address.port});
    }
  }
  return raft::VoterSet(std::move(voters));
}

// One directory of a plan.
class DirectoryWriter {
 public:
  DirectoryWriter(ports::BlockingFiles& files, std::string path) : files_(files), path_(std::move(path)) {}

  Result<void, std::string> make(std::string_view name = {}) {
    const std::string target = name.empty() ? path_ : fmt::format("{}/{}", path_, name);
    if (const Status made = create_path(files_, target); !made) return failure(target, made.error());
    return {};
  }
  Result<void, std::string> write(std::string_view name, Bytes contents) {
    const std::string target = fmt::format("{}/{}", path_, name);
    if (const Status done = ports::write_atomically(files_, target, contents); !done) {
      return failure(target, done.error());
    }
    return {};
  }

 private:
  ports::BlockingFiles& files_;
  std::string path_;
};

}  // namespace

namespace {

Result<config::DirectoryFound, std::string> look_at(ports::BlockingFiles& files, const std::string& path) {
  config::DirectoryFound found;
  found.path = path;
  const auto entries = files.list(path);
  if (!entries) {
    if (entries.error() == Error::not_found) return found;
    return unusable(path, entries.error());
  }
  const auto bare = nothing_of_value(files, path, *entries);
  if (!bare) return unusable(path, bare.error());
  found.empty = *bare;
  const std::string file = fmt::format("{}/{}", path, config::kMetaPropertiesName);
  const auto text = ports::read_whole(files, file, kMetaPropertiesMax);
  if (!text && text.error() == Error::not_found) return found;
  if (!text) return fmt::format("{}: cannot be read: {}", file, to_string(text.error()));
  auto meta = config::parse_meta_properties(*text);
  if (!meta) return fmt::format("{}: {}", file, meta.error());
  found.meta = std::move(meta).value();
  return found;
}

}  // namespace

Result<std::vector<config::DirectoryFound>, std::string> look_at_directories(ports::BlockingFiles& files,
                                                                             const config::ServerConfig& config,
                                                                             Unusable unusable_ones) {
  std::vector<config::DirectoryFound> all;
  for (const std::string& path : config::all_directories(config)) {
    auto found = look_at(files, path);
    const bool needed = unusable_ones == Unusable::refused || path == config.metadata_log_dir;
    if (!found && needed) return found.error();
    all.push_back(found ? std::move(*found) : config::DirectoryFound{path, false, std::nullopt, false});
  }
  return all;
}

std::vector<Uuid> fresh_directory_ids(ports::Random& random, const config::ServerConfig& config) {
  std::vector<Uuid> ids;
  while (ids.size() < config::all_directories(config).size()) {
    const Uuid id = random.uuid();
    if (config::is_directory_id(id)) ids.push_back(id);
  }
  return ids;
}

Result<void, std::string> write_format(ports::BlockingFiles& files, const config::FormatPlan& plan, WallTime now,
                                       std::span<const Buffer> records) {
  std::vector<std::pair<std::string, std::int16_t>> features;
  for (const config::Feature& feature : plan.features) features.emplace_back(feature.name, feature.level);
  const Buffer bootstrap = metadata::bootstrap_checkpoint(features, records, now);
  for (const config::FormatPlan::Directory& directory : plan.directories) {
    DirectoryWriter writer(files, directory.path);
    MR_TRY(writer.make());
    MR_TRY(writer.write(metadata::kBootstrapName, bootstrap.bytes()));
    if (directory.holds_metadata && !plan.first_voters.empty()) {
      MR_TRY(writer.make(metadata::kMetadataLogName));
      MR_TRY(writer.write(fmt::format("{}/{}", metadata::kMetadataLogName, metadata::kFirstCheckpointName),
                          metadata::voters_checkpoint(voters_of(plan.first_voters), now).bytes()));
    }
    MR_TRY(writer.write(config::kMetaPropertiesName, as_bytes(config::render_meta_properties(directory.meta))));
  }
  return {};
}

}  // namespace millrace::cli
