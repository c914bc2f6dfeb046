#pragma once

#include <utility>

#include "client/admin/core.h"
#include "millrace/admin.h"
#include "sdk/handle.h"
#include "sdk/host.h"

namespace millrace::client {

// An admin client's core on its host.
class Admin::Impl {
 public:
  static constexpr const char* kHandle = "Admin";
  explicit Impl(std::shared_ptr<Host> host) : resident_(std::make_shared<Resident<AdminCore>>(std::move(host))) {}
  ~Impl() { resident_->close(); }
  Resident<AdminCore>& resident() { return *resident_; }

  // Runs `operation` (core, args..., timeout, done) on the shard.
  template <typename T, typename Operation, typename... Args>
  Future<T> run(AdminOptions options, Operation operation, Args... args) {
    if (options.timeout) options.timeout = detail::bounded(*options.timeout);
    return resident_->ask<T>(
        [operation, options, ... args = std::move(args)](AdminCore& core, Promise<T> promise) mutable {
          operation(core, std::move(args)..., core.timeout(options),
                    [promise = std::move(promise)](Result<T> result) mutable { promise.set(std::move(result)); });
        });
  }

 private:
  std::shared_ptr<Resident<AdminCore>> resident_;
};

// The same for the handle that has this.
template <typename T, typename Impl, typename Operation, typename... Args>
Future<T> run(const std::shared_ptr<Impl>& impl, AdminOptions options, Operation operation, Args... args) {
  return with(impl, [&](Impl& own) { return own.template run<T>(options, operation, std::move(args)...); });
}

}  // namespace millrace::client
