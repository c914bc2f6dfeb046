#include "cli/profile.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "cli/connect.h"
#include "runtime/blocking_files.h"

namespace millrace::cli {
namespace {

constexpr std::string_view kSuffix = ".properties";
constexpr std::size_t kNameMax = 64;

bool good_name(std::string_view name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= kNameMax && name.front() != '.' && std::ranges::all_of(name, fine);
}

Outcome<std::string> profile_path(const Surroundings& around, const std::string& name) {
  if (!good_name(name)) {
    return Failure{kUsage, fmt::format("{} is no name for a profile; use letters, digits, '-', '_' and '.'", name)};
  }
  const auto folder = config_folder(around);
  if (!folder) return folder.error();
  return fmt::format("{}/profiles/{}{}", *folder, name, kSuffix);
}

// Every folder of a path that is missing.
Status make_folders(runtime::SystemFiles& files, const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string part = path.substr(0, at);
    if (const Status made = files.create_directory(part); !made && made.error() != Error::exists) return made;
    if (at == std::string::npos) return {};
  }
}

Outcome<void> write_text(const std::string& path, std::string_view text) {
  runtime::SystemFiles files;
  Status done = make_folders(files, ports::parent_directory(path));
  if (done) done = ports::write_atomically(files, path, as_bytes(text));
  if (!done) return Failure{kSomeFailed, fmt::format("{}: {}", path, to_string(done.error()))};
  return {};
}

}  // namespace

Outcome<std::string> config_folder(const Surroundings& around) {
  if (const auto folder = around.variable("XDG_CONFIG_HOME"); folder.starts_with('/')) return folder + "/millrace";
  if (const auto home = around.variable("HOME"); home.starts_with('/')) return home + "/.config/millrace";
  return Failure{kUsage, "profiles need a place: set XDG_CONFIG_HOME or HOME"};
}

std::vector<std::string> profile_names(const Surroundings& around) {
  std::vector<std::string> names;
  const auto folder = config_folder(around);
  if (!folder) return names;
  runtime::SystemFiles files;
  const auto entries = files.list(*folder + "/profiles");
  if (!entries) return names;
  for (const auto& entry : *entries) {
    if (entry.is_directory || !entry.name.ends_with(kSuffix)) continue;
    names.push_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
  }
  std::ranges::sort(names);
  return names;
}

std::string current_profile(const Surroundings& around) {
  if (auto name = around.variable("MILLRACE_PROFILE"); !name.empty()) return name;
  const auto folder = config_folder(around);
  if (!folder) return {};
  runtime::SystemFiles files;
  auto text = ports::read_whole(files, *folder + "/current", kNameMax + 1);
  if (!text) return {};
  return text->substr(0, text->find('\n'));
}

Outcome<std::vector<config::Property>> read_profile(const Surroundings& around, const std::string& name) {
  const auto path = profile_path(around, name);
  if (!path) return path.error();
  const auto names = profile_names(around);
  if (std::ranges::find(names, name) == names.end()) {
    const auto others = names.empty() ? "" : fmt::format("; there are: {}", fmt::join(names, ", "));
    return Failure{kUsage, fmt::format("there is no profile {}{}\n  next: millrace profile set {} "
                                       "bootstrap.servers=HOST:PORT",
                                       name, others, name)};
  }
  const auto text = read_text(*path);
  if (!text) return text.error();
  auto parsed = config::parse_properties(*text);
  if (!parsed) return Failure{kUsage, fmt::format("{}:{}: {}", *path, parsed.error().line, parsed.error().reason)};
  return *std::move(parsed);
}

Outcome<void> write_profile(const Surroundings& around, const std::string& name,
                            const std::vector<config::Property>& settings) {
  const auto path = profile_path(around, name);
  if (!path) return path.error();
  std::string text;
  for (const auto& setting : settings) text += config::render_property(setting.key, setting.value);
  return write_text(*path, text);
}

Outcome<void> use_profile(const Surroundings& around, const std::string& name) {
  const auto folder = config_folder(around);
  if (!folder) return folder.error();
  return write_text(*folder + "/current", name + "\n");
}

}  // namespace millrace::cli
