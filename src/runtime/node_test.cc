#include <gtest/gtest.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "runtime/testing/test_node.h"

namespace millrace::runtime {
namespace {

class NodeTest : public testing::TestWithParam<BackendKind> {};

INSTANTIATE_TEST_SUITE_P(Backends, NodeTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

TEST_P(NodeTest, ClocksStandStillWithinATurn) {
  TestNode node(GetParam());
  node.on(0, [](ports::Shard& shard) {
    const MonoTime before = shard.clock.now();
    const WallTime wall = shard.clock.wall();
    volatile int work = 0;
    for (int i = 0; i < 1'000'000; ++i) work = work + 1;
    EXPECT_EQ(before, shard.clock.now());
    EXPECT_EQ(wall, shard.clock.wall());
    EXPECT_GT(wall.value(), 1'600'000'000'000);
  });
}

TEST_P(NodeTest, TimersWakeTheLoopInOrder) {
  TestNode node(GetParam());
  std::vector<int> order;
  node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
    const MonoTime now = shard.clock.now();
    shard.timers.at(now + Millis(3), [&order, done, &shard, due = now + Millis(3)] {
      EXPECT_GE(shard.clock.now(), due);
      order.push_back(3);
      done();
    });
    shard.timers.at(now + Millis(1), [&order] { order.push_back(1); });
    shard.timers.at(now + Millis(2), [&order] { order.push_back(2); });
  });
  EXPECT_EQ((std::vector<int>{1, 2, 3}), order);
}

TEST_P(NodeTest, TurnEndComesAfterTheInputsOfItsTurn) {
  TestNode node(GetParam());
  std::vector<std::string> order;
  node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
    const MonoTime due = shard.clock.now();
    for (int i = 0; i < 3; ++i) {
      shard.timers.at(due, [&, i, done] {
        order.push_back("input");
        if (i == 0) {
          shard.timers.at_turn_end([&, done] {
            order.push_back("end");
            done();
          });
        }
      });
    }
  });
  EXPECT_EQ((std::vector<std::string>{"input", "input", "input", "end"}), order);
}

TEST_P(NodeTest, JobsRunElsewhereAndReportToTheirShard) {
  TestNode node(GetParam(), 2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    node.until_done(i, [&](ports::Shard& shard, std::function<void()> done) {
      const auto here = std::this_thread::get_id();
      ports::run_job<std::thread::id>(
          shard.jobs, [](ports::BlockingFiles&) { return std::this_thread::get_id(); },
          [here, done](std::thread::id there) {
            EXPECT_NE(here, there);
            EXPECT_EQ(here, std::this_thread::get_id());
            done();
          });
    });
  }
}

TEST_P(NodeTest, MessagesArriveInOrderAndRepliesComeBack) {
  constexpr int kMessages = 20'000;
  TestNode node(GetParam(), 2);
  std::vector<int> received;
  std::atomic<int> answered{0};
  struct Sender {
    ports::Shard& shard;
    std::vector<int>& received;
    std::atomic<int>& answered;
    int next = 0;
    void send() {
      while (next < kMessages) {
        Task message = [this, i = next] {
          received.push_back(i);
          other->mailbox.reply(ShardId(0), [this] { ++answered; });
        };
        if (!shard.mailbox.request(ShardId(1), message)) {
          shard.mailbox.when_space(ShardId(1), [this] { send(); });
          return;
        }
        ++next;
      }
    }
    ports::Shard* other = nullptr;
  };
  std::unique_ptr<Sender> sender;
  ports::Shard* other = nullptr;
  node.on(1, [&](ports::Shard& shard) { other = &shard; });
  node.on(0, [&](ports::Shard& shard) {
    sender.reset(new Sender{shard, received, answered});
    sender->other = other;
    sender->send();
  });
  node.eventually(0, [&] { return answered == kMessages; });
  ASSERT_EQ(static_cast<std::size_t>(kMessages), received.size());
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(i, received[static_cast<std::size_t>(i)]);
}

