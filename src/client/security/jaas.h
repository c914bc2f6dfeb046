#pragma once

#include <map>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::client {

// What sasl.jaas.config says: one login module, a control flag, and options.
struct Jaas {
  std::string module;  // the class's name without its package: "ScramLoginModule"
  std::map<std::string, std::string, std::less<>> options;
};

// Reads `org.x.PlainLoginModule required username="a" password="b";` as Java does: values may be quoted with double
// quotes, in which \ takes away the meaning of the next character. Cause::invalid_config says what is missing; values
// are not in the message.
Result<Jaas> parse_jaas(std::string_view text);

}  // namespace millrace::client
