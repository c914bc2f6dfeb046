#pragma once

#include <cstdint>
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

// What claim_directory met: the topic's id, no file, or one that a loss of power left unreadable.
enum class Claim : std::uint8_t { found, written, replaced };

// In a job: makes sure that the file in `directory` names `topic_id`, writing it if it is missing or unreadable and may
// be (`may_write`). What is written lasts after sync_claim and a sync of the directory. Error::stale if it names
// another topic, Error::not_found or Error::corrupt if it would have to be written and must not be.
Result<Claim> claim_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id,
                              bool may_write);

// In a job: the file's contents are on the disk. To be done before the first record is.
Status sync_claim(ports::BlockingFiles& files, const std::string& directory);

}  // namespace millrace::log
