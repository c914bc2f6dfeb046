// Everything that config reads: a settings file as a whole start, meta.properties, and single values of any setting.
// Beyond not crashing: what is rendered reads back the same, and a start that is refused says so in one line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/meta_properties.h"
#include "config/properties.h"
#include "config/server_config.h"
#include "config/topic_config.h"

namespace {

using namespace millrace;

void check_properties(std::string_view text) {
  const auto parsed = config::parse_properties(text);
  if (!parsed.ok()) return;
  std::string rendered;
  for (const auto& property : parsed.value()) rendered += config::render_property(property.key, property.value);
  const auto again = config::parse_properties(rendered);
  MR_ASSERT(again.ok() && again.value().size() == parsed.value().size());
  for (std::size_t i = 0; i < again.value().size(); ++i) {
    MR_ASSERT(again.value()[i].key == parsed.value()[i].key && again.value()[i].value == parsed.value()[i].value);
  }
}

void check_start(std::string_view text) {
  config::StartOptions options;
  options.file = config::StartOptions::File{"f", std::string(text)};
  static_cast<void>(config::load_server_config(options));
  options.file = std::nullopt;
  options.sets = {std::string(text)};
  options.listen = std::string(text.substr(0, 32));
  static_cast<void>(config::load_server_config(options));
}

// The first byte chooses a setting, the rest is its value. A value that is accepted is accepted again as it prints.
void check_value(std::string_view text) {
  if (text.size() < 2) return;
  const auto all = config::all_definitions();
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto& definition = all[(byte(0) * 256U + byte(1)) % all.size()];
  const auto value = config::parse_value(definition, text.substr(2));
  if (!value.ok()) return;
  const auto printed = config::value_text(value.value());
  MR_ASSERT(printed.has_value() && config::parse_value(definition, *printed).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_properties(text);
  static_cast<void>(config::parse_meta_properties(text));
  check_start(text);
  check_value(text);
  static_cast<void>(config::validate_topic_config(text.substr(0, size / 2), text.substr(size / 2)));
  return 0;
}
