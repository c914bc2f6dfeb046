// kload: a raw load generator for any broker that speaks the Kafka protocol.
// It sends pre-encoded requests and discards what it fetches, so that on a small machine the broker, not the client, is
// what is measured.
//   kload produce --bootstrap H:P --topic T [--partitions N] [--conns C] [--batch BYTES] [--record BYTES]
//                 [--compression none|lz4|zstd (MB then counts what is sent)] [--data random|text]
//                 [--acks -1|1|0] [--inflight K] [--seconds S] [--mbytes M] [--rate MB/s] [--pid BROKER_PID,...]
//                 [--rf REPLICAS] [--configs NAME=VALUE,...] [--prime 1: first a batch to each partition, not counted]
//   kload fetch   --bootstrap H:P --topic T [--conns C] [--max-bytes BYTES] [--mbytes M] [--pid ...]
//   kload e2e     --bootstrap H:P --topic T [--rate MSG/s] [--record BYTES] [--acks A] [--seconds S] [--conns C]
//                 [--pid ...] [--rf ...] [--configs ...]
//   kload floor   --dir DIR [--mbytes M]   what the machine itself needs: receive+crc32c+write, then sendfile, one
//                 connection, no broker
// Build: g++ -O2 -march=native -std=c++20 -pthread -I bench bench/kload/*.cc -o kload   (with compression:
// -DKLOAD_CODECS -llz4 -lzstd). Every mode prints one JSON line. Latencies in milliseconds, from the time a request was
// due.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include <chrono>

#include "kload/basics.h"

namespace kload {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double millis(std::int64_t nanos) { return static_cast<double>(nanos) / 1e6; }

void die(const std::string& why) {
  std::fprintf(stderr, "kload: %s\n", why.c_str());
  ::_exit(1);
}

Options::Options(int argc, char** argv, int first) {
  for (int at = first; at + 1 < argc; at += 2) {
    if (std::strncmp(argv[at], "--", 2) != 0) die(std::string("bad option ") + argv[at]);
    words_[argv[at] + 2] = argv[at + 1];
  }
}

std::string Options::text(const char* name, const char* otherwise) const {
  const auto found = words_.find(name);
  return found == words_.end() ? otherwise : found->second;
}

double Options::number(const char* name, double otherwise) const {
  const auto found = words_.find(name);
  return found == words_.end() ? otherwise : std::atof(found->second.c_str());
}

std::pair<std::string, std::string> Options::bootstrap() const {
  const std::string both = text("bootstrap", "127.0.0.1:9092");
  const auto colon = both.rfind(':');
  return {both.substr(0, colon), both.substr(colon + 1)};
}

}  // namespace kload

int main(int argc, char** argv) {
  if (argc < 2) kload::die("produce | fetch | e2e | floor, see the head of main.cc");
  const kload::Options options(argc, argv, 2);
  const std::string mode = argv[1];
  if (mode == "produce") return kload::run_produce(options);
  if (mode == "fetch") return kload::run_fetch(options);
  if (mode == "e2e") return kload::run_end_to_end(options);
  if (mode == "floor") return kload::run_floor(options);
  kload::die("unknown mode " + mode);
}
