#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/gen/metadata_records.h"

// Records of the metadata log as they stand in the value of a log record: frame version, record type and record version
// as base-128 numbers, then the body. Pure functions; strings and bytes of a decoded record point into the value.
namespace millrace::protocol {

// The only frame version that exists.
inline constexpr std::uint32_t kMetadataFrameVersion = 1;

// Reads one value. Error::unsupported: frame version, type or record version are not known; Error::corrupt also if
// bytes are left behind the record; else as decode().
Result<MetadataRecord> decode_metadata(Bytes value);

// The value for `record` in `version`. Precondition: the record has that version.
Buffer encode_metadata(const MetadataRecord& record, std::int16_t version);

// The type number and the newest version of the record that `record` holds.
std::int16_t metadata_type(const MetadataRecord& record);
std::int16_t metadata_max_version(const MetadataRecord& record);

}  // namespace millrace::protocol