TEST_P(NodeTest, FullRingRefusesAndTellsWhenThereIsSpace) {
  Options options;
  options.mailbox_ring = 4;
  TestNode node(GetParam(), 2, options);
  ports::Shard* other = nullptr;
  node.on(1, [&](ports::Shard& shard) { other = &shard; });
  std::promise<void> entered;
  std::promise<void> release;
  // The receiver is held up inside a turn, so it takes nothing.
  std::thread holder([&] {
    node.on(1, [&](ports::Shard&) {
      entered.set_value();
      release.get_future().wait();
    });
  });
  entered.get_future().wait();
  int ran = 0;
  node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
    for (int i = 0; i < 5; ++i) {
      Task message = [&ran, other] {
        ++ran;
        other->mailbox.reply(ShardId(0), [] {});
      };
      EXPECT_EQ(i < 4, shard.mailbox.request(ShardId(1), message));
      EXPECT_EQ(i == 4, static_cast<bool>(message));  // what is refused stays with the sender
    }
    shard.mailbox.when_space(ShardId(1), [&shard, done] {
      Task message = [done] { done(); };
      EXPECT_TRUE(shard.mailbox.request(ShardId(1), message));
    });
    release.set_value();
  });
  holder.join();
  EXPECT_EQ(4, ran);
}

TEST_P(NodeTest, TwoFullRingsTowardsEachOtherGoOn) {
  constexpr int kRequests = 5000;
  Options options;
  options.mailbox_ring = 4;
  TestNode node(GetParam(), 2, options);
  std::vector<ports::Shard*> shards(2);
  for (std::uint32_t i = 0; i < 2; ++i) node.on(i, [&](ports::Shard& shard) { shards[i] = &shard; });
  struct Side {
    ports::Shard& self;
    ports::Shard& peer;
    int sent = 0;
    std::atomic<int> answered{0};
    void send() {
      while (sent < kRequests) {
        Task message = [this] { peer.mailbox.reply(self.id, [this] { ++answered; }); };
        if (!self.mailbox.request(peer.id, message)) {
          self.mailbox.when_space(peer.id, [this] { send(); });
          return;
        }
        ++sent;
      }
    }
  };
  Side first{*shards[0], *shards[1]};
  Side second{*shards[1], *shards[0]};
  node.on(0, [&](ports::Shard&) { first.send(); });
  node.on(1, [&](ports::Shard&) { second.send(); });
  node.eventually(0, [&] { return first.answered == kRequests && second.answered == kRequests; });
}

TEST_P(NodeTest, MessagesToTheOwnShardComeInALaterTurn) {
  TestNode node(GetParam());
  node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
    const auto inside = std::make_shared<bool>(true);
    Task message = [&shard, inside, done] {
      EXPECT_FALSE(*inside);
      shard.mailbox.reply(ShardId(0), [done] { done(); });
    };
    EXPECT_TRUE(shard.mailbox.request(ShardId(0), message));
    *inside = false;
  });
}

TEST_P(NodeTest, RandomNumbersDiffer) {
  TestNode node(GetParam(), 2);
  std::vector<std::uint64_t> numbers;
  for (std::uint32_t i = 0; i < 2; ++i) {
    node.on(i, [&](ports::Shard& shard) {
      for (int n = 0; n < 100; ++n) {
        numbers.push_back(shard.random.next());
        numbers.push_back(shard.random.secure());
      }
    });
  }
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers.end(), std::adjacent_find(numbers.begin(), numbers.end()));
}

TEST_P(NodeTest, FailureStopsEveryShardWithACode) {
  TestNode node(GetParam(), 2);
  std::atomic<int> stops{0};
  node.set_stop([&](ports::Shard&, Task stopped) {
    ++stops;
    stopped();
  });
  node.on(1, [](ports::Shard& shard) {
    shard.process.fail("The disk is gone.");
    shard.process.fail("The disk is gone again.");
  });
  EXPECT_EQ(1, node.stop());
  EXPECT_EQ(2, stops);
  EXPECT_TRUE(node.log().contains("The disk is gone."));
}

