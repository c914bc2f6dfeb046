#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <deque>
#include <thread>

#include "kload/batch.h"
#include "kload/connection.h"
#include "kload/tally.h"
#include "kload/wire.h"

namespace kload {
namespace {

struct Plan {
  std::string topic;
  BatchShape shape;
  int connections;
  std::size_t in_flight;
  std::int16_t acks;
  std::int64_t duration_ns;
  double most_bytes;   // 0: no limit
  double bytes_per_s;  // of one connection; 0: as fast as it goes
};

// The partitions of one connection: those that one node leads of every `connections`th.
std::vector<int> share_of(const Leaders& leaders, int connection, int connections) {
  const int partitions = static_cast<int>(leaders.of_partition.size());
  std::vector<int> mine;
  for (int p = 0; p < partitions; ++p) {
    const bool here = connections > partitions ? p == connection % partitions : p % connections == connection;
    if (!here) continue;
    const auto leader = [&](int of) { return leaders.of_partition[static_cast<std::size_t>(of)]; };
    if (mine.empty() || leader(p) == leader(mine.front())) mine.push_back(p);
  }
  return mine;
}

// One connection and its requests in flight.
class Sender {
 public:
  Sender(const Plan& plan, const Node& node, const std::vector<int>& partitions, unsigned seed)
      : plan_(plan), connection_(node.host, node.port) {
    std::mt19937_64 dice(seed);
    const Bytes batch = record_batch(plan.shape, dice);
    batch_bytes_ = static_cast<std::int64_t>(batch.size());
    for (const int p : partitions) frames_.push_back(request(0, 8, 0, produce_body(plan.topic, p, plan.acks, batch)));
  }

  // Sends one batch to each partition, so that what a broker makes at the first one is there.
  void prime() {
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      if (due_.size() >= plan_.in_flight) take();
      send(now_ns());
    }
    while (!due_.empty()) take();
    latencies_.clear();
    errors_ = 0;
  }

  void run(Tally& tally) {
    const double period =
        plan_.bytes_per_s > 0 ? static_cast<double>(batch_bytes_) / plan_.bytes_per_s * 1e9 : 0;
    std::int64_t next = now_ns();
    const std::int64_t end = tally.began() + plan_.duration_ns;
    while (now_ns() < end && (plan_.most_bytes <= 0 || static_cast<double>(tally.bytes) < plan_.most_bytes)) {
      while (answered() && due_.size() >= plan_.in_flight) take();
      std::int64_t at = now_ns();
      if (period > 0) {
        wait_until(next);
        at = next;
        next += static_cast<std::int64_t>(period);
      }
      send(at);
      tally.bytes += batch_bytes_;
      tally.messages += plan_.shape.records;
      while (!due_.empty() && connection_.readable(0)) take();
    }
    while (!due_.empty()) take();
    tally.errors += errors_;
    tally.add_latencies(latencies_);
  }

 private:
  bool answered() const { return plan_.acks != 0; }

  void wait_until(std::int64_t when) {
    for (std::int64_t at = now_ns(); at < when; at = now_ns()) {
      if (due_.empty()) {
        ::usleep(static_cast<useconds_t>(std::max<std::int64_t>(1, (when - at) / 1000)));
      } else if (connection_.readable(when - at)) {
        take();
      }
    }
  }

  void send(std::int64_t due_at) {
    Bytes& frame = frames_[static_cast<std::size_t>(sent_) % frames_.size()];
    set_correlation(frame, sent_++);
    connection_.send(frame);
    if (answered()) due_.push_back(due_at);
  }

  void take() {
    errors_ += refused(connection_.frame());
    latencies_.push_back(static_cast<float>(millis(now_ns() - due_.front())));
    due_.pop_front();
  }

  const Plan& plan_;
  Connection connection_;
  std::vector<Bytes> frames_;  // one per partition, in turn
  std::int64_t batch_bytes_ = 0;
  std::int32_t sent_ = 0;
  std::deque<std::int64_t> due_;
  std::vector<float> latencies_;
  int errors_ = 0;
};

}  // namespace

int run_produce(const Options& options) {
  const int record = options.whole("record", 1024);
  Plan plan;
  plan.topic = options.text("topic", "kload");
  plan.shape = {std::max(1, options.whole("batch", 65536) / (record + 8)), record,
                options.text("data", "random") == "text", codec_of(options.text("compression", "none"))};
  plan.connections = options.whole("conns", 1);
  plan.in_flight = static_cast<std::size_t>(options.whole("inflight", 5));
  plan.acks = static_cast<std::int16_t>(options.whole("acks", -1));
  plan.most_bytes = options.number("mbytes", 0) * 1e6;
  plan.bytes_per_s = options.number("rate", 0) * 1e6 / plan.connections;
  plan.duration_ns = static_cast<std::int64_t>(options.number("seconds", 10) * 1e9);
  create_topic(options, plan.topic, options.whole("partitions", 1));
  const Leaders found = leaders(options, plan.topic);
  const bool primed = options.whole("prime", 0) != 0;
  Tally tally(options);
  const auto begin = [&tally]() noexcept { tally.begin(); };
  std::barrier all_primed(plan.connections, begin);
  std::vector<std::thread> threads;
  for (int i = 0; i < plan.connections; ++i) {
    threads.emplace_back([&, i] {
      const std::vector<int> mine = share_of(found, i, plan.connections);
      if (mine.empty()) return all_primed.arrive_and_drop();
      Sender sender(plan, found.node(mine.front()), mine, static_cast<unsigned>(i) + 1);
      if (primed) {
        sender.prime();
        all_primed.arrive_and_wait();
      }
      sender.run(tally);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return tally.report("produce");
}

}  // namespace kload
