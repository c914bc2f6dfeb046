#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"
#include "protocol/errc.h"

namespace millrace::broker {

// What AlterConfigs and IncrementalAlterConfigs ask for one setting. AlterConfigs only sets.
enum class ChangeKind : std::int8_t { set = 0, unset = 1, append = 2, subtract = 3 };

struct SettingChange {
  std::string_view name;
  std::int8_t kind = 0;  // a ChangeKind, if it is one
  std::optional<std::string_view> value;
};

struct ResourceChange {
  std::int8_t type = 0;
  std::string_view name;
  std::vector<SettingChange> settings;
};

// What a broker has to say of a change before the controller is asked.
struct Judgement {
  bool decided = false;  // the controller is not asked
  protocol::Errc error = protocol::Errc::none;
  std::string message;
};

// Judges every change of a request as the broker that it came to: it knows which resources there can be, what this
// server can change while it runs, and its own loggers, whose changes end here (KIP-226, KIP-412). `replaces`: the
// settings named are to be all that the resource has (AlterConfigs). In the order of `changes`.
std::vector<Judgement> judge(Broker& broker, const std::vector<ResourceChange>& changes, bool replaces);

// Sets the levels of loggers that were judged well, on every shard; `done` when all have them.
void set_loggers(Broker& broker, const std::vector<ResourceChange>& changes, const std::vector<Judgement>& judgements,
                 Task done);

}  // namespace millrace::broker
