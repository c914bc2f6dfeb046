#pragma once

#include <cstdint>
#include <memory>

#include "ports/shard.h"

namespace millrace::sim {

inline constexpr std::uint16_t kEchoPort = 7;

// Sends back every byte that it gets.
std::unique_ptr<ports::App> echo_server(ports::Shard& shard);

// What an echo client has seen.
struct EchoResult {
  std::uint64_t echoed = 0;       // bytes that came back right
  std::uint64_t wrong = 0;        // bytes that came back and were not the next ones
  std::uint64_t connections = 0;  // opened, one after the other
};

// Connects to `host`, sends `bytes` bytes and waits for them to come back; begins again when the connection breaks.
std::unique_ptr<ports::App> echo_client(ports::Shard& shard, const char* host, std::uint64_t bytes, EchoResult& result);

}  // namespace millrace::sim
