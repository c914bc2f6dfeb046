#include "base/pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace {
namespace {

using Set = std::bitset<256>;

Set range(unsigned first, unsigned last) {
  Set set;
  for (unsigned c = first; c <= last; ++c) set.set(c);
  return set;
}
Set one(char c) { return range(static_cast<unsigned char>(c), static_cast<unsigned char>(c)); }

Set digits() { return range('0', '9'); }
Set word() { return digits() | range('a', 'z') | range('A', 'Z') | one('_'); }
Set space() { return one(' ') | range('\t', '\r'); }

// What an escape outside of brackets and in them stands for; nothing for what is not offered.
std::optional<Set> escaped(char c) {
  switch (c) {
    case 'd': return digits();
    case 'D': return ~digits();
    case 'w': return word();
    case 'W': return ~word();
    case 's': return space();
    case 'S': return ~space();
    case 't': return one('\t');
    case 'n': return one('\n');
    case 'r': return one('\r');
    case 'f': return one('\f');
    default: break;
  }
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter ? std::nullopt : std::optional(one(c));
}

constexpr int kMaxDepth = 100;
constexpr int kMaxRepetition = 1000;
constexpr int kForEver = -1;

}  // namespace

// Reads an expression by recursive descent and writes its steps as it goes (Thompson's construction).
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view text) : text_(text) {}

  Result<Pattern> compile() {
    alternatives(0);
    if (error_ == Error::none && at_ < text_.size()) fail(Error::corrupt);
    add({Pattern::Kind::accept, 0, 0, {}});
    if (error_ != Error::none) return error_;
    return std::move(pattern_);
  }

 private:
  using Step = Pattern::Step;
  using Kind = Pattern::Kind;

  bool more() const { return error_ == Error::none && at_ < text_.size(); }
  char peek() const { return text_[at_]; }
  void fail(Error error) {
    if (error_ == Error::none) error_ = error;
  }
  std::uint32_t here() const { return static_cast<std::uint32_t>(steps().size()); }
  std::vector<Step>& steps() { return pattern_.steps_; }
  const std::vector<Step>& steps() const { return pattern_.steps_; }
  void add(Step step) {
    if (steps().size() >= Pattern::kMaxSteps) return fail(Error::too_large);
    steps().push_back(step);
  }
  // Puts a step before what begins at `at`; what points behind it moves along.
  void insert(std::uint32_t at, Step step) {
    if (steps().size() >= Pattern::kMaxSteps) return fail(Error::too_large);
    for (std::size_t i = at; i < steps().size(); ++i) {
      if (steps()[i].next >= at) ++steps()[i].next;
      if (steps()[i].other >= at) ++steps()[i].other;
    }
    steps().insert(steps().begin() + at, step);
  }
  void add_set(const Set& set) { add({Kind::bytes, here() + 1, 0, set}); }

  void alternatives(int depth) {
    if (depth > kMaxDepth) return fail(Error::too_large);
    const std::uint32_t begin = here();
    sequence(depth);
    if (!more() || peek() != '|') return;
    ++at_;
    insert(begin, {Kind::split, begin + 1, 0, {}});
    const std::uint32_t jump = here();
    add({Kind::jump, 0, 0, {}});
    if (error_ != Error::none) return;
    steps()[begin].other = here();
    alternatives(depth + 1);
    if (error_ == Error::none) steps()[jump].next = here();
  }

  void sequence(int depth) {
    while (more() && peek() != '|' && peek() != ')') {
      const std::uint32_t begin = here();
      atom(depth);
      repetitions(begin);
    }
  }

  void atom(int depth) {
    const char c = text_[at_++];
    switch (c) {
      case '(': return group(depth);
      case '[': return brackets();
      case '.': return add_set(~(one('\n') | one('\r')));
      case '^': return add({Kind::begin, here() + 1, 0, {}});
      case '$': return add({Kind::end, here() + 1, 0, {}});
      case '\\': return escape();
      case '*':
      case '+':
      case '?':
      case '{': return fail(Error::corrupt);
      default: return add_set(one(c));
    }
  }

  void group(int depth) {
    if (text_.substr(at_).starts_with("?:")) {
      at_ += 2;
    } else if (more() && peek() == '?') {
      return fail(Error::unsupported);
    }
    alternatives(depth + 1);
    if (!more() || peek() != ')') return fail(Error::corrupt);
    ++at_;
  }

  void escape() {
    if (!more()) return fail(Error::corrupt);
    const char c = text_[at_++];
    if (const auto set = escaped(c)) return add_set(*set);
    fail(Error::unsupported);
  }

  // One entry of a class: a byte, or a set by an escape.
  std::optional<Set> class_entry() {
    const char c = text_[at_++];
    if (c != '\\') return one(c);
    if (!more()) return std::nullopt;
    return escaped(text_[at_++]);
  }

  void brackets() {
    const bool negated = more() && peek() == '^';
    if (negated) ++at_;
    Set all;
    bool first = true;
    while (more() && (peek() != ']' || first)) {
      if (peek() == '[' || text_.substr(at_).starts_with("&&")) return fail(Error::unsupported);
      first = false;
      const char low = peek();
      const auto entry = class_entry();
      if (!entry) return fail(Error::unsupported);
      const bool ranged = at_ + 1 < text_.size() && peek() == '-' && text_[at_ + 1] != ']' && entry->count() == 1;
      if (!ranged) {
        all |= *entry;
        continue;
      }
      ++at_;
      const char high = peek();
      const auto end = class_entry();
      if (!end || end->count() != 1 || low == '\\' || high == '\\') return fail(Error::unsupported);
      if (static_cast<unsigned char>(low) > static_cast<unsigned char>(high)) return fail(Error::corrupt);
      all |= range(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
    }
    if (!more()) return fail(Error::corrupt);
    ++at_;
    add_set(negated ? ~all : all);
  }

  std::optional<int> number() {
    int value = 0;
    bool any = false;
    for (; more() && peek() >= '0' && peek() <= '9'; ++at_, any = true) {
      value = std::min(value * 10 + (peek() - '0'), kMaxRepetition + 1);
    }
    return any ? std::optional(value) : std::nullopt;
  }

  void repetitions(std::uint32_t begin) {
    while (more()) {
      int least = 0;
      int most = kForEver;
      const char c = peek();
      if (c == '{') {
        ++at_;
        if (!bounds(least, most)) return;
      } else if (c == '*' || c == '+' || c == '?') {
        ++at_;
        least = c == '+' ? 1 : 0;
        most = c == '?' ? 1 : kForEver;
      } else {
        return;
      }
      // How eagerly it takes does not change what it takes.
      if (more() && peek() == '?') ++at_;
      repeat(begin, least, most);
    }
  }

  bool bounds(int& least, int& most) {
    const auto low = number();
    if (!low || !more()) return fail(Error::corrupt), false;
    least = most = *low;
    if (peek() == ',') {
      ++at_;
      const auto high = number();
      most = high ? *high : kForEver;
    }
    if (!more() || peek() != '}') return fail(Error::corrupt), false;
    ++at_;
    if (most != kForEver && most < least) return fail(Error::corrupt), false;
    if (least > kMaxRepetition || most > kMaxRepetition) return fail(Error::too_large), false;
    return true;
  }

  // Writes a copy of `part`, which was written at `begin`, here.
  void copy(const std::vector<Step>& part, std::uint32_t begin) {
    const std::uint32_t shift = here() - begin;
    for (Step step : part) {
      step.next += shift;
      step.other += shift;
      add(step);
    }
  }

  void repeat(std::uint32_t begin, int least, int most) {
    if (error_ != Error::none) return;
    const std::vector<Step> part(steps().begin() + begin, steps().end());
    steps().resize(begin);
    for (int i = 0; i < least && error_ == Error::none; ++i) copy(part, begin);
    if (most == kForEver) {
      const std::uint32_t loop = here();
      add({Kind::split, loop + 1, 0, {}});
      copy(part, begin);
      add({Kind::jump, loop, 0, {}});
      if (error_ == Error::none) steps()[loop].other = here();
      return;
    }
    std::vector<std::uint32_t> ways_out;
    for (int i = least; i < most && error_ == Error::none; ++i) {
      ways_out.push_back(here());
      add({Kind::split, here() + 1, 0, {}});
      copy(part, begin);
    }
    if (error_ != Error::none) return;
    for (const std::uint32_t way : ways_out) steps()[way].other = here();
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Error error_ = Error::none;
  Pattern pattern_;
};

Result<Pattern> Pattern::compile(std::string_view expression) { return PatternCompiler(expression).compile(); }

// All ways at once: the set of steps that the text so far leads to.
bool Pattern::run(std::string_view text, bool whole) const {
  std::vector<std::uint32_t> now;
  std::vector<std::uint32_t> next;
  std::vector<std::uint32_t> pending;
  std::vector<std::size_t> seen(steps_.size(), 0);  // the round in which a step was last added
  std::size_t round = 0;
  bool accepted = false;
  const auto enter = [&](std::uint32_t first, std::size_t position, std::vector<std::uint32_t>& to) {
    pending.assign(1, first);
    while (!pending.empty()) {
      const std::uint32_t at = pending.back();
      pending.pop_back();
      if (seen[at] == round) continue;
      seen[at] = round;
      const Step& step = steps_[at];
      switch (step.kind) {
        case Kind::bytes: to.push_back(at); break;
        case Kind::split:
          pending.push_back(step.other);
          pending.push_back(step.next);
          break;
        case Kind::jump: pending.push_back(step.next); break;
        case Kind::begin:
          if (position == 0) pending.push_back(step.next);
          break;
        case Kind::end:
          if (position == text.size()) pending.push_back(step.next);
          break;
        case Kind::accept: accepted = accepted || !whole || position == text.size(); break;
      }
    }
  };
  ++round;
  enter(0, 0, now);
  for (std::size_t i = 0; i < text.size() && !accepted; ++i) {
    ++round;
    next.clear();
    for (const std::uint32_t at : now) {
      if (steps_[at].set.test(static_cast<unsigned char>(text[i]))) enter(steps_[at].next, i + 1, next);
    }
    if (!whole) enter(0, i + 1, next);
    std::swap(now, next);
  }
  return accepted;
}

}  // namespace millrace
