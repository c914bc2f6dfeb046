#pragma once

#include <cstdint>

namespace millrace::broker {

// What everybody may do while there is no authorizer: a bit per operation of Kafka's numbering (KIP-430).
inline constexpr std::int32_t kTopicOperations = 0b1101'1111'1000;
inline constexpr std::int32_t kClusterOperations = 0b1'1111'1010'0000;
inline constexpr std::int32_t kGroupOperations = 0b1101'0100'1000;

}  // namespace millrace::broker
