#include "client/producer/encoded_record.h"

namespace millrace::client {
namespace {

std::optional<Bytes> bytes_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return as_bytes(*text);
}

}  // namespace

std::size_t RecordEncoder::size(const Record& record) {
  record_ = &record;
  headers_.clear();
  for (const Header& header : record.headers) headers_.push_back({as_bytes(header.key), bytes_of(header.value)});
  return record::body_size(bytes_of(record.key), bytes_of(record.value), headers_);
}

void RecordEncoder::put(std::byte* to) const {
  record::put_body(to, bytes_of(record_->key), bytes_of(record_->value), headers_);
}

}  // namespace millrace::client
