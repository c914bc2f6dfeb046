#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "millrace/consumer_record.h"
#include "millrace/record.h"

// Records as JSON, one object a line, without loss:
//   {"topic":"t","partition":0,"offset":7,"timestamp":1700000000000,"key":"k","value":"v",
//    "headers":[{"key":"a","value":"b"}]}
// Bytes that are no UTF-8 stand in base64 under key_base64 or value_base64; null is null. Headers are left out if there
// are none.
namespace millrace::cli {

void write_json(const client::ConsumerRecord& record, std::string& out);

// A record to be sent, from such an object; partition and offset are not taken from it. The error is a line.
Result<client::Record, std::string> read_json(std::string_view line);

}  // namespace millrace::cli
