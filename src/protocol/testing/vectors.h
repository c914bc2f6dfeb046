#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/schema.h"

namespace millrace::protocol::testing {

// One line of a file of vectors: kind, name, key, version, hexadecimal bytes, JSON; separated by tabs.
struct Vector {
  std::size_t line = 0;
  const MessageSchema* message = nullptr;
  std::int16_t version = 0;
  std::vector<std::byte> bytes;
  std::string json;
};

// Reads a whole file. What cannot be read is added to `problems`, with its line.
std::vector<Vector> load_vectors(const std::string& path, std::vector<std::string>& problems);

}  // namespace millrace::protocol::testing
