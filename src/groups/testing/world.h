#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/testing/memory_log.h"
#include "coordinator/testing/turns.h"
#include "groups/group_coordinator.h"

namespace millrace::groups::testing {

// A topic t with 4 partitions and a topic u with 1.
class TwoTopics final : public TopicDirectory {
 public:
  static constexpr Uuid kT{1, 1};
  static constexpr Uuid kU{2, 2};
  std::optional<Topic> by_name(std::string_view name) const override;
  std::optional<Topic> by_id(const Uuid& id) const override;
};

// A coordinator, its partition's log, clients with short names, and one line of text for each thing that happens. The
// words are described in tests/scenarios/README.md.
class World {
 public:
  World();
  ~World();

  // Does what `line` says; returns what came of it, in one line.
  std::string run(std::string_view line);

 private:
  struct Client {
    std::string member_id;
    std::int32_t generation = -1;
    std::string assignment;
    int ids_seen = 0;
  };
  struct Request {
    std::string who;
    std::vector<std::string> words;
    std::int16_t version = 0;
    std::string member_id;
    std::optional<std::string> instance_id;
    std::int32_t generation = -1;
  };

  void setting(const std::vector<std::string>& words);
  void restart();
  std::string world_command(const std::vector<std::string>& words, bool& known);
  std::string log_text();
  Request request_of(const std::vector<std::string>& words);
  void join(const Request& request);
  void sync(const Request& request);
  void heartbeat(const Request& request);
  void leave(const Request& request);
  void commit(const Request& request);
  void fetch(const Request& request);
  void delete_offsets(const Request& request);
  std::string admin_command(const std::vector<std::string>& words, bool& known);
  void given_records(const std::vector<std::string>& words);

  // Lets everything happen, and gathers what was answered.
  std::string settle(std::string_view asker);
  void say(const std::string& who, const std::string& text);
  // The short name of a member id, for people: "a-2" is the second id that a got.
  std::string alias(std::string_view id);
  void learn(const std::string& who, std::string_view id);
  std::string real_id(std::string_view name) const;

  coordinator::testing::Turns turns_;
  coordinator::testing::CountingRandom random_;
  coordinator::testing::KeptLog logger_;
  coordinator::testing::Disk disk_;
  coordinator::testing::MemoryLog* log_ = nullptr;
  TwoTopics topics_;
  GroupSettings settings_;
  std::string group_ = "g";
  std::map<std::string, std::int16_t> versions_;
  Millis session_{10'000};
  Millis rebalance_{30'000};
  std::unique_ptr<GroupCoordinator> coordinator_;
  std::map<std::string, Client> clients_;
  std::map<std::string, std::string, std::less<>> aliases_;  // member id -> short name
  std::vector<std::pair<std::string, std::string>> answers_;
};

}  // namespace millrace::groups::testing
