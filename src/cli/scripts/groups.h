#pragma once

#include "cli/scripts/script.h"

namespace millrace::cli {

// kafka-consumer-groups: the actions on one admin client. What they print is Kafka's.
class ConsumerGroups {
 public:
  ConsumerGroups(const Options& options, client::Admin& admin, Console& console)
      : options_(options), admin_(admin), console_(console) {}

  int list();
  int describe();
  int remove();
  int reset_offsets();
  int delete_offsets();

 private:
  using Positions = std::map<client::TopicPartition, client::OffsetAndMetadata>;
  using Offsets = std::map<client::TopicPartition, std::int64_t>;

  int failed(std::string_view message);
  // The groups that --group or --all-groups names.
  client::Result<std::vector<std::string>> wanted();
  // Tells about a group's state; whether its rows are to be printed.
  bool announce(const client::GroupDescription& group, std::size_t rows);
  int show_offsets(const client::GroupDescription& group);
  void show_members(const client::GroupDescription& group);
  int show_state(const client::GroupDescription& group);
  client::Result<Offsets> look_up(const std::vector<client::TopicPartition>& partitions, std::int64_t spec);
  // "a", "a:0,1": the partitions meant.
  client::Result<std::vector<client::TopicPartition>> named_partitions(const std::vector<std::string>& topics);
  // Those of the partitions that their topics do not have.
  client::Result<std::vector<std::string>> absent(const std::vector<client::TopicPartition>& partitions);
  client::Result<Offsets> targets(const std::string& group);
  client::Result<Offsets> planned(const std::string& group, const std::vector<client::TopicPartition>& partitions);
  client::Result<Offsets> clamped(Offsets wanted);
  // Prints what was reset, or would be. `several`: of more groups than one.
  void show_plans(const std::map<std::string, Offsets>& plans, bool several);

  const Options& options_;
  client::Admin& admin_;
  Console& console_;
};

}  // namespace millrace::cli
