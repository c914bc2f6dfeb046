#include "config/meta_properties.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

constexpr std::string_view kClusterId = "MkU3OEVBNTcwNTJENDM2Qg";
constexpr std::string_view kDirectoryId = "lUnNnORyRw6YBwlwpydKJw";

MetaProperties meta(std::string_view directory_id = kDirectoryId) {
  return {std::string(kClusterId), NodeId(1), Uuid::parse(directory_id).value()};
}
DirectoryFound formatted(std::string path, MetaProperties properties) {
  return {std::move(path), true, std::move(properties), false};
}

TEST(MetaProperties, KafkasFileIsRead) {
  const auto parsed = parse_meta_properties(
      "#\n#Sat Nov 21 02:38:15 UTC 2026\nnode.id=1\ndirectory.id=lUnNnORyRw6YBwlwpydKJw\nversion=1\n"
      "cluster.id=MkU3OEVBNTcwNTJENDM2Qg\n");
  ASSERT_TRUE(parsed.ok()) << parsed.error();
  EXPECT_EQ(parsed.value(), meta());
}

TEST(MetaProperties, WhatIsWrittenIsReadBack) {
  EXPECT_EQ(
      render_meta_properties(meta(), "a day"),
      "#\n#a day\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\ndirectory.id=lUnNnORyRw6YBwlwpydKJw\nnode.id=1\nversion=1\n");
  MetaProperties odd{"any = text", NodeId(2147483647), std::nullopt};
  EXPECT_EQ(parse_meta_properties(render_meta_properties(odd)).value(), odd);
}

TEST(MetaProperties, WhatIsMissingOrWrongIsNamed) {
  const auto error = [](std::string_view text) { return parse_meta_properties(text).error(); };
  EXPECT_EQ(error(""), "meta.properties has no version; it must say version=1");
  EXPECT_NE(error("version=0\nbroker.id=1\n").find("ZooKeeper"), std::string::npos);
  EXPECT_EQ(error("version=2\n"), "meta.properties has version 2; only 1 is known");
  EXPECT_EQ(error("version=1\nnode.id=1\n"), "meta.properties has no cluster.id");
  EXPECT_NE(error("version=1\ncluster.id=x\n").find("no node.id"), std::string::npos);
  EXPECT_NE(error("version=1\ncluster.id=x\nnode.id=-1\n").find("no node.id"), std::string::npos);
  EXPECT_NE(error("version=1\ncluster.id=x\nnode.id=1\ndirectory.id=short\n").find("directory.id=short"),
            std::string::npos);
  EXPECT_NE(error("version=1\ncluster.id=x\nnode.id=1\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAQ\n").find("reserved"),
            std::string::npos);
  // Not given to new directories, but taken.
  EXPECT_TRUE(parse_meta_properties("version=1\ncluster.id=x\nnode.id=1\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAw\n").ok());
  EXPECT_EQ(error("version=1\ncluster.id=\\u1"), "meta.properties:2: \\u needs four hexadecimal digits");
}

TEST(MetaProperties, TheLowestHundredIdsAreReserved) {
  EXPECT_FALSE(is_directory_id(Uuid{0, 0}));
  EXPECT_FALSE(is_directory_id(Uuid{0, 99}));
  EXPECT_TRUE(is_directory_id(Uuid{0, 100}));
  EXPECT_TRUE(is_directory_id(Uuid{1, 0}));
}

TEST(JudgeDirectories, EmptyOnesAreToBeFormatted) {
  const auto verdict = judge_directories({{"a"}, {"b"}}, "a", NodeId(1));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().kind, DirectoryVerdict::unformatted);
}

TEST(JudgeDirectories, OursAreReadyAndAnEmptyOneBesideThemIsToBeAdded) {
  auto old = meta();
  old.directory_id = std::nullopt;
  const auto verdict = judge_directories({formatted("a", meta()), {"b"}, formatted("c", old)}, "a", NodeId(1));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().kind, DirectoryVerdict::ready);
  EXPECT_EQ(verdict.value().cluster_id, kClusterId);
  EXPECT_EQ(verdict.value().to_add, std::vector<std::string>{"b"});
  EXPECT_EQ(verdict.value().needs_id, std::vector<std::string>{"c"});
}

TEST(JudgeDirectories, AnUnformattedMetadataDirectoryBesideFormattedOnesIsRefused) {
  const auto verdict = judge_directories({{"a"}, formatted("b", meta())}, "a", NodeId(1));
  ASSERT_FALSE(verdict.ok());
  EXPECT_NE(verdict.error().find("a: holds the metadata log and is not formatted"), std::string::npos);
}

TEST(JudgeDirectories, WhatAnInterruptedFormatLeavesIsKnown) {
  for (const auto* path : {"bootstrap.checkpoint", "bootstrap.checkpoint.tmp", "meta.properties.tmp", ".lock",
                           "__cluster_metadata-0", "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint",
                           "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint.part"}) {
    EXPECT_TRUE(is_left_by_format(path)) << path;
  }
  for (const auto* path :
       {"meta.properties", "topic-0", "__cluster_metadata-0/00000000000000000000.log", "lost+found", ""}) {
    EXPECT_FALSE(is_left_by_format(path)) << path;
  }
}

TEST(JudgeDirectories, ForeignDirectoriesAreRefused) {
  const auto refused = [](const std::vector<DirectoryFound>& found) {
    const auto verdict = judge_directories(found, "a", NodeId(1));
    return verdict.ok() ? std::string() : verdict.error();
  };
  auto other_node = meta();
  other_node.node_id = NodeId(2);
  EXPECT_EQ(refused({formatted("a", other_node)}),
            "a/meta.properties: belongs to node 2, but node.id is 1; give the node its own log.dirs, or set node.id=2");
  auto other_cluster = meta("AAAAAAAAAAAAAAAAAAAAZw");
  other_cluster.cluster_id = "other";
  EXPECT_NE(refused({formatted("a", meta()), formatted("b", other_cluster)}).find("belongs to cluster other"),
            std::string::npos);
  EXPECT_NE(refused({formatted("a", meta()), formatted("b", meta())}).find("same directory.id"), std::string::npos);
  EXPECT_NE(refused({{"a", true, std::nullopt, false}}).find("is not empty and has no meta.properties"),
            std::string::npos);
}

TEST(JudgeDirectories, AnUnreadableOneIsOfflineUnlessTheMetadataIsThere) {
  const std::vector<DirectoryFound> found{formatted("a", meta()), {"b", false, std::nullopt, false}};
  EXPECT_EQ(judge_directories(found, "a", NodeId(1)).value().offline, std::vector<std::string>{"b"});
  EXPECT_NE(judge_directories(found, "b", NodeId(1)).error().find("holds the metadata log"), std::string::npos);
}

}  // namespace
}  // namespace millrace::config
