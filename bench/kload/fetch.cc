#include <thread>

#include "kload/connection.h"
#include "kload/tally.h"
#include "kload/wire.h"

namespace kload {
namespace {

constexpr int kWaitMs = 100;

// Reads one partition from its beginning to its end, or until all have read enough.
void read_partition(const std::string& topic, int partition, const Node& node, int max_bytes, double enough,
                    Tally& tally) {
  Connection connection(node.host, node.port);
  std::vector<float> latencies;
  std::int64_t offset = 0;
  for (;;) {
    const std::int64_t at = now_ns();
    const Bytes answer = connection.ask(request(1, 11, 1, fetch_body(topic, partition, offset, max_bytes, kWaitMs)));
    const Fetched fetched = parse_fetch(answer);
    if (fetched.error != 0) {
      ++tally.errors;
      break;
    }
    each_batch(fetched, offset, [&tally](const BatchHead& head, const char*) { tally.messages += head.count; });
    tally.bytes += fetched.size;
    latencies.push_back(static_cast<float>(millis(now_ns() - at)));
    if (offset >= fetched.high_watermark || fetched.size == 0) break;
    if (enough > 0 && static_cast<double>(tally.bytes) >= enough) break;
  }
  tally.add_latencies(latencies);
}

}  // namespace

int run_fetch(const Options& options) {
  const std::string topic = options.text("topic", "kload");
  const int connections = options.whole("conns", 1);
  const int max_bytes = options.whole("max-bytes", 1048576);
  const double enough = options.number("mbytes", 0) * 1e6;
  const Leaders found = leaders(options, topic);
  Tally tally(options);
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&, i] {
      for (int p = i; p < static_cast<int>(found.of_partition.size()); p += connections) {
        read_partition(topic, p, found.node(p), max_bytes, enough, tally);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return tally.report("fetch");
}

}  // namespace kload
