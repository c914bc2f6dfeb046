"""Writes the list of the metadata log's records as one variant."""


def write_metadata(files):
    records = [(message, file.stem) for file in files for message in file.messages
               if message.kind == "record" and message.log == "metadata"]
    records.sort(key=lambda pair: pair[0].type)
    names = [message.name for message, _ in records]
    lines = ["// Generated from spec/records.", "#pragma once", "", "#include <variant>", ""]
    lines += sorted(f'#include "protocol/gen/{stem}.h"' for _, stem in records)
    lines += ["", "namespace millrace::protocol {", "",
              "// Any record of the metadata log, in the order of their types.", "using MetadataRecord = std::variant<"]
    lines += [f"    {name}{',' if name != names[-1] else '>;'}" for name in names]
    return "\n".join(lines + ["", "}  // namespace millrace::protocol", ""])


def write_erased(files):
    """Every message's codec without its type, for tests."""
    messages = [(message.name, file.stem) for file in files for message in file.messages
                if message.versions is not None]
    lines = ["// Generated from spec/."]
    lines += sorted({f'#include "protocol/gen/{stem}.h"' for _, stem in messages})
    lines += ['#include "protocol/testing/erased.h"', "", "namespace millrace::protocol::testing {", "", "namespace {",
              f"constexpr Erased kErased[{len(messages)}] = {{"]
    lines += [f'    erase<{name}>("{name}"),' for name, _ in messages]
    return "\n".join(lines + ["};", "}  // namespace", "",
                              "std::span<const Erased> all_erased() { return kErased; }", "",
                              "}  // namespace millrace::protocol::testing", ""])
