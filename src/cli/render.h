#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/table.h"

namespace millrace::cli {

enum class Format : std::uint8_t { table, json, yaml, csv };

std::optional<Format> parse_format(std::string_view name);

// How tables for people look.
struct Look {
  std::size_t width = 0;  // lines are cut there; 0: never
  bool colour = false;
};

// The report in a format.
//   table  columns for people; several tables have their names above them
//   json   {"command": "topic list", "version": 1, "topics": [{"topic": "a", ...}]}: one key per table; one of
//          Shape::one is an object. A key once there stays, and `version` changes if one must change its meaning.
//   yaml   the same
//   csv    a heading, fields quoted as RFC 4180 says, lines that end in \n; items of a list stand in one field; several
//          tables have an empty line between them
std::string render(const Report& report, Format format, const Look& look = {});

}  // namespace millrace::cli
