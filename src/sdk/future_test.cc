#include "millrace/future.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "millrace/coroutine.h"
#include "millrace/loop.h"
#include "sdk/host.h"

namespace millrace::client {
namespace {

class Inline final : public Executor {
 public:
  void execute(std::function<void()> work) override {
    ++calls;
    work();
  }
  int calls = 0;
};

TEST(Future, WaitsForAResultThatAnotherThreadSets) {
  Promise<std::string> promise;
  auto future = promise.future();
  std::thread other([promise = std::move(promise)]() mutable { promise.set(std::string("there")); });
  EXPECT_EQ(*future.get(), "there");
  other.join();
}

TEST(Future, CallbackGetsTheResultWhetherItComesBeforeOrAfter) {
  for (const bool before : {true, false}) {
    Promise<int> promise;
    auto future = promise.future();
    int got = 0;
    if (before) promise.set(7);
    std::move(future).then([&](Result<int> result) { got = *result; });
    if (!before) promise.set(7);
    EXPECT_EQ(got, 7);
  }
}

TEST(Future, DroppedPromiseIsAClosedClient) {
  auto promise = std::make_unique<Promise<int>>();
  auto future = promise->future();
  promise.reset();
  EXPECT_TRUE(future.get().error().is(Cause::closed));
}

TEST(Future, SecondGetNamesTheMistake) {
  Promise<int> promise;
  auto future = promise.future();
  promise.set(1);
  ASSERT_TRUE(future.get().ok());
  EXPECT_TRUE(future.get().error().is(Cause::wrong_state));
}

TEST(Future, TimedWaitSaysThatNothingCame) {
  Promise<int> promise;
  auto future = promise.future();
  EXPECT_FALSE(future.wait_for(std::chrono::milliseconds(1)));
  promise.set(1);
  EXPECT_TRUE(future.wait_for(std::chrono::milliseconds(1)));
}

TEST(Loop, WaitingOnTheLoopsOwnThreadIsRefusedInsteadOfHanging) {
  const auto loop = Loop::start();
  ASSERT_TRUE(loop.ok());
  Promise<Cause> told;
  auto cause = told.future();
  loop->execute([&] {
    Promise<int> never(loop->host()->home());
    auto future = never.future();
    EXPECT_TRUE(loop->here());
    told.set(future.get().error().cause);
  });
  EXPECT_EQ(*cause.get(), Cause::wrong_state);
  EXPECT_FALSE(loop->here());
}

TEST(Loop, LastHandleMayGoOnTheLoopsOwnThread) {
  Promise<void> gone;
  auto done = gone.future();
  auto held = std::make_shared<Loop>(*Loop::start());
  Loop* raw = held.get();
  auto promise = std::make_shared<Promise<void>>(std::move(gone));
  raw->execute([held = std::move(held), promise]() mutable {
    held.reset();
    promise->set(Result<void>());
  });
  EXPECT_TRUE(done.get().ok());
}

Task<int> doubled(Future<int> future) {
  const auto result = co_await std::move(future);
  co_return *result * 2;
}

Task<int> sum(Future<int> a, Future<int> b, Executor& executor) {
  const int first = co_await doubled(std::move(a));
  const auto second = co_await std::move(b).via(executor);
  co_return first + *second;
}

TEST(Coroutine, AwaitsFuturesAndTasksAndUsesTheExecutor) {
  Promise<int> a;
  Promise<int> b;
  Inline executor;
  auto total = start(sum(a.future(), b.future(), executor));
  EXPECT_FALSE(total.ready());
  a.set(20);
  EXPECT_FALSE(total.ready());
  b.set(2);
  EXPECT_EQ(*total.get(), 42);
  EXPECT_EQ(executor.calls, 1);
}

}  // namespace
}  // namespace millrace::client
