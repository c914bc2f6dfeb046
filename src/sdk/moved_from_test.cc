#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/coroutine.h"
#include "millrace/loop.h"
#include "millrace/producer.h"
#include "millrace/share_consumer.h"

// A call on a handle that was moved from is an error that says so, by whatever front it is made.
namespace millrace::client {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNowhere = "127.0.0.1:1";  // nobody listens there

template <typename T>
std::optional<Error> failure(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error());
}
template <typename T>
std::optional<Error> failure(Future<T> future) {
  return failure(future.get());
}

// A call by its name, and how it fails; nothing if it does not.
struct Call {
  const char* name;
  std::function<std::optional<Error>()> failure;
};

void expect_named(const std::vector<Call>& calls, const std::string& handle) {
  for (const Call& call : calls) {
    const auto error = call.failure();
    ASSERT_TRUE(error) << handle << "::" << call.name << "() does not fail";
    EXPECT_TRUE(error->is(Cause::wrong_state)) << call.name << ": " << error->text();
    EXPECT_NE(error->message.find("this " + handle + " was moved from"), std::string::npos) << error->text();
  }
}

#define CALL(expression) \
  Call { #expression, [&] { return failure(expression); } }

Record record() {
  Record made;
  made.topic = "t";
  return made;
}

TEST(MovedFrom, EveryCallOfAProducerNamesTheMistake) {
  auto made = Producer::create(ProducerConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(made);
  Producer& gone = *made;
  const Producer kept = std::move(gone);
  std::optional<Error> told;
  gone.send(record(), [&](const Result<RecordMetadata>& result) { told = failure(result); });
  gone.send(record(), {});
  expect_named({CALL(gone.send(record())), CALL(gone.flush(milliseconds(0))), CALL(gone.close(milliseconds(0))),
                CALL(gone.init_transactions()), CALL(gone.begin_transaction()),
                CALL(gone.send_offsets_to_transaction({}, {})), CALL(gone.commit_transaction()),
                CALL(gone.abort_transaction()), CALL(gone.statistics()), CALL(gone.partitions_for("t")),
                CALL(gone.client_instance_id()),
                {"send with a callback", [&] { return told; }}},
               "Producer");
}

TEST(MovedFrom, EveryCallOfAConsumerNamesTheMistake) {
  auto made = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  ASSERT_TRUE(made);
  Consumer& gone = *made;
  const Consumer kept = std::move(gone);
  const TopicPartition one{"t", 0};
  gone.wakeup();
  expect_named({CALL(gone.assign({one})), CALL(gone.subscribe({"t"})), CALL(gone.subscribe_pattern("t")),
                CALL(gone.subscribe_server_pattern("t")), CALL(gone.unsubscribe()), CALL(gone.subscription()),
                CALL(gone.assignment()), CALL(gone.poll(milliseconds(0))), CALL(gone.poll_async(milliseconds(0))),
                CALL(gone.seek(one, 0)), CALL(gone.seek_to_beginning({one})), CALL(gone.seek_to_end({one})),
                CALL(gone.pause({one})), CALL(gone.resume({one})), CALL(gone.paused()), CALL(gone.position(one)),
                CALL(gone.lag(one)), CALL(gone.committed({one})), CALL(gone.group_metadata()), CALL(gone.commit()),
                CALL(gone.commit({{one, {}}})), CALL(gone.offsets_for_times({{one, 0}})),
                CALL(gone.beginning_offsets({one})), CALL(gone.end_offsets({one})), CALL(gone.statistics()),
                CALL(gone.enforce_rebalance()), CALL(gone.partitions_for("t")), CALL(gone.list_topics()),
                CALL(gone.client_instance_id()),
                CALL(gone.close(milliseconds(0)))},
               "Consumer");
}

TEST(MovedFrom, EveryCallOfAShareConsumerNamesTheMistake) {
  auto made = ShareConsumer::create(ShareConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  ASSERT_TRUE(made);
  ShareConsumer& gone = *made;
  const ShareConsumer kept = std::move(gone);
  const TopicPartition one{"t", 0};
  gone.wakeup();
  gone.on_acknowledged({});
  expect_named({CALL(gone.subscribe({"t"})), CALL(gone.unsubscribe()), CALL(gone.subscription()),
                CALL(gone.poll(milliseconds(0))), CALL(gone.poll_async(milliseconds(0))),
                CALL(gone.acknowledge(ConsumerRecord())), CALL(gone.acknowledge(one, 0)), CALL(gone.commit()),
                CALL(gone.acquisition_lock_timeout()), CALL(gone.statistics()), CALL(gone.client_instance_id()),
                CALL(gone.close(milliseconds(0)))},
               "ShareConsumer");
}

TEST(MovedFrom, EveryCallOfAnAdminNamesTheMistake) {
  auto made = Admin::create(AdminConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(made);
  Admin& gone = *made;
  const Admin kept = std::move(gone);
  gone.close();
  expect_named({CALL(gone.create_topics({})), CALL(gone.delete_topics(std::vector<std::string>())),
                CALL(gone.delete_topics(std::vector<TopicId>())), CALL(gone.list_topics()),
                CALL(gone.describe_topics({})), CALL(gone.describe_topics_by_id({})), CALL(gone.create_partitions({})),
                CALL(gone.delete_records({})), CALL(gone.list_offsets({})), CALL(gone.describe_configs({})),
                CALL(gone.alter_configs({})), CALL(gone.list_config_resources()), CALL(gone.describe_quotas({})),
                CALL(gone.alter_quotas({})), CALL(gone.describe_scram_users()), CALL(gone.alter_scram_users({})),
                CALL(gone.list_groups()), CALL(gone.describe_groups({})), CALL(gone.delete_groups({})),
                CALL(gone.list_group_offsets("g")), CALL(gone.list_offsets_of_groups({})),
                CALL(gone.alter_group_offsets("g", {})),
                CALL(gone.delete_group_offsets("g", {})), CALL(gone.remove_group_members("g", {})),
                CALL(gone.remove_all_group_members("g")), CALL(gone.list_share_group_offsets("g")),
                CALL(gone.alter_share_group_offsets("g", {})), CALL(gone.delete_share_group_offsets("g", {}))},
               "Admin");
  expect_named({CALL(gone.describe_acls()), CALL(gone.create_acls({})), CALL(gone.delete_acls({})),
                CALL(gone.create_delegation_token()), CALL(gone.renew_delegation_token({})),
                CALL(gone.expire_delegation_token({})), CALL(gone.describe_delegation_tokens()),
                CALL(gone.describe_producers({})), CALL(gone.list_transactions()), CALL(gone.describe_transactions({})),
                CALL(gone.abort_transaction({})), CALL(gone.fence_producers({})),
                CALL(gone.force_terminate_transaction("x")), CALL(gone.describe_cluster()),
                CALL(gone.describe_quorum()), CALL(gone.add_voter(1, {}, {})), CALL(gone.remove_voter(1, {})),
                CALL(gone.describe_versions()), CALL(gone.describe_features()), CALL(gone.update_features({})),
                CALL(gone.unregister_broker(1)), CALL(gone.describe_log_dirs()),
                CALL(gone.describe_replica_log_dirs({})), CALL(gone.move_replicas({})),
                CALL(gone.elect_leaders(Election::preferred)),
                CALL(gone.alter_reassignments({})), CALL(gone.list_reassignments()), CALL(gone.client_instance_id()),
                CALL(gone.send_raw({}))},
               "Admin");
}

#undef CALL

Task<std::optional<Error>> awaited(Producer& producer, Consumer& consumer, bool sends) {
  if (sends) co_return failure(co_await producer.send(record()));
  co_return failure(co_await consumer.poll_async(milliseconds(0)));
}

TEST(MovedFrom, CallbacksAndCoroutinesHearOfItToo) {
  auto producer = Producer::create(ProducerConfig().bootstrap_servers(kNowhere));
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(producer && consumer);
  const Producer kept_producer = *std::move(producer);
  const Consumer kept_consumer = *std::move(consumer);
  std::optional<Error> told;
  producer->statistics().then([&](const Result<ProducerStatistics>& result) { told = failure(result); });
  for (const auto& error : {told, *start(awaited(*producer, *consumer, true)).get(),
                            *start(awaited(*producer, *consumer, false)).get()}) {
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->is(Cause::wrong_state)) << error->text();
  }
}

TEST(MovedFrom, AHandleThatIsAssignedToWorksAgain) {
  auto first = Admin::create(AdminConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(first);
  const Admin kept = *std::move(first);
  *first = *Admin::create(AdminConfig().bootstrap_servers(kNowhere));
  first->close();
  EXPECT_TRUE(first->list_topics().get().error().is(Cause::closed)) << "it has a client of its own";
}

TEST(MovedFrom, ALoopIsNeverWithoutItsThread) {
  auto loop = Loop::start();
  ASSERT_TRUE(loop);
  const Loop moved = *std::move(loop);
  EXPECT_FALSE(loop->here());
  Promise<void> promise;
  auto ran = promise.future();
  loop->execute([&] { promise.set(Status()); });
  EXPECT_TRUE(ran.get());
  EXPECT_TRUE(Admin::create(AdminConfig().bootstrap_servers(kNowhere), &*loop));
}

TEST(MovedFrom, FuturesAndPromisesSayThatTheyHaveNothing) {
  Promise<int> gone;
  auto future = gone.future();
  Promise<int> kept = std::move(gone);
  gone.set(1);
  EXPECT_TRUE(gone.future().get().error().is(Cause::wrong_state));
  Future<int> moved = std::move(future);
  EXPECT_FALSE(future.ready() || future.wait_for(milliseconds(0)));
  EXPECT_TRUE(future.get().error().is(Cause::wrong_state));
  std::optional<Error> told;
  future.then([&](const Result<int>& result) { told = failure(result); });
  EXPECT_TRUE(told && told->is(Cause::wrong_state));
  kept.set(2);
  EXPECT_EQ(*moved.get(), 2);
}

Task<int> one() { co_return 1; }

TEST(MovedFromDeathTest, ATaskThatIsAwaitedTwiceIsNamed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto task = one();
  auto kept = std::move(task);
  EXPECT_DEATH((void)start(std::move(task)), "moved from or has run");
}

}  // namespace
}  // namespace millrace::client
