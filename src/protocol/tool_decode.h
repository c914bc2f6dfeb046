#pragma once

#include <string>

namespace millrace::protocol {

// What a command wants to print, and its exit code.
struct ToolOutput {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// What is to be decoded, as text of the command line.
struct DecodeQuery {
  std::string api;       // a name ("Metadata", "TopicRecord", "RequestHeader") or an API key
  std::string version;
  std::string kind;      // request, response, record or header
  std::string hex;       // the message's bytes
  bool records = false;  // show record batches in base64
};

// The JSON of one body, in one line. Bytes behind the message are mentioned on the error output and do no harm. Bad
// input is one line on the error output and exit code 1 (2: not one of the kinds).
ToolOutput tool_decode(const DecodeQuery& query);

}  // namespace millrace::protocol
