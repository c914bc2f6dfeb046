"""Writes the list of APIs: the enum of keys and the table of their versions."""
from cpp_header import comment
from spec import snake

FLAGS = {"broker": "kOnBroker", "controller": "kOnController"}


def write_header(apis):
    lines = ["// Generated from spec/rpc.", "#pragma once", "", "#include <cstdint>", "",
             "namespace millrace::protocol {", "",
             "// What a request asks for. The numbers are Kafka's and never change.",
             "enum class ApiKey : std::int16_t {"]
    for api in apis:
        lines += comment(api.about, "  ") if api.about else []
        lines.append(f"  {snake(api.name)} = {api.key},")
    return "\n".join(lines + ["};", "", "}  // namespace millrace::protocol", ""])


def write_source(apis):
    lines = ["// Generated from spec/rpc.", '#include "protocol/api.h"', "", "namespace millrace::protocol {", "",
             "namespace {", f"constexpr ApiInfo kApis[{len(apis)}] = {{"]
    for number, api in enumerate(apis):
        if api.key != number:
            raise SystemExit(f"spec/rpc: key {number} is missing")
        first, last = api.versions or (0, -1)
        listeners = " | ".join(FLAGS[name] for name in api.listeners) or "0"
        unstable = "true" if api.latest_unstable else "false"
        lines.append(f'    {{ApiKey::{snake(api.name)}, "{api.name}", {first}, {last}, {api.flexible}, {listeners}, '
                     f"{unstable}}},")
    lines += ["};", "}  // namespace", "", "std::span<const ApiInfo> all_apis() { return kApis; }", "",
              "}  // namespace millrace::protocol", ""]
    return "\n".join(lines)
