#include "sim/profile.h"

#include "sim/streams.h"

namespace millrace::sim {
namespace {

// Half of the runs do without; the others have one frequency between `often` and `seldom`.
std::uint32_t maybe(Prng& prng, std::uint32_t often, std::uint32_t seldom) {
  const auto drawn = static_cast<std::uint32_t>(often + prng.below(seldom - often + 1));
  return prng.one_in(2) ? 0 : drawn;
}

}  // namespace

Profile Profile::draw(Prng& prng, bool disks) {
  Profile profile;
  profile.turn_delay = between(prng, 200, 40'000).value();
  profile.shard_stall = maybe(prng, 200, 5'000);
  profile.wall_jump = maybe(prng, 500, 20'000);
  profile.ring_places = static_cast<std::uint32_t>(4 + prng.below(prng.one_in(2) ? 4 : 60));
  profile.message_delay = between(prng, 200, 100'000).value();
  profile.job_delay = between(prng, 1'000, 5'000'000).value();
  profile.latency = between(prng, 1'000, 5'000'000).value();
  profile.chunk_bytes = static_cast<std::uint32_t>(1 + prng.below(prng.one_in(4) ? 64 : 65'536));
  profile.window_bytes = static_cast<std::uint32_t>(64 + prng.below(prng.one_in(4) ? 4'096 : 262'144));
  profile.connection_reset = maybe(prng, 100, 5'000);
  profile.connection_silence = maybe(prng, 300, 20'000);
  profile.connect_refused = maybe(prng, 4, 50);
  profile.write_time = between(prng, 1'000, 1'000'000).value();
  profile.sync_time = between(prng, 50'000, 20'000'000).value();
  profile.read_time = between(prng, 1'000, 2'000'000).value();
  profile.not_cached = maybe(prng, 2, 30);
  const std::uint32_t read_error = maybe(prng, 50, 5'000);
  const std::uint32_t write_error = maybe(prng, 50, 5'000);
  const std::uint32_t sync_error = maybe(prng, 20, 2'000);
  const std::uint32_t open_error = maybe(prng, 50, 1'000);
  if (disks) {
    profile.read_error = read_error;
    profile.write_error = write_error;
    profile.sync_error = sync_error;
    profile.open_error = open_error;
  }
  profile.fault_point = maybe(prng, 3, 300);
  return profile;
}

}  // namespace millrace::sim
