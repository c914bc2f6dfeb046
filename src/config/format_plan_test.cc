#include "config/format_plan.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

constexpr std::string_view kCluster = "MkU3OEVBNTcwNTJENDM2Qg";
const std::vector<Uuid> kIds{Uuid{1, 1}, Uuid{2, 2}, Uuid{3, 3}};
using Voters = std::vector<FirstVoter>;

ServerConfig server(const std::vector<std::string>& sets) {
  StartOptions options;
  options.sets = sets;
  auto loaded = load_server_config(options);
  EXPECT_TRUE(loaded.ok()) << loaded.error();
  return loaded.ok() ? loaded.value().config : ServerConfig();
}
FormatRequest standalone() {
  FormatRequest request;
  request.cluster_id = kCluster;
  request.quorum = FormatRequest::Quorum::standalone;
  return request;
}
std::vector<DirectoryFound> bare(const ServerConfig& config) {
  std::vector<DirectoryFound> found;
  for (const auto& path : all_directories(config)) found.push_back({path});
  return found;
}
std::string refusal(const ServerConfig& config, const FormatRequest& request) {
  const auto plan = plan_format(config, request, bare(config), kIds);
  return plan.ok() ? "" : plan.error();
}

TEST(FormatPlan, ASingleNodeBecomesTheOnlyVoter) {
  const auto config = server({"log.dirs=a,b", "metadata.log.dir=m"});
  const auto plan = plan_format(config, standalone(), bare(config), kIds);
  ASSERT_TRUE(plan.ok()) << plan.error();
  ASSERT_EQ(plan.value().directories.size(), 3U);
  EXPECT_EQ(plan.value().directories[0].path, "a");
  EXPECT_EQ(plan.value().directories[2].path, "m");
  EXPECT_TRUE(plan.value().directories[2].holds_metadata);
  EXPECT_EQ(plan.value().directories[1].meta, (MetaProperties{std::string(kCluster), NodeId(1), Uuid{2, 2}}));
  EXPECT_EQ(plan.value().kraft_version, 1);
  EXPECT_EQ(plan.value().features, bootstrap_features(30));
  EXPECT_EQ(plan.value().first_voters,
            (Voters{{NodeId(1), Uuid{3, 3}, {Listener{"CONTROLLER", {"127.0.0.1", 9093}}}}}));
}

TEST(FormatPlan, TheMetadataDirectoryIsFormattedLast) {
  const auto config = server({"log.dirs=a,b"});
  const auto plan = plan_format(config, standalone(), bare(config), kIds);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value().directories.back().path, "a");
  EXPECT_EQ(plan.value().first_voters.front().directory_id, (Uuid{1, 1}));
}

TEST(FormatPlan, NamedVotersAreWrittenAndThisNodesDirectoryGetsItsId) {
  FormatRequest request = standalone();
  request.quorum = FormatRequest::Quorum::named;
  request.voters = {{NodeId(1), Uuid{7, 7}, {Listener{"CONTROLLER", {"a", 1}}}},
                    {NodeId(2), Uuid{8, 8}, {Listener{"CONTROLLER", {"b", 2}}}}};
  const auto plan = plan_format(server({}), request, bare(server({})), kIds);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value().first_voters, request.voters);
  EXPECT_EQ(plan.value().directories.back().meta.directory_id, (Uuid{7, 7}));
}

TEST(FormatPlan, FixedVotersNeedNoFirstVoter) {
  const auto config = server({"controller.quorum.voters=1@127.0.0.1:9093"});
  auto request = standalone();
  EXPECT_NE(refusal(config, request).find("controller.quorum.voters fixes the quorum"), std::string::npos);
  request.quorum = FormatRequest::Quorum::as_configured;
  const auto plan = plan_format(config, request, bare(config), kIds);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan.value().kraft_version, 0);
  EXPECT_EQ(plan.value().first_voters, Voters());
}

