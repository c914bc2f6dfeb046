#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace millrace::cli {

// Where a call of the program happens, apart from its arguments and streams. A plain value, made by `main`.
struct Surroundings {
  std::map<std::string, std::string, std::less<>> environment;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t columns = 0;  // of the terminal that out is; 0: not known

  // A variable's value; empty where it is not set.
  std::string variable(std::string_view name) const {
    const auto at = environment.find(name);
    return at == environment.end() ? std::string() : at->second;
  }
};

}  // namespace millrace::cli
