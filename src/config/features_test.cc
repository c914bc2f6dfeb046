#include "config/features.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

TEST(Features, HighestOfferedMetadataVersionIs43) {
  EXPECT_EQ(metadata_version_name(kMaxMetadataVersion), "4.3-IV0");
  ASSERT_NE(find_feature_level(kMetadataVersion, 31), nullptr);
  EXPECT_FALSE(find_feature_level(kMetadataVersion, 31)->offered);
  EXPECT_EQ(metadata_version_name(kMinMetadataVersion), "3.3-IV3");
}

TEST(Features, AllAreSupportedFromTheirLowestLevel) {
  const std::vector<FeatureRange> expected{{"eligible.leader.replicas.version", 0, 1},
                                           {"group.version", 0, 1},
                                           {"kraft.version", 0, 1},
                                           {"metadata.version", 7, 30},
                                           {"share.version", 0, 1},
                                           {"streams.version", 0, 1},
                                           {"transaction.version", 0, 2}};
  EXPECT_EQ(supported_features(), expected);
}

TEST(Features, ReleasesAndExactNamesNameALevel) {
  EXPECT_EQ(parse_metadata_version("4.3-IV0").value(), 30);
  EXPECT_EQ(parse_metadata_version("4.3").value(), 30);
  EXPECT_EQ(parse_metadata_version("4.0").value(), 25);
  EXPECT_EQ(parse_metadata_version("3.3").value(), 7);
  for (const auto* bad : {"4.4", "4.4-IV0", "30", "", "3.0-IV1", "4"}) {
    const auto parsed = parse_metadata_version(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_NE(parsed.error().find("4.3-IV0"), std::string::npos);
    EXPECT_EQ(parsed.error().find("4.4-IV0,"), std::string::npos);
  }
}

TEST(Features, ANewClusterGetsKafkasDefaults) {
  const std::vector<Feature> newest{{"metadata.version", 30}, {"eligible.leader.replicas.version", 1},
                                    {"group.version", 1},     {"share.version", 1},
                                    {"streams.version", 1},   {"transaction.version", 2}};
  EXPECT_EQ(bootstrap_features(30), newest);
  EXPECT_EQ(bootstrap_features(25),
            (std::vector<Feature>{{"metadata.version", 25}, {"group.version", 1}, {"transaction.version", 2}}));
  EXPECT_EQ(bootstrap_features(7), (std::vector<Feature>{{"metadata.version", 7}}));
}

TEST(Features, KRaftVersionFollowsTheKindOfQuorum) {
  EXPECT_EQ(kraft_version_for(true), 0);
  EXPECT_EQ(kraft_version_for(false), 1);
}

}  // namespace
}  // namespace millrace::config
