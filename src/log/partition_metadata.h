#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "ports/file.h"

namespace millrace::log {

// partition.metadata: which topic a partition's directory belongs to. Two lines, "version: 0" and "topic_id: ...".
std::string encode_partition_metadata(Uuid topic_id);
// Error::corrupt unless it is one.
Result<Uuid> parse_partition_metadata(std::string_view text);

// In a job: makes sure that the file in `directory` names `topic_id`, writing it if it is missing and may be
// (`may_write`); its name is durable once the directory is synced. Error::stale if it names another topic,
// Error::not_found if it is missing and must not be made.
Status claim_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id, bool may_write);

}  // namespace millrace::log
