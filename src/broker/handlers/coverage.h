#pragma once

#include <string>

namespace millrace::broker {

// The page docs/coverage.md: every API of Kafka, the versions that this node serves, and on which listeners; from the
// table that also dispatches requests and is told by ApiVersions.
std::string coverage_page();

}  // namespace millrace::broker
