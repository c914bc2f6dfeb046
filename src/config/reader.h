#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/ids.h"
#include "config/settings.h"

namespace millrace::config {

// Why a start is refused: one line.
using Refusal = std::string;
using Check = Result<void, Refusal>;

// Typed access to explicit settings with Kafka's defaults behind them. Every explicit value must have been checked by
// check_values first; getters may then not fail.
class Reader {
 public:
  explicit Reader(const Settings& settings) : settings_(settings) {}

  // Reads every explicit value of a known setting; the first one that is not allowed is the refusal.
  Check check_values() const;

  // Refuses values with ${provider:...} in them where config.providers asks for their replacement.
  Check check_providers() const;

  const Given* given(std::string_view name) const {
    const auto at = settings_.find(name);
    return at == settings_.end() ? nullptr : &at->second;
  }
  bool is_set(std::string_view name) const { return given(name) != nullptr; }
  // The value in force. Preconditions: a server setting; set, if it is required.
  Value value(std::string_view name) const;

  std::int64_t whole(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
  std::int32_t int32(std::string_view name) const { return static_cast<std::int32_t>(whole(name)); }
  std::int16_t int16(std::string_view name) const { return static_cast<std::int16_t>(whole(name)); }
  Millis millis(std::string_view name) const { return Millis(whole(name)); }
  bool boolean(std::string_view name) const { return std::get<bool>(value(name)); }
  // Texts and lists that have no value are empty.
  std::string text(std::string_view name) const { return get_or_empty<std::string>(name); }
  List list(std::string_view name) const { return get_or_empty<List>(name); }

  // "server.properties:12: num.partitions=0 is not allowed: <why>". A setting that is not set is shown with
  // its default.
  Refusal refuse(std::string_view name, std::string_view why) const;

 private:
  template <typename T>
  T get_or_empty(std::string_view name) const {
    Value found = value(name);
    return std::holds_alternative<T>(found) ? std::get<T>(std::move(found)) : T();
  }

  const Settings& settings_;
};

}  // namespace millrace::config
