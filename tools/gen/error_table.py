"""Writes the list of error codes from spec/errors.tsv."""
import json
import re

from cpp_header import comment


class Code:
    def __init__(self, number, name, retriable, about):
        self.number, self.name, self.retriable, self.about = int(number), name, retriable == "retry", about


def load(path):
    with open(path, encoding="utf-8") as source:
        rows = [line.rstrip("\n").split("\t") for line in source if line.strip() and not line.startswith("#")]
    return [Code(*row) for row in rows]


def write_header(codes):
    lines = ["// Generated from spec/errors.tsv.", "#pragma once", "", "#include <cstdint>", "",
             "namespace millrace::protocol {", "",
             "// What Kafka tells a client that something went wrong with. The numbers are Kafka's and never change.",
             "enum class Errc : std::int16_t {"]
    for code in codes:
        lines += comment(code.about, "  ") + [f"  {code.name.lower()} = {code.number},"]
    return "\n".join(lines + ["};", "", "}  // namespace millrace::protocol", ""])


def write_source(codes):
    lines = ["// Generated from spec/errors.tsv.", '#include "protocol/errc.h"', '#include "protocol/errc_about.h"', "",
             "namespace millrace::protocol {", "", "namespace {", f"constexpr ErrcInfo kCodes[{len(codes)}] = {{"]
    for code in codes:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", code.name):
            raise SystemExit(f"spec/errors.tsv: bad name {code.name!r}")
        lines.append(f'    {{Errc::{code.name.lower()}, "{code.name}", {"true" if code.retriable else "false"}}},')
    lines += ["};", f"constexpr std::string_view kAbout[{len(codes)}] = {{"]
    lines += ["    " + json.dumps(code.about) + "," for code in codes]
    lines += ["};", "}  // namespace", "", "std::span<const ErrcInfo> all_errors() { return kCodes; }", "",
              "std::string_view about(Errc code) {", f"  for (std::size_t i = 0; i < {len(codes)}; ++i) {{",
              "    if (kCodes[i].code == code) return kAbout[i];", "  }", "  return {};", "}", "",
              "}  // namespace millrace::protocol", ""]
    return "\n".join(lines)
