#pragma once

#include <set>

#include "cli/scripts/reassign.h"

namespace millrace::cli {

// The actions of kafka-reassign-partitions. Each prints what it has done; the error is the last line that it prints.
class Reassigner {
 public:
  using Done = Result<void, std::string>;
  Reassigner(client::Admin& admin, Console& console) : admin_(admin), console_(console) {}

  Done list();
  Done generate(const std::string& topics, const std::string& brokers, bool racks);
  // Bounds in bytes a second; negative: none. `patience_ms`: how long moves between directories may take to begin.
  struct Execution {
    bool additional = false;
    bool factor_may_change = true;
    std::int64_t throttle = -1;
    std::int64_t directory_throttle = -1;
    std::int64_t patience_ms = 10'000;
  };
  Done execute(const std::string& text, const Execution& how);
  Done verify(const std::string& text, bool keep_throttles);
  Done cancel(const std::string& text, bool keep_throttles, std::int64_t patience_ms);

 private:
  struct Place {
    std::string now;     // empty: not found
    std::string future;  // empty: not being moved
  };
  using Places = std::map<client::BrokerReplica, Place>;
  using Moves = std::map<client::TopicPartition, client::Reassignment>;

  Result<Moves, std::string> moves();
  // The present assignment of topics; unknown ones are left out, or an error.
  Result<Assignment, std::string> present(const std::set<std::string>& topics, bool lenient = false);
  Result<Places, std::string> places(const std::set<std::int32_t>& brokers);
  Result<Directories, std::string> directories(const Assignment& assignment);
  Result<std::set<std::int32_t>, std::string> brokers();
  Done throttle(const Assignment& proposed, const Assignment& current, const Moves& moving, const Execution& how,
                const Directories& directories);
  Done begin_moves(Directories pending, std::int64_t patience_ms);
  Done clear_throttles(const ReassignmentFile& file);
  Done show_places(const ReassignmentFile& file, bool& moving);

  client::Admin& admin_;
  Console& console_;
};

}  // namespace millrace::cli
