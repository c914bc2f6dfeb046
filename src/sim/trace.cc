#include "sim/trace.h"

#include <fmt/format.h>

namespace millrace::sim {
namespace {

constexpr std::uint64_t scramble(std::uint64_t z) {
  z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93ULL;
  z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93ULL;
  return z ^ (z >> 32);
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::start: return "start";
    case Kind::stop: return "stop";
    case Kind::stopped: return "stopped";
    case Kind::kill: return "kill";
    case Kind::fail: return "fail";
    case Kind::turn_end: return "turn_end";
    case Kind::timer: return "timer";
    case Kind::message: return "message";
    case Kind::reply: return "reply";
    case Kind::space: return "space";
    case Kind::job: return "job";
    case Kind::job_done: return "job_done";
    case Kind::open_done: return "open_done";
    case Kind::write_done: return "write_done";
    case Kind::sync_done: return "sync_done";
    case Kind::read_done: return "read_done";
    case Kind::resize_done: return "resize_done";
    case Kind::accept: return "accept";
    case Kind::connected: return "connected";
    case Kind::wire: return "wire";
    case Kind::readable: return "readable";
    case Kind::sent: return "sent";
    case Kind::closed: return "closed";
    case Kind::reset: return "reset";
    case Kind::fault: return "fault";
    case Kind::log: return "log";
    case Kind::workload: return "workload";
  }
  return "?";
}

void Trace::mix(std::uint64_t value) { hash_ = scramble(hash_ ^ value) + 0x9e3779b97f4a7c15ULL; }

void Trace::event(MonoTime time, Place place, Kind kind, std::uint64_t a, std::uint64_t b) {
  ++events_;
  mix(static_cast<std::uint64_t>(time.value()));
  mix((static_cast<std::uint64_t>(static_cast<std::uint32_t>(place.node)) << 32) | (std::uint64_t{place.shard} << 8) |
      static_cast<std::uint64_t>(kind));
  mix(a);
  mix(b);
  if (out_ != nullptr) {
    fmt::print(out_, "{:>14.6f}ms n{} s{} {:<11} {:x} {:x}\n", static_cast<double>(time.value()) / 1e6, place.node,
               place.shard, to_string(kind), a, b);
  }
}

void Trace::line(MonoTime time, Place place, Kind kind, std::string_view text) {
  std::FILE* const out = out_;
  out_ = nullptr;
  event(time, place, kind, text.size(), checksum64(as_bytes(text)));
  out_ = out;
  if (out_ != nullptr) {
    fmt::print(out_, "{:>14.6f}ms n{} s{} {:<11} {}\n", static_cast<double>(time.value()) / 1e6, place.node,
               place.shard, to_string(kind), text);
  }
}

std::uint64_t checksum64(Bytes bytes) {
  std::uint64_t sum = 0x9e3779b97f4a7c15ULL ^ bytes.size();
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    sum = (sum ^ load_be<std::uint64_t>(bytes.data() + at)) * 0xd6e8feb86659fd93ULL;
    sum ^= sum >> 29;
  }
  for (; at < bytes.size(); ++at) {
    sum = (sum ^ static_cast<std::uint64_t>(bytes[at])) * 0xd6e8feb86659fd93ULL;
  }
  return scramble(sum);
}

}  // namespace millrace::sim
