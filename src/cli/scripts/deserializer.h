#pragma once

#include <string>
#include <string_view>

#include "cli/failure.h"

namespace millrace::cli {

// Bytes of a key, a value or a header as the text that a deserializer's object has in Java; fails if they cannot be
// one.
using Deserializer = Outcome<std::string> (*)(std::string_view bytes);

// The deserializer of Kafka's library with this class name, null for every other: there is no Java to load it.
Deserializer find_deserializer(std::string_view class_name);

}  // namespace millrace::cli
