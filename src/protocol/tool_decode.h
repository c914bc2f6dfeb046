#pragma once

#include <span>
#include <string>
#include <string_view>

namespace millrace::protocol {

// What a command wants to print, and its exit code.
struct ToolOutput {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// `millrace decode --api NAME|KEY --version V --kind request|response|record|header [--records] HEX`: the JSON of one
// body, in one line; with --records, record batches are shown in base64. `args` is what follows the word decode;
// options may also be written --api=NAME. Bytes behind the message are mentioned on the error output and do no harm.
// Bad input is one line on the error output and exit code 1 (2: usage).
ToolOutput tool_decode(std::span<const std::string_view> args);

}  // namespace millrace::protocol
