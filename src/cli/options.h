#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::cli {

using Arguments = std::vector<std::string>;

// One option of a command. `help` names what it is for; `value` what it takes, empty for a flag.
struct OptionSpec {
  std::string_view name;  // without dashes
  std::string_view value;
  std::string_view help;
  bool value_optional = false;  // the value may be left out: "--state" and "--state Stable"
  std::string_view letter = {};  // the short form: "-y"
};

// The options of one call, read as Kafka's tools read them: --name VALUE, --name=VALUE or the letter, repeated at will,
// a name written out, `--` ends the options. A plain value.
class Options {
 public:
  // The error says what is wrong with which argument, in Kafka's words.
  static Result<Options, std::string> parse(std::span<const OptionSpec> specs, std::span<const std::string> arguments);

  bool has(std::string_view name) const { return values_.contains(name); }
  // The first value, or `fallback`.
  std::string get(std::string_view name, std::string_view fallback = {}) const;
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // Arguments that belong to no option.
  const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> rest_;
};

// The options as a table for people, by name.
std::string options_help(std::span<const OptionSpec> specs);
// "--partitions N", "--state [STATES]", "-y": one option as its help shows it, without what it is for.
std::string option_form(const OptionSpec& spec);

// A whole number, or nothing. All of `text` must belong to it.
std::optional<std::int64_t> whole_number(std::string_view text);

// The parts of `text` between separators, without blanks around them; none of an empty text.
std::vector<std::string> split_list(std::string_view text, char separator = ',');

}  // namespace millrace::cli
