// protocol_seeds VECTORS FOLDER: writes each vector as one input of fuzz_protocol.
#include <cstdio>
#include <fstream>

#include "protocol/testing/vectors.h"
#include "protocol_input.h"

namespace millrace {
namespace {

// The message's place among those with versions.
std::uint16_t place(const protocol::MessageSchema& wanted) {
  std::uint16_t index = 0;
  for (const auto& message : protocol::all_messages()) {
    if (&message == &wanted) break;
    if (!message.versions.empty()) ++index;
  }
  return index;
}

int write_seeds(const std::string& vectors, const std::string& folder) {
  std::vector<std::string> problems;
  for (const auto& vector : protocol::testing::load_vectors(vectors, problems)) {
    const std::uint16_t index = place(*vector.message);
    const auto version = static_cast<std::uint16_t>(vector.version - vector.message->versions.first);
    const char choice[fuzz::kChoiceBytes] = {static_cast<char>(index >> 8), static_cast<char>(index),
                                             static_cast<char>(version)};
    std::ofstream out(folder + "/vector_" + std::to_string(vector.line), std::ios::binary);
    out.write(choice, sizeof choice);
    out.write(reinterpret_cast<const char*>(vector.bytes.data()), static_cast<std::streamsize>(vector.bytes.size()));
    if (!out.good()) problems.push_back("cannot write to " + folder);
  }
  for (const std::string& problem : problems) std::fprintf(stderr, "protocol_seeds: %s\n", problem.c_str());
  return problems.empty() ? 0 : 1;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: protocol_seeds VECTORS FOLDER\n");
    return 2;
  }
  return millrace::write_seeds(argv[1], argv[2]);
}
