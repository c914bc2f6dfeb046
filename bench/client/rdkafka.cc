// The same work by librdkafka, the way its own performance example does it: see bench/client.py.
#include <librdkafka/rdkafka.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>

#include "bench/client/measure.h"

namespace {

using namespace millrace::bench;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::exit(1);
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) give_up(why.data());
}

rd_kafka_t* make(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 512> why{};
  rd_kafka_t* made = rd_kafka_new(type, conf, why.data(), why.size());
  if (made == nullptr) give_up(why.data());
  return made;
}

struct Sends {
  Measure* measure = nullptr;
  bool times = false;
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& sends = *static_cast<Sends*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) sends.measure->fail();
  if (!sends.times || message->_private == nullptr) return;
  const std::unique_ptr<Clock::time_point> due(static_cast<Clock::time_point*>(message->_private));
  sends.measure->note(Clock::now() - *due);
}

rd_kafka_t* producer(const Work& work, bool linger, Sends& sends) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", work.bootstrap);
  set(conf, "linger.ms", linger ? kLingerMs : "0");
  set(conf, "batch.size", kBatchBytes);
  set(conf, "queue.buffering.max.kbytes", std::to_string(kBufferKib));
  set(conf, "queue.buffering.max.messages", "10000000");
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_conf_set_opaque(conf, &sends);
  return make(RD_KAFKA_PRODUCER, conf);
}

void send(rd_kafka_t* client, rd_kafka_topic_t* topic, const std::string& value, void* own) {
  for (;;) {
    const int refused = rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                         const_cast<char*>(value.data()), value.size(), nullptr, 0, own);
    if (refused == 0) return;
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up(rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 10);
  }
}

void produce(const Work& work) {
  Sends sends;
  rd_kafka_t* client = producer(work, true, sends);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, work.topic.c_str(), nullptr);
  const std::string value(work.size, 'x');
  Measure measure;
  sends.measure = &measure;
  for (std::int64_t i = 0; i < work.records; ++i) {
    send(client, topic, value, nullptr);
    if (i % 100 == 0) rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) give_up("flush has failed");
  measure.report(work.records, work.size);
}

void latency(const Work& work) {
  Sends sends;
  rd_kafka_t* client = producer(work, false, sends);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, work.topic.c_str(), nullptr);
  const std::string value(work.size, 'x');
  Measure measure;
  sends.measure = &measure;
  send(client, topic, value, nullptr);
  rd_kafka_flush(client, 30'000);
  sends.times = true;
  // Deliveries are told by whoever polls: a thread of its own, so that none waits for the next record.
  std::atomic<bool> over{false};
  std::thread polls([&] {
    while (!over) rd_kafka_poll(client, 100);
  });
  const auto begin = Clock::now();
  for (std::int64_t i = 0; i < work.records; ++i) {
    std::this_thread::sleep_until(begin + std::chrono::nanoseconds(1'000'000'000 * i / work.rate));
    send(client, topic, value, new Clock::time_point(Clock::now()));
  }
  while (rd_kafka_outq_len(client) > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  over = true;
  polls.join();
  measure.report(work.records, work.size);
}

void consume(const Work& work) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", work.bootstrap);
  set(conf, "group.id", "bench");
  set(conf, "enable.auto.commit", "false");
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "check.crcs", "true");
  rd_kafka_t* client = make(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(kPartitions);
  for (int i = 0; i < kPartitions; ++i) {
    rd_kafka_topic_partition_list_add(list, work.topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  Measure measure;
  if (rd_kafka_assign(client, list) != RD_KAFKA_RESP_ERR_NO_ERROR) give_up("assign has failed");
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::array<rd_kafka_message_t*, 10'000> messages{};
  std::int64_t seen = 0;
  std::size_t bytes = 0;
  while (seen < work.records) {
    const auto got = rd_kafka_consume_batch_queue(queue, 1000, messages.data(), messages.size());
    for (ssize_t i = 0; i < got; ++i) {
      rd_kafka_message_t* message = messages[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        bytes += message->len;
        ++seen;
      }
      rd_kafka_message_destroy(message);
    }
  }
  measure.report(seen, seen == 0 ? 0 : bytes / static_cast<std::size_t>(seen));
}

}  // namespace

int main(int argc, char** argv) {
  const Work work = work_from(argc, argv);
  if (work.mode == "produce") produce(work);
  if (work.mode == "latency") latency(work);
  if (work.mode == "consume") consume(work);
  std::fflush(stdout);
  _exit(0);  // what was measured is over; the end of the library waits for its threads
}