TEST(FormatPlan, TheQuorumMustFitTheSettings) {
  auto request = standalone();
  const auto broker = server({"process.roles=broker", "controller.quorum.bootstrap.servers=h:1"});
  EXPECT_NE(refusal(broker, request), "");
  for (const auto quorum : {FormatRequest::Quorum::as_configured, FormatRequest::Quorum::joins_later}) {
    request.quorum = quorum;
    EXPECT_EQ(refusal(broker, request), "");
  }
  request.quorum = FormatRequest::Quorum::as_configured;
  EXPECT_NE(refusal(server({}), request).find("--standalone"), std::string::npos);
  request.quorum = FormatRequest::Quorum::joins_later;
  EXPECT_EQ(refusal(server({}), request), "");
  EXPECT_EQ(plan_format(server({}), request, bare(server({})), kIds).value().first_voters, Voters());
}

TEST(FormatPlan, RequestedLevelsReplaceTheDefaults) {
  auto request = standalone();
  request.metadata_version = 21;
  request.features = {{"group.version", 1}, {"transaction.version", 2}};
  const auto config = server({});
  EXPECT_EQ(plan_format(config, request, bare(config), kIds).value().features,
            (std::vector<Feature>{{"metadata.version", 21}, {"group.version", 1}, {"transaction.version", 2}}));
  request.metadata_version = 30;
  request.features = {{"transaction.version", 0}, {"group.version", 0}};
  EXPECT_EQ(plan_format(config, request, bare(config), kIds).value().features,
            (std::vector<Feature>{{"metadata.version", 30},
                                  {"eligible.leader.replicas.version", 1},
                                  {"share.version", 1},
                                  {"streams.version", 1}}));
}

TEST(FormatPlan, LevelsThatDoNotFitAreRefused) {
  const auto config = server({});
  const auto with = [&](Feature feature, std::int16_t metadata_version = 30) {
    auto request = standalone();
    request.metadata_version = metadata_version;
    request.features = {std::move(feature)};
    return refusal(config, request);
  };
  EXPECT_EQ(
      with({"eligible.leader.replicas.version", 1}, 22),
      "feature eligible.leader.replicas.version=1 is not allowed: it needs metadata.version 4.0-IV1, and 4.0-IV0 is "
      "chosen");
  EXPECT_EQ(with({"group.version", 5}), "feature group.version=5 is not allowed: must be from 0 to 1");
  EXPECT_NE(with({"foo", 1}).find("is not known"), std::string::npos);
  EXPECT_NE(with({"kraft.version", 0}), "");
  EXPECT_EQ(with({"kraft.version", 1}), "");
  EXPECT_NE(with({"metadata.version", 25}), "");
}

TEST(FormatPlan, FormattedDirectoriesAreLeftAloneOnlyWhenAskedAndOurs) {
  const auto config = server({"log.dirs=a,b"});
  auto found = bare(config);
  found[0].meta = MetaProperties{std::string(kCluster), NodeId(1), Uuid{9, 9}};
  auto request = standalone();
  EXPECT_NE(plan_format(config, request, found, kIds).error().find("a: is formatted already"), std::string::npos);
  request.skip_formatted = true;
  const auto plan = plan_format(config, request, found, kIds);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan.value().directories.size(), 1U);
  EXPECT_EQ(plan.value().directories[0].path, "b");
  EXPECT_EQ(plan.value().first_voters, Voters());
  found[0].meta->node_id = NodeId(2);
  EXPECT_EQ(plan_format(config, request, found, kIds).error(), "a: belongs to node 2, but node.id is 1");
  found[0].meta->cluster_id = "other";
  EXPECT_NE(plan_format(config, request, found, kIds).error().find("belongs to cluster other"), std::string::npos);
}

TEST(FormatPlan, AnEmptyClusterIdOrAnUnreadableDirectoryIsRefused) {
  const auto config = server({});
  auto request = standalone();
  EXPECT_NE(plan_format(config, request, {{"a", false, std::nullopt, false}}, kIds).error().find("a: cannot be read"),
            std::string::npos);
  request.cluster_id = "";
  EXPECT_NE(refusal(config, request), "");
}

}  // namespace
}  // namespace millrace::config
