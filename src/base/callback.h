#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace millrace {

template <typename Signature>
class Callback;

// A function that is called later, at most as often as its owner decides; owns what it captured; can be moved but not
// copied, so captures may own buffers. Captures up to kInline bytes need no allocation.
template <typename R, typename... Args>
class Callback<R(Args...)> {
 public:
  static constexpr std::size_t kInline = 64;

  Callback() = default;
  Callback(std::nullptr_t) {}
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> && std::is_invocable_r_v<R, F&, Args...>)
  Callback(F&& function) {
    using Fn = std::remove_cvref_t<F>;
    if constexpr (sizeof(Fn) <= kInline && alignof(Fn) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Fn>) {
      ::new (storage_) Fn(std::forward<F>(function));
      table_ = &kInlineTable<Fn>;
    } else {
      ::new (storage_) Fn*(new Fn(std::forward<F>(function)));
      table_ = &kHeapTable<Fn>;
    }
  }
  Callback(Callback&& other) noexcept { take(other); }
  Callback& operator=(Callback&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback() { reset(); }

  explicit operator bool() const { return table_ != nullptr; }
  // Precondition: not empty.
  R operator()(Args... args) {
    MR_ASSERT(table_ != nullptr);
    return table_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  struct Table {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to);
    void (*destroy)(void*);
  };
  template <typename Fn>
  static constexpr Table kInlineTable{
      [](void* at, Args&&... args) -> R { return (*static_cast<Fn*>(at))(std::forward<Args>(args)...); },
      [](void* from, void* to) {
        ::new (to) Fn(std::move(*static_cast<Fn*>(from)));
        static_cast<Fn*>(from)->~Fn();
      },
      [](void* at) { static_cast<Fn*>(at)->~Fn(); }};
  template <typename Fn>
  static constexpr Table kHeapTable{
      [](void* at, Args&&... args) -> R { return (**static_cast<Fn**>(at))(std::forward<Args>(args)...); },
      [](void* from, void* to) { ::new (to) Fn*(*static_cast<Fn**>(from)); },
      [](void* at) { delete *static_cast<Fn**>(at); }};

  void take(Callback& other) {
    table_ = other.table_;
    if (table_ != nullptr) table_->move(other.storage_, storage_);
    other.table_ = nullptr;
  }
  void reset() {
    if (table_ != nullptr) table_->destroy(storage_);
    table_ = nullptr;
  }

  alignas(std::max_align_t) std::byte storage_[kInline];
  const Table* table_ = nullptr;
};

using Task = Callback<void()>;

}  // namespace millrace
