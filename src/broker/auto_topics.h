#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::broker {

class Broker;

// Whether Kafka allows this as a topic's name: 1 to 249 of ASCII letters, digits, '.', '_' and '-', but not "." or
// "..".
bool is_topic_name(std::string_view name);
// __consumer_offsets, __transaction_state, __share_group_state: marked as internal in answers.
bool is_internal_topic(std::string_view name);

// Topics that come into being because somebody asks for them: ordinary ones by a metadata request, internal ones when
// their coordinator is looked for. Asks the controller; whoever wants the topic asks again later, as with Kafka.
class AutoTopics {
 public:
  explicit AutoTopics(Broker& broker) : broker_(broker) {}

  // Begins to create those that are not under way already. Names must be valid.
  void create(const std::vector<std::string>& names);

 private:
  Broker& broker_;
  std::set<std::string> under_way_;
};

}  // namespace millrace::broker
