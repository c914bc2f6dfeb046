#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/errors.h"
#include "millrace/future.h"

namespace millrace::client {

// A future that has failed already.
template <typename T>
Future<T> failed(Error error) {
  Promise<T> promise;
  promise.set(std::move(error));
  return promise.future();
}

namespace detail {
template <typename Answer>
struct Failing {  // a Result
  static Answer make(Error error) { return error; }
};
template <typename T>
struct Failing<Future<T>> {
  static Future<T> make(Error error) { return failed<T>(std::move(error)); }
};
}  // namespace detail

// What a handle of the program's holds: when it goes, the client ends by State::drop(), though a call that is still
// under way keeps the state itself.
template <typename State>
std::shared_ptr<State> handle_to(std::shared_ptr<State> state) {
  State* const raw = state.get();
  return std::shared_ptr<State>(raw, [state = std::move(state)](State*) { state->drop(); });
}

// Refuses interceptors that are null, before anybody calls them.
template <typename Interceptor>
Status no_null(const std::vector<std::shared_ptr<Interceptor>>& interceptors) {
  for (const auto& one : interceptors) {
    if (!one) return local_error(Cause::invalid_config, "interceptor() of the configuration got a null pointer");
  }
  return {};
}

// `call` (State&) of the client behind a handle of the program's. A handle that was moved from has none: then the
// answer, a Result or a Future, is Cause::wrong_state. State::kHandle is the handle's name.
template <typename State, typename Call>
auto with(const std::shared_ptr<State>& state, Call&& call) -> std::invoke_result_t<Call, State&> {
  if (state) return std::forward<Call>(call)(*state);
  return detail::Failing<std::invoke_result_t<Call, State&>>::make(
      local_error(Cause::wrong_state, std::string("this ") + State::kHandle +
                                          " was moved from; call the one that it was moved to, or make another"));
}

// The same for a State with the members now() and later().
template <typename T, typename State, typename Call>
Result<T> now(const std::shared_ptr<State>& state, Call call) {
  return with(state, [&](State& own) { return own.template now<T>(std::move(call)); });
}
template <typename T, typename State, typename Call>
Future<T> later(const std::shared_ptr<State>& state, Call call) {
  return with(state, [&](State& own) { return own.template later<T>(std::move(call)); });
}

}  // namespace millrace::client
