#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "base/uuid.h"
#include "broker/checkpoints.h"
#include "broker/place_reports.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// The log directories of a node in service, on shard 0: their checkpoint files, gathered over all shards, and which of
// them have failed. A directory that fails takes its partitions out of service for writing and is told to the
// controller; when the metadata log's fails, or none is left, the process ends.
class Storage {
 public:
  struct Links {
    Task heartbeat;                  // to be called when the controller should be told of a failure
    Callback<std::int64_t()> epoch;  // of the broker; -1 before its registration
  };
  Storage(Broker& broker, Links links);
  ~Storage();

  // `ids`: of the log directories in service, by path; the others are offline from the start.
  void begin(const std::map<std::string, Uuid>& ids);

  // Writes files (a set of CheckpointFile) with what the logs say now; `done` when they are on the disk, or could not
  // be written. Calls that come while files are being written share the next round.
  void checkpoint(unsigned which, Task done);
  // A directory has failed. Nothing happens the second time.
  void fail(const std::string& dir);
  // The replica lies in this directory: the controller is told.
  void placed(const PartitionKey& key, const Uuid& dir) { reports_.placed(key, dir); }
  // What the heartbeat reports: those that have failed since the registration.
  std::vector<Uuid> offline() const;
  bool is_offline(const std::string& dir) const { return offline_.contains(dir); }

  // The last round: `checkpoints` of the closed logs, and the markers of a clean stop of the broker's epoch.
  // `done` when they are written.
  void finish(std::vector<Checkpoint> checkpoints, std::int64_t broker_epoch, Callback<void(Status)> done);

 private:
  struct Beat {
    unsigned which = 0;
    Millis interval{0};
    ports::TimerId timer{0};
  };
  void arm(Beat& beat);
  void gather();
  void write(unsigned which, std::vector<Checkpoint> all);
  void written(const std::map<std::string, Status>& outcome);

  Broker& broker_;
  Task heartbeat_;
  PlaceReports reports_;
  std::map<std::string, Uuid> ids_;
  std::set<std::string> offline_;
  std::vector<Beat> beats_;
  std::shared_ptr<CheckpointWriter> writer_ = std::make_shared<CheckpointWriter>();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  unsigned asked_ = 0;
  std::vector<Task> waiting_;
  bool busy_ = false;
  bool finishing_ = false;
  Task when_free_;
};

}  // namespace millrace::broker
