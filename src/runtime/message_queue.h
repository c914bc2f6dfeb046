#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/callback.h"
#include "runtime/limits.h"

namespace millrace::runtime {

struct Message {
  Task task;
  bool is_reply = false;
};

// Messages from one thread to one other, in order, without locks. Its memory grows with what is in it and is used
// again; the mailbox bounds how much that can be.
class MessageQueue {
 public:
  MessageQueue() : write_(new Chunk), read_(write_) {}
  ~MessageQueue() {
    delete spare_.load();
    while (read_ != nullptr) delete std::exchange(read_, read_->next);
  }
  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  // The sender's thread.
  void push(Message message) {
    if (write_at_ == kMessagesPerChunk) {
      Chunk* chunk = spare_.exchange(nullptr, std::memory_order_acquire);
      if (chunk == nullptr) chunk = new Chunk;
      chunk->next = nullptr;
      write_->next = chunk;
      write_ = chunk;
      write_at_ = 0;
    }
    write_->items[write_at_++] = std::move(message);
    pushed_.store(pushed_.load(std::memory_order_relaxed) + 1);  // shows the message to the other thread
  }

  // The receiver's thread. False if there is nothing.
  bool pop(Message& into) {
    if (popped_ == pushed_.load(std::memory_order_acquire)) return false;
    if (read_at_ == kMessagesPerChunk) {
      Chunk* done = std::exchange(read_, read_->next);
      delete spare_.exchange(done, std::memory_order_acq_rel);
      read_at_ = 0;
    }
    into = std::move(read_->items[read_at_++]);
    ++popped_;
    return true;
  }

  // The receiver's thread: how many there are to take, at least.
  std::uint64_t unread() const { return pushed_.load() - popped_; }
  bool empty() const { return unread() == 0; }

 private:
  struct Chunk {
    std::array<Message, kMessagesPerChunk> items;
    Chunk* next = nullptr;
  };

  // The sender's, the receiver's and the shared parts on cache lines of their own.
  alignas(64) Chunk* write_;
  std::size_t write_at_ = 0;
  alignas(64) Chunk* read_;
  std::size_t read_at_ = 0;
  std::uint64_t popped_ = 0;
  alignas(64) std::atomic<std::uint64_t> pushed_{0};
  std::atomic<Chunk*> spare_{nullptr};
};

}  // namespace millrace::runtime
