"""Writes the definitions as data, for the interpreter that turns messages into JSON and back."""
TYPES = {"bool": "boolean"}


def cpp_range(versions):
    return "{0, -1}" if versions is None else f"{{{versions[0]}, {versions[1]}}}"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Tables:
    """Structs are numbered across all messages; a message's own come one after another, its root last."""

    def __init__(self):
        self.fields, self.structs, self.messages = [], [], []

    def add_struct(self, struct, message, numbers):
        first = len(self.fields)
        for field in struct.fields:
            kind = "structure" if field.is_struct else TYPES.get(field.base, field.base)
            inner = numbers[field.base] if field.is_struct else -1
            default = quoted(field.default) if field.default is not None else '""'
            self.fields.append(
                f'    {{"{field.name}", {default}, FieldType::{kind}, {cpp_range(field.versions)}, '
                f"{cpp_range(field.nullable)}, {-1 if field.tag is None else field.tag}, {inner}, "
                f"{'true' if field.array else 'false'}, {'true' if field.droppable else 'false'}, "
                f"{'true' if field.classic else 'false'}}},")
        numbers[struct.name] = len(self.structs)
        self.structs.append(f"    {{{first}, {len(struct.fields)}}},  // {message.name}: {struct.name}")

    def add(self, message):
        numbers = {}
        for struct in message.structs + [message.root]:
            self.add_struct(struct, message, numbers)
        kind = message.kind if message.kind in ("request", "response", "header") else "record"
        self.messages.append(
            f'    {{MessageKind::{kind}, "{message.name}", "{message.log or ""}", {message.type}, '
            f"{cpp_range(message.versions)}, {message.flexible}, {len(self.structs) - 1}}},")


def write(files):
    tables = Tables()
    for file in files:
        for message in file.messages:
            tables.add(message)
    lines = ["// Generated from spec/.", '#include "protocol/schema.h"', "", "namespace millrace::protocol {", "",
             "namespace {", "", f"constexpr FieldSchema kFields[{len(tables.fields)}] = {{", *tables.fields, "};", "",
             f"constexpr StructSchema kStructs[{len(tables.structs)}] = {{", *tables.structs, "};", "",
             f"constexpr MessageSchema kMessages[{len(tables.messages)}] = {{", *tables.messages, "};", "",
             "}  // namespace", "", "std::span<const MessageSchema> all_messages() { return kMessages; }", "",
             "std::span<const FieldSchema> fields_of(std::int16_t structure) {",
             "  const StructSchema& schema = kStructs[structure];",
             "  return std::span(kFields).subspan(schema.first_field, schema.fields);", "}", "",
             "}  // namespace millrace::protocol", ""]
    return "\n".join(lines)
