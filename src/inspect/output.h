#pragma once

#include <string_view>

namespace millrace::inspect {

// Where results go: data to out, complaints to err. Whole lines, each with its line end.
class Output {
 public:
  virtual ~Output() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
};

}  // namespace millrace::inspect
