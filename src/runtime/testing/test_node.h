#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ports/shard.h"
#include "runtime/runtime.h"

namespace millrace::runtime {

// Keeps the lines for the test to look at.
class RecordingLogger final : public ports::Logger {
 public:
  void write(ports::Severity severity, std::string_view line) override;
  bool contains(std::string_view part);

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;  // under mutex_
};

// A running node whose shards do what the test says. The orders travel as jobs that wait for them, so only the ports
// are used.
class TestNode {
 public:
  explicit TestNode(BackendKind backend, std::uint32_t shards = 1, Options options = {});
  ~TestNode();
  TestNode(const TestNode&) = delete;
  TestNode& operator=(const TestNode&) = delete;

  // Runs `work` on a shard and waits for it.
  void on(std::uint32_t shard, std::function<void(ports::Shard&)> work);
  // The same, until `work` has called the task it is given: for things that complete later.
  void until_done(std::uint32_t shard, std::function<void(ports::Shard&, std::function<void()>)> work);
  // Asks `condition` in turns of the shard until it holds.
  void eventually(std::uint32_t shard, std::function<bool()> condition);

  // What App::stop does on a shard; by default it is stopped at once.
  void set_stop(std::function<void(ports::Shard&, Task)> stop) { stop_ = std::move(stop); }
  Runtime& runtime() { return *runtime_; }
  RecordingLogger& log() { return log_; }
  // Stops the node; the exit code.
  int stop();

 private:
  class StepApp;
  struct Orders {
    std::mutex mutex;
    std::condition_variable something;
    std::deque<std::function<void(ports::Shard&)>> waiting;  // both under mutex
    bool over = false;
  };

  RecordingLogger log_;
  std::function<void(ports::Shard&, Task)> stop_;
  std::vector<std::shared_ptr<Orders>> orders_;
  std::unique_ptr<Runtime> runtime_;
};

// The names of a test's variants.
std::string backend_name(BackendKind kind);

}  // namespace millrace::runtime
