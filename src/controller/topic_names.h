#pragma once

#include <string>
#include <string_view>

#include "controller/decision.h"

namespace millrace::controller {

inline constexpr std::size_t kMaxTopicNameLength = 249;

// Success, or why no topic may have this name, in Kafka's words.
Result<void, std::string> check_topic_name(std::string_view name);

// Success, or which existing topics differ from `name` only by '.' and '_', which metric names cannot tell apart.
Result<void, std::string> check_collisions(const metadata::Image& image, std::string_view name);

}  // namespace millrace::controller
