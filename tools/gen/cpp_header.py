"""Writes the header of one spec file: the structs and the declarations of their codec."""
import textwrap

from cpp_types import cpp_type, initialiser, member
from spec import snake


def comment(text, indent=""):
    return textwrap.wrap(text, 118 - len(indent), initial_indent=indent + "// ", subsequent_indent=indent + "// ")


def versions_note(versions, within):
    if versions == within:
        return ""
    if versions[1] == within[1]:
        return f"versions {versions[0]}+"
    return f"version {versions[0]}" if versions[0] == versions[1] else f"versions {versions[0]}-{versions[1]}"


def field_lines(field, message, within, indent):
    notes = [note for note in (versions_note(field.versions, within), field.about) if note]
    line = f"{indent}{cpp_type(field, message)} {member(field)}{initialiser(field)};"
    if not notes:
        return [line]
    noted = f"{line}  // {': '.join(notes)}"
    return [noted] if len(noted) <= 120 else comment(": ".join(notes), indent) + [line]


def struct_lines(struct, message, indent):
    lines = []
    for field in struct.fields:
        lines += field_lines(field, message, struct.versions, indent)
    return lines


def constants(message):
    lines = []
    if message.kind in ("request", "response"):
        lines.append(f"  static constexpr ApiKey kApi = ApiKey::{snake(message.api_name)};")
    elif message.type >= 0:
        lines.append(f"  static constexpr std::int16_t kType = {message.type};")
    first, last = message.versions
    lines.append(f"  static constexpr std::int16_t kMinVersion = {first}, kMaxVersion = {last}, "
                 f"kFlexibleSince = {message.flexible};")
    return lines


def message_lines(message):
    lines = comment(f"{message.title}. {message.about}".strip())
    lines.append(f"struct {message.name} {{")
    lines += constants(message)
    for struct in message.structs:
        lines += ["", f"  struct {struct.name} {{"] + struct_lines(struct, message, "    ") + ["  };"]
    if message.root.fields:
        lines.append("")
    lines += struct_lines(message.root, message, "  ") + ["};"]
    name = message.name
    lines += [f"Status decode(Reader& in, std::int16_t version, {name}& out);",
              f"void encode(Writer& out, std::int16_t version, const {name}& message);",
              f"bool fits(const {name}& message, std::int16_t version);"]
    return lines


def write(file):
    lines = [f"// Generated from spec/{file.place}.", "#pragma once", "", "#include <cstdint>", "#include <optional>",
             "#include <string_view>", "#include <vector>", "", '#include "protocol/message.h"', "",
             "namespace millrace::protocol {", ""]
    for message in file.messages:
        if message.versions is not None:
            lines += message_lines(message) + [""]
    return "\n".join(lines + ["}  // namespace millrace::protocol", ""])
