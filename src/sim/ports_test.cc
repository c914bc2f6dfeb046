// The smaller twins: each keeps what its port promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "sim/world.h"

namespace millrace::sim {
namespace {

// An app made of one function that runs at the start.
class Once final : public ports::App {
 public:
  Once(ports::Shard& shard, Callback<void(ports::Shard&)>& what) : shard_(shard), what_(what) {}
  void start() override { what_(shard_); }
  void stop(Task stopped) override { stopped(); }

 private:
  ports::Shard& shard_;
  Callback<void(ports::Shard&)>& what_;
};

struct Fixture {
  Fixture(std::uint32_t shards, Callback<void(ports::Shard&)> program, const Profile& profile = Profile::calm())
      : what(std::move(program)), world({1, profile, std::nullopt, nullptr}) {
    node = &world.add_node("node", shards, each_shard([this](ports::Shard& shard) -> std::unique_ptr<ports::App> {
                             return std::make_unique<Once>(shard, what);
                           }));
    world.start(*node);
  }
  Callback<void(ports::Shard&)> what;
  World world;
  Node* node;
};

constexpr Nanos kSecond{1'000'000'000};

TEST(Loop, TimersRunInOrderAndNeverEarly) {
  std::vector<int> order;
  Fixture f(1, [&](ports::Shard& shard) {
    const MonoTime now = shard.clock.now();
    const auto add = [&](int name, Millis delay) {
      return shard.timers.at(now + delay, [&order, &shard, name, when = now + delay] {
        EXPECT_GE(shard.clock.now(), when);
        order.push_back(name);
      });
    };
    add(3, Millis(30));
    add(1, Millis(10));
    const auto cancelled = add(9, Millis(15));
    add(2, Millis(20));
    shard.timers.cancel(cancelled);
    shard.timers.at_turn_end([&order] { order.push_back(0); });
  });
  f.world.run_for(kSecond);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST(Mailbox, MessagesKeepTheirOrderAndAFullRingSaysWhenThereIsSpace) {
  Profile profile = Profile::calm();
  profile.ring_places = 2;
  std::array<ports::Shard*, 2> shards{};
  std::vector<std::string> order;
  int refused = 0;
  Fixture f(
      2,
      [&](ports::Shard& shard) {
        shards[shard.id.value()] = &shard;
        if (shard.id != ShardId(0)) return;
        for (int i = 0; i < 4; ++i) {
          Task message = [&, i] {
            order.push_back("request " + std::to_string(i));
            shards[1]->mailbox.reply(ShardId(0), [&order, i] { order.push_back("reply " + std::to_string(i)); });
          };
          if (!shard.mailbox.request(ShardId(1), message)) {
            ++refused;
            EXPECT_TRUE(static_cast<bool>(message));
          }
        }
        shard.mailbox.when_space(ShardId(1), [&order] { order.push_back("space"); });
      },
      profile);
  EXPECT_TRUE(order.empty());
  f.world.run_for(kSecond);
  EXPECT_EQ(refused, 2);
  std::erase(order, "space");
  ASSERT_EQ(order.size(), 4U);
  EXPECT_LT(std::find(order.begin(), order.end(), "request 0"), std::find(order.begin(), order.end(), "request 1"));
  EXPECT_LT(std::find(order.begin(), order.end(), "reply 0"), std::find(order.begin(), order.end(), "reply 1"));
}

TEST(Mailbox, AWaiterForSpaceIsCalledOnce) {
  Profile profile = Profile::calm();
  profile.ring_places = 1;
  int calls = 0;
  Fixture f(
      2,
      [&](ports::Shard& shard) {
        if (shard.id != ShardId(0)) return;
        Task message = [] {};
        EXPECT_TRUE(shard.mailbox.request(ShardId(1), message));
        shard.mailbox.when_space(ShardId(1), [&calls] { ++calls; });
        EXPECT_EQ(calls, 0);
      },
      profile);
  f.world.run_for(kSecond);
  EXPECT_EQ(calls, 1);
}

TEST(Jobs, TheEndOfAJobIsReportedUnlessThePowerWasCutInside) {
  int ended = 0;
  const auto program = [&](ports::Shard& shard) {
    ports::run_job<Status>(
        shard.jobs,
        [](ports::BlockingFiles& files) { return ports::write_atomically(files, "f", as_bytes("12345")); },
        [&](Status) { ++ended; });
  };
  Fixture whole(1, program);
  whole.world.run_for(kSecond);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(whole.node->disk().contents("f").value_or(""), "12345");
  Fixture cut(1, program);
  cut.node->kill_inside_job(3);
  cut.world.run_for(kSecond);
  EXPECT_EQ(ended, 1);
  EXPECT_FALSE(cut.node->running());
  EXPECT_FALSE(cut.node->disk().contents("f").ok());
}

// 1. a cut is ordered for the 3rd operation 2. the node stops cleanly before it 3. nothing is to fail any more 4. the
// node starts, and would be dead for good by its first job.
TEST(Jobs, ACutOfThePowerThatWasOrderedBeforeDoesNotComeWhenNothingFailsAnyMore) {
  int ended = 0;
  Fixture f(1, [&](ports::Shard& shard) {
    ports::run_job<Status>(
        shard.jobs,
        [](ports::BlockingFiles& files) { return ports::write_atomically(files, "f", as_bytes("12345")); },
        [&](Status) { ++ended; });
  });
  f.node->kill_inside_job(3);
  f.world.calm_down();
  f.world.run_for(kSecond);
  EXPECT_EQ(ended, 1);
  EXPECT_TRUE(f.node->running());
}

TEST(Files, CompletionsOfOneFileComeInOrderAndASyncCoversWhatCompletedBefore) {
  std::vector<std::string> order;
  std::shared_ptr<ports::File> file;
  Fixture f(1, [&](ports::Shard& shard) {
    shard.files.open("f", ports::OpenMode::create, [&](Result<std::shared_ptr<ports::File>> opened) {
      ASSERT_TRUE(opened.ok());
      file = *opened;
      file->write(FilePosition(0), {Buffer::copy_of(as_bytes("one")), Buffer::copy_of(as_bytes("two"))}, [&](Status s) {
        EXPECT_TRUE(s.ok());
        order.push_back("write");
      });
      file->sync([&](Status s) {
        EXPECT_TRUE(s.ok());
        order.push_back("sync");
      });
      file->read(FilePosition(2), 100, [&](Result<Buffer> bytes) {
        ASSERT_TRUE(bytes.ok());
        order.push_back(std::string(as_text(bytes->bytes())));
      });
      EXPECT_TRUE(order.empty());
    });
  });
  f.world.run_for(kSecond);
  EXPECT_EQ(order, (std::vector<std::string>{"write", "sync", "etwo"}));
  file.reset();
}

TEST(Process, AFailureEndsTheLifeAfterTheTurn) {
  bool after = false;
  Fixture f(1, [&](ports::Shard& shard) {
    shard.process.fail("no way");
    after = true;
  });
  f.world.run_for(kSecond);
  EXPECT_TRUE(after);
  EXPECT_FALSE(f.node->running());
  EXPECT_EQ(f.node->failure(), "no way");
}

TEST(Events, EqualTimesComeInAnOrderThatTheSeedDecides) {
  const auto order_of = [](std::uint64_t seed) {
    EventQueue queue{Prng(seed)};
    std::string order;
    for (char c = 'a'; c < 'i'; ++c) queue.at(MonoTime(5), kWorld, [&order, c] { order.push_back(c); });
    while (queue.run_one(MonoTime(10))) {
    }
    return order;
  };
  EXPECT_EQ(order_of(1), order_of(1));
  EXPECT_NE(order_of(1), order_of(2));
}

}  // namespace
}  // namespace millrace::sim
