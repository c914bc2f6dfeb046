#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/ids.h"

namespace millrace::client {

// Whom a coordinator coordinates: the key types of FindCoordinator.
enum class CoordinatorType : std::int8_t { group = 0, transaction = 1, share = 2 };

// Connections to one broker: brokers answer one connection's requests one after the other, so what must not wait for
// a long fetch goes by another.
enum class Lane : std::uint8_t { data, coordination };

// Where a request goes.
struct Target {
  enum class Kind : std::uint8_t { any, node, controller, coordinator };
  Kind kind = Kind::any;
  NodeId id = kNoNode;
  Lane lane = Lane::data;
  CoordinatorType type = CoordinatorType::group;
  std::string key;

  // The least busy broker that is connected, or the first that answers.
  static Target any() { return {}; }
  static Target node(NodeId id, Lane lane = Lane::data) { return {Kind::node, id, lane, {}, {}}; }
  static Target controller() { return {Kind::controller, kNoNode, Lane::data, {}, {}}; }
  // The coordinator of a group, transactional id, or share group's state; looked up when it is not known.
  static Target coordinator(CoordinatorType type, std::string key) {
    return {Kind::coordinator, kNoNode, Lane::coordination, type, std::move(key)};
  }
};

}  // namespace millrace::client