TEST_P(NodeTest, WaitsUntilEveryAppHasStopped) {
  TestNode node(GetParam(), 2);
  std::atomic<int> stopped_apps{0};
  node.set_stop([&](ports::Shard& shard, Task stopped) {
    shard.timers.at(shard.clock.now() + Millis(5), [&, stopped = std::move(stopped)]() mutable {
      ++stopped_apps;
      stopped();
    });
  });
  EXPECT_EQ(0, node.stop());
  EXPECT_EQ(2, stopped_apps);
}

// Runs `body` in a process of its own; the status it ended with.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

class IdleApp final : public ports::App {
 public:
  explicit IdleApp(std::function<void()> started, bool stops) : started_(std::move(started)), stops_(stops) {}
  void start() override { started_(); }
  void stop(Task stopped) override {
    if (stops_) return stopped();
    ::kill(::getpid(), SIGINT);  // the operator grows impatient
  }

 private:
  std::function<void()> started_;
  bool stops_;
};

int run_with_signal(BackendKind backend, bool stops) {
  return in_child([&] {
    Options options;
    options.backend = backend;
    options.shards = 1;
    options.least_severity = ports::Severity::error;
    return run(options, [&](ports::Shard&) {
      return std::make_unique<IdleApp>([] { ::kill(::getpid(), SIGTERM); }, stops);
    });
  });
}

TEST_P(NodeTest, SignalStopsCleanly) {
  const int status = run_with_signal(GetParam(), true);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(0, WEXITSTATUS(status));
}

TEST_P(NodeTest, AHangUpStopsNothingAndItsTaskRunsOnTheFirstShard) {
  const int status = in_child([&] {
    Options options;
    options.backend = GetParam();
    options.shards = 1;
    options.least_severity = ports::Severity::error;
    int calls = 0;
    // The first leaves nothing to do, the second a task that stops the node.
    options.on_hangup = [&]() -> Task {
      if (++calls == 1) {
        ::kill(::getpid(), SIGHUP);
        return {};
      }
      return [] { ::kill(::getpid(), SIGTERM); };
    };
    const int code = run(options, [](ports::Shard&) {
      return std::make_unique<IdleApp>([] { ::kill(::getpid(), SIGHUP); }, true);
    });
    return calls == 2 ? code : 10;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(0, WEXITSTATUS(status));
}

TEST_P(NodeTest, SecondSignalStopsAtOnce) {
  const int status = run_with_signal(GetParam(), false);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(128 + SIGINT, WEXITSTATUS(status));
}

// The system refuses io_uring from now on, as container runtimes make it.
bool forbid_io_uring() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),  // the number of the system call
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{4, filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(Backend, FallsBackToEpollWhereIoUringIsRefusedAndSaysWhy) {
  const int status = in_child([] {
    if (!forbid_io_uring()) return 10;
    TestNode node(BackendKind::automatic);
    if (std::string(node.runtime().backend()) != "epoll") return 11;
    if (!node.log().contains("the system refuses io_uring (Operation not permitted)")) return 12;
    return node.stop();
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(0, WEXITSTATUS(status));
}

TEST(Backend, AskedForIoUringWhereItIsRefusedDoesNotStart) {
  const int status = in_child([] {
    if (!forbid_io_uring()) return 10;
    RecordingLogger log;
    Options options;
    options.backend = BackendKind::io_uring;
    options.logger = &log;
    const auto started = Runtime::start(options, [](ports::Shard&) { return std::unique_ptr<ports::App>(); });
    return started.ok() || !log.contains("or choose epoll") ? 11 : 0;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(0, WEXITSTATUS(status));
}

}  // namespace
}  // namespace millrace::runtime
