#include "base/uuid.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

std::string TopicId::text() const { return ::millrace::Uuid{high, low}.text(); }

std::optional<TopicId> TopicId::parse(const std::string& text) {
  const auto parsed = ::millrace::Uuid::parse(text);
  if (!parsed) return std::nullopt;
  return TopicId{parsed->high, parsed->low};
}

}  // namespace millrace::client
