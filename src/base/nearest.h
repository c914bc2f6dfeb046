#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

// How many letters must be changed, added or taken away to turn `a` into `b`.
std::size_t letters_apart(std::string_view a, std::string_view b);

// Keeps the name that is nearest to a mistyped word, for "did you mean".
class Nearest {
 public:
  // Names that are `limit` letters or more apart from `word` are not near.
  Nearest(std::string_view word, std::size_t limit) : word_(word), least_(limit) {}
  // `name` must outlive this.
  void offer(std::string_view name) {
    const std::size_t apart = letters_apart(word_, name);
    if (apart >= least_) return;
    least_ = apart;
    best_ = name;
  }
  // Empty: none was near.
  std::string_view best() const { return best_; }

 private:
  std::string_view word_;
  std::size_t least_;
  std::string_view best_;
};

}  // namespace millrace
