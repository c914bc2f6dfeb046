#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace kload {

using Bytes = std::string;

// Nanoseconds of a clock that only goes forward.
std::int64_t now_ns();
double millis(std::int64_t nanos);
// Ends the program with a line that says why.
[[noreturn]] void die(const std::string& why);

// The words of the command line: --name value.
class Options {
 public:
  Options(int argc, char** argv, int first);
  std::string text(const char* name, const char* otherwise) const;
  double number(const char* name, double otherwise) const;
  int whole(const char* name, int otherwise) const { return static_cast<int>(number(name, otherwise)); }
  // Host and port of --bootstrap.
  std::pair<std::string, std::string> bootstrap() const;

 private:
  std::map<std::string, std::string> words_;
};

// One mode of the program each; the exit code.
int run_produce(const Options& options);
int run_fetch(const Options& options);
int run_end_to_end(const Options& options);
int run_floor(const Options& options);

}  // namespace kload
