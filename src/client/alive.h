#pragma once

#include <memory>
#include <utility>

namespace millrace::client {

// Wraps calls that must do nothing once their owner is gone: a member of the owner, destroyed with it.
class Alive {
 public:
  Alive() : token_(std::make_shared<const bool>(true)) {}
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  template <typename Call>
  auto guard(Call call) const {
    return [watch = std::weak_ptr<const bool>(token_), call = std::move(call)](auto&&... args) mutable {
      if (!watch.expired()) call(std::forward<decltype(args)>(args)...);
    };
  }
  std::weak_ptr<const bool> watch() const { return token_; }

 private:
  std::shared_ptr<const bool> token_;
};

}  // namespace millrace::client
