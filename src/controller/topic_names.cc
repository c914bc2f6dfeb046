#include "controller/topic_names.h"

#include <algorithm>

namespace millrace::controller {
namespace {

bool legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool same_but_for_dots(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '.' ? '_' : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return plain(x) == plain(y); });
}

}  // namespace

Result<void, std::string> check_topic_name(std::string_view name) {
  const std::string invalid = "Topic name is invalid: ";
  const std::string quoted = "'" + std::string(name) + "'";
  if (name.empty()) return invalid + "the empty string is not allowed";
  if (name == "." || name == "..") return invalid + quoted + " is not allowed";
  if (name.size() > kMaxTopicNameLength) {
    return invalid + "the length of " + quoted + " is longer than the max allowed length " +
           std::to_string(kMaxTopicNameLength);
  }
  if (!std::all_of(name.begin(), name.end(), legal)) {
    return invalid + quoted + " contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
  }
  return {};
}

Result<void, std::string> check_collisions(const metadata::Image& image, std::string_view name) {
  if (name.find_first_of("._") == std::string_view::npos) return {};
  std::string others;
  for (const metadata::TopicImage* topic : image.topics()) {
    if (topic->name == name || !same_but_for_dots(topic->name, name)) continue;
    others += others.empty() ? topic->name : ", " + topic->name;
  }
  if (others.empty()) return {};
  return "Topic '" + std::string(name) + "' collides with existing topic: " + others;
}

}  // namespace millrace::controller
