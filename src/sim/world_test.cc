#include "sim/world.h"

#include <gtest/gtest.h>

#include "sim/testing/echo.h"
#include "sim/testing/toy_log.h"

namespace millrace::sim {
namespace {

constexpr Nanos kSecond{1'000'000'000};

struct ToyOutcome {
  bool lost = false;     // an acknowledged number is not there any more
  bool damaged = false;  // a record below the end is not what was written
  std::uint64_t acknowledged = 0;
  std::uint64_t taken = 0;  // by power cuts
  std::uint64_t hash = 0;
};

// A toy log and its client; the log's node dies a few times, now and then inside a job.
ToyOutcome run_toy(std::uint64_t seed, ToyMistakes mistakes, bool calm = false) {
  Prng shape(seed);
  const Profile profile = calm ? Profile::calm() : Profile::draw(shape, false);
  World world({seed, profile, std::nullopt, nullptr});
  ToyResult result;
  Node& server = world.add_node("server", 1, each_shard([mistakes](auto& shard) { return toy_log(shard, mistakes); }));
  Node& client =
      world.add_node("client", 1, each_shard([&](auto& shard) { return toy_client(shard, "server", 4, result); }));
  world.start(server);
  world.start(client);
  for (int i = 0; i < 4; ++i) {
    world.run_for(between(world.workload(), 0, 500'000'000));
    if (world.workload().one_in(3) && server.running()) server.kill_inside_job(1 + world.workload().below(8));
    server.kill(world.workload().one_in(4) ? Crash::process : Crash::power,
                static_cast<Farewell>(world.workload().below(3)));
    world.run_for(between(world.workload(), 0, 50'000'000));
    world.start(server);
  }
  world.run_for(kSecond);
  server.kill(Crash::power, Farewell::reset);
  server.disk().set_profile(Profile::calm());
  world.start(server);
  world.run_for(kSecond);
  ToyOutcome outcome;
  outcome.taken = server.disk().lost();
  const std::string file = server.disk().contents("toy/log").value_or("");
  const ToyContents contents = toy_contents(as_bytes(file));
  outcome.damaged = contents.damaged;
  outcome.acknowledged = result.acknowledged.size();
  for (const auto number : result.acknowledged) outcome.lost |= !contents.numbers.contains(number);
  outcome.hash = world.trace().hash();
  return outcome;
}

int seeds_that_lose(ToyMistakes mistakes, int seeds) {
  int losing = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    const ToyOutcome outcome = run_toy(static_cast<std::uint64_t>(seed), mistakes);
    if (outcome.lost || outcome.damaged) ++losing;
  }
  return losing;
}

TEST(World, ACorrectLogLosesNothingAcknowledged) {
  std::uint64_t acknowledged = 0;
  std::uint64_t taken = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const ToyOutcome outcome = run_toy(seed, {});
    ASSERT_FALSE(outcome.lost) << seed;
    ASSERT_FALSE(outcome.damaged) << seed;
    acknowledged += outcome.acknowledged;
    taken += outcome.taken;
  }
  EXPECT_GT(acknowledged, 1'000U);
  EXPECT_GT(taken, 100U);
}

TEST(World, EachMistakeOfALogIsFound) {
  EXPECT_GT(seeds_that_lose({.ack_before_sync = true}, 60), 0);
  EXPECT_GT(seeds_that_lose({.skip_directory_sync = true}, 60), 0);
  EXPECT_GT(seeds_that_lose({.sync_with_the_write = true}, 60), 0);
  EXPECT_GT(seeds_that_lose({.keep_torn_tail = true}, 60), 0);
}

TEST(World, TheSameSeedTakesTheSamePath) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(run_toy(seed, {}).hash, run_toy(seed, {}).hash);
  EXPECT_NE(run_toy(1, {}).hash, run_toy(2, {}).hash);
}

TEST(World, EveryByteComesBackInOrderWhateverTheNetworkDoes) {
  std::uint64_t broken = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Prng shape(seed);
    Profile profile = Profile::draw(shape, false);
    profile.connection_silence = 0;  // this client would wait for ever
    World world({seed, profile, std::nullopt, nullptr});
    EchoResult result;
    const std::uint64_t bytes = profile.chunk_bytes < 100 ? 500 : 50'000;
    world.start(world.add_node("server", 3, each_shard([](auto& shard) { return echo_server(shard); })));
    world.start(world.add_node("client", 1, each_shard([&](auto& shard) {
                                 return echo_client(shard, "server", bytes, result);
                               })));
    EXPECT_TRUE(world.run_until([&] { return result.echoed == bytes; }, MonoTime(3'600'000'000'000))) << seed;
    EXPECT_EQ(result.wrong, 0U) << seed;
    broken += world.net().broken();
  }
  EXPECT_GT(broken, 5U);
}

TEST(World, ACleanStopEndsTheLifeAndKeepsWhatWasWritten) {
  World world({7, Profile::calm(), std::nullopt, nullptr});
  ToyResult result;
  Node& server = world.add_node("server", 1, each_shard([](auto& shard) { return toy_log(shard, {}); }));
  world.start(server);
  world.start(world.add_node("client", 1, each_shard([&](auto& shard) {
                               return toy_client(shard, "server", 4, result);
                             })));
  world.run_for(kSecond);
  bool stopped = false;
  server.stop([&] { stopped = true; });
  world.run_for(kSecond);
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(server.running());
  EXPECT_GT(result.acknowledged.size(), 100U);
  EXPECT_EQ(server.disk().lost(), 0U);
}

}  // namespace
}  // namespace millrace::sim
