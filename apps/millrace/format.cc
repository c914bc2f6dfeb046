#include "apps/millrace/format.h"

#include <fmt/format.h>

#include "metadata/bootstrap.h"

namespace millrace::apps {
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
  const Status made = files.create_directory(path);
  if (made.ok()) return files.sync_directory(ports::parent_directory(path));
  if (made.error() == Error::exists) return {};
  if (made.error() != Error::not_found || ports::parent_directory(path) == path) return made;
  MR_TRY(create_path(files, ports::parent_directory(path)));
  MR_TRY(files.create_directory(path));
  return files.sync_directory(ports::parent_directory(path));
}

raft::Voter this_voter(const config::ServerConfig& config, const Uuid& directory_id) {
  raft::Voter voter;
  voter.key = {config.node_id, directory_id};
  for (const auto& listener : config.network.advertised_controllers) {
    voter.endpoints.push_back({listener.name, listener.address.host, listener.address.port});
  }
  return voter;
}

Result<void, std::string> format_one(ports::BlockingFiles& files, const config::ServerConfig& config,
                                     const std::string& path, const Uuid& directory_id, const FormatRequest& request) {
  if (const Status made = create_path(files, path); !made) return failure(path, made.error());
  const auto write = [&](std::string_view name, Bytes contents) -> Result<void, std::string> {
    const std::string target = fmt::format("{}/{}", path, name);
    if (const Status done = ports::write_atomically(files, target, contents); !done) {
      return failure(target, done.error());
    }
    return {};
  };
  std::vector<std::pair<std::string, std::int16_t>> features;
  for (const config::Feature& feature : request.features) features.emplace_back(feature.name, feature.level);
  MR_TRY(write(metadata::kBootstrapName, metadata::bootstrap_checkpoint(features, {}, request.now).bytes()));
  if (request.standalone && path == config.metadata_log_dir) {
    const std::string log = fmt::format("{}/{}", path, metadata::kMetadataLogName);
    if (const Status made = create_path(files, log); !made) return failure(log, made.error());
    const raft::VoterSet voters({this_voter(config, directory_id)});
    MR_TRY(write(fmt::format("{}/{}", metadata::kMetadataLogName, metadata::kFirstCheckpointName),
                 metadata::voters_checkpoint(voters, request.now).bytes()));
  }
  const std::string meta =
      config::render_meta_properties({request.cluster_id, config.node_id, directory_id});
  return write(config::kMetaPropertiesName, as_bytes(meta));
}

// What lies at `path` now.
Result<config::DirectoryFound, std::string> look(ports::BlockingFiles& files, const std::string& path) {
  config::DirectoryFound found;
  found.path = path;
  const auto entries = files.list(path);
  if (!entries) {
    if (entries.error() == Error::not_found) return found;
    return fmt::format("{}: cannot be used as a log directory: {}; name another one in log.dirs", path,
                       entries.error() == Error::refused ? "permission denied, or not a directory"
                                                         : to_string(entries.error()));
  }
  found.empty = entries->empty();
  const std::string file = path + "/" + std::string(config::kMetaPropertiesName);
  const auto text = ports::read_whole(files, file, kMetaPropertiesMax);
  if (!text) {
    if (text.error() == Error::not_found) return found;
    return fmt::format("{}: cannot be read: {}", file, to_string(text.error()));
  }
  auto meta = config::parse_meta_properties(*text);
  if (!meta) return fmt::format("{}: {}", file, meta.error());
  found.meta = std::move(meta).value();
  return found;
}

}  // namespace

Result<config::DirectoryVerdict, std::string> inspect_directories(ports::BlockingFiles& files,
                                                                  const config::ServerConfig& config) {
  std::vector<config::DirectoryFound> found;
  for (const std::string& path : config.log_dirs) {
    auto one = look(files, path);
    if (!one) return one.error();
    found.push_back(std::move(one).value());
  }
  return config::judge_directories(found, config.metadata_log_dir, config.node_id);
}

Result<void, std::string> format_directories(ports::BlockingFiles& files, ports::Random& random,
                                             const config::ServerConfig& config, const std::vector<std::string>& paths,
                                             const FormatRequest& request) {
  for (const std::string& path : paths) {
    Uuid directory_id = random.uuid();
    while (!config::is_directory_id(directory_id)) directory_id = random.uuid();
    MR_TRY(format_one(files, config, path, directory_id, request));
  }
  return {};
}

}  // namespace millrace::apps
