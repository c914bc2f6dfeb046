"""Writes the source of one spec file: decode, encode and fits for each struct."""
from cpp_types import (READ, condition, default_is_null, default_text, flexible_text, is_optional, least_element_text,
                       member)
from spec import NEWEST


def guarded(test, lines, otherwise=None):
    """`lines`, under `if (test)` where there is a test."""
    if not test:
        return lines
    result = [f"if ({test}) {{"] + ["  " + line for line in lines]
    if otherwise:
        result += ["} else {"] + ["  " + line for line in otherwise]
    return result + ["}"]


class Codec:
    def __init__(self, message):
        self.message = message

    def qualified(self, struct):
        root = self.message.name
        return root if struct is self.message.root else f"{root}::{struct.name}"

    def flexible(self, field):
        return "flex" if (text := flexible_text(self.message, field)).startswith("version") else text

    # ---- reading

    def read_array(self, field, to, nullable):
        flex, least = self.flexible(field), least_element_text(field, self.message)
        fill = [f"in.fill({{0}}{', ' + flex if field.base == 'string' else ''});"]
        if field.is_struct:
            fill = ["for (auto& item : {0}) {{", "  get(in, version, item);", "  if (!in.ok()) return;", "}}"]
        if nullable:
            body = ["auto& items = {0}.emplace(*size);".format(to)] + [line.format("items") for line in fill]
            size = f"sizeof((*{to})[0])"
            head = f"if (const auto size = in.nullable_count({flex}, {least}, {size})) {{"
            return [head, *("  " + x for x in body), "} else {", f"  {to}.reset();", "}"]
        if is_optional(field):
            count = f"in.count({flex}, {least}, sizeof((*{to})[0]))"
            return [f"auto& items = {to}.emplace({count});"] + [line.format("items") for line in fill]
        count = f"in.count({flex}, {least}, sizeof({to}[0]))"
        return [f"{to}.clear();", f"{to}.resize({count});"] + [line.format(to) for line in fill]

    def read_value(self, field, to, nullable):
        flex = self.flexible(field)
        prefix = "nullable_" if nullable else ""
        if field.array:
            return self.read_array(field, to, nullable)
        if field.base == "string":
            return [f"{to} = in.{prefix}string({flex});"]
        if field.base == "records" and self.message.kind == "response":
            return [f"if (const auto all = in.{prefix}bytes({flex})) {to} = RecordsRef(*all);"] if nullable else [
                f"{to} = RecordsRef(in.bytes({flex}));"]
        if field.base in ("bytes", "records"):
            return [f"{to} = in.{prefix}bytes({flex});"]
        if field.is_struct:
            if nullable:
                fresh = f"{self.message.name}::{field.base}{{}}"
                return ["if (in.present()) {", f"  get(in, version, {to}.emplace({fresh}));", "} else {",
                        f"  {to}.reset();", "}"]
            reset = [f"{to} = {{}};"] if field.tag is not None else []
            return reset + [f"get(in, version, {to});"]
        return [f"{to} = in.{READ[field.base]}();"]

    def read_field(self, field, within):
        to = f"to.{member(field)}"
        if field.nullable is None:
            return self.read_value(field, to, False)
        test = condition(field.nullable, field.versions)
        lines = self.read_value(field, to, True)
        return guarded(test, lines, self.read_value(field, to, False) if test else None)

    def read_tags(self, struct):
        tagged = [field for field in struct.fields if field.tag is not None]
        if not tagged:
            return ["in.skip_tags();"]
        lines = ["for (Tags tags(in); tags.next();) {", "  switch (tags.tag()) {"]
        for field in sorted(tagged, key=lambda field: field.tag):
            first = max(struct.versions[0], self.message.flexible)
            test = condition(field.versions, (first, struct.versions[1]))
            lines.append(f"    case {field.tag}: {{")
            if test:
                lines.append(f"      if (!({test})) return in.fail(Error::corrupt);")
            lines += ["      " + line for line in self.read_field(field, struct.versions)] + ["      break;", "    }"]
        return lines + ["    default:", "      tags.skip();", "  }", "}"]

    def get(self, struct):
        lines = []
        for field in struct.fields:
            if field.tag is None:
                body = self.read_field(field, struct.versions)
                test = condition(field.versions, struct.versions)
                if not test and body[0].startswith("auto& items"):
                    body = ["{"] + ["  " + line for line in body] + ["}"]
                lines += guarded(test, body)
        lines += self.tag_section(struct, self.read_tags(struct))
        return self.function(struct, f"void get([[maybe_unused]] Reader& in, [[maybe_unused]] std::int16_t version, "
                             f"[[maybe_unused]] {self.qualified(struct)}& to)", lines)

    def tag_section(self, struct, lines):
        if self.message.flexible == NEWEST or self.message.flexible > struct.versions[1]:
            return []
        return guarded("flex" if self.message.flexible > struct.versions[0] else "", lines)

    def function(self, struct, head, lines):
        if any("flex" in line for line in lines):
            lines = [f"const bool flex = {flexible_text(self.message)};"] + lines
        return [head + " {"] + ["  " + line for line in lines] + ["}", ""]

    # ---- writing

    def write_value(self, field, value, nullable):
        flex = self.flexible(field)
        optional = is_optional(field)
        if field.array:
            some = f"*{value}" if optional else value
            lines = [f"out.array({some}, {flex});"]
            if field.is_struct:
                lines = [f"out.count({some if not optional else value + '->'}.size(), {flex});".replace("->.", "->"),
                         f"for (const auto& item : {some}) put(out, version, item);"]
            if not optional:
                return lines
            return guarded(value, lines, [f"out.null({flex});" if nullable else f"out.count(0, {flex});"])
        if field.base in ("string", "bytes", "records"):
            call = "string" if field.base == "string" else field.base
            if optional and not nullable:
                value = f"{value} ? {value} : std::optional({self.empty(field)})"
            return [f"out.{call}({value}, {flex});"]
        if field.is_struct:
            if not nullable:
                return [f"put(out, version, {value});"]
            return [f"out.present({value}.has_value());", f"if ({value}) put(out, version, *{value});"]
        return [f"out.{READ[field.base]}({value});"]

    def empty(self, field):
        if field.base == "string":
            return "std::string_view()"
        return "RecordsRef()" if field.base == "records" and self.message.kind == "response" else "Bytes()"

    def write_field(self, field):
        value = f"from.{member(field)}"
        if field.nullable is None:
            return self.write_value(field, value, False)
        test = condition(field.nullable, field.versions)
        return guarded(test, self.write_value(field, value, True),
                       self.write_value(field, value, False) if test else None)

    def differs(self, field, owner="from"):
        """The test that the field's value is not its default."""
        value = f"{owner}.{member(field)}"
        if default_is_null(field):
            return f"{value}.has_value()"
        if field.array or field.base in ("bytes", "records"):
            return f"(!{value} || !{value}->empty())" if is_optional(field) else f"!{value}.empty()"
        if field.is_struct:
            return f"!is_default({value})"
        if field.base == "bool":
            return f"!{value}" if field.default == "true" else value
        if field.base == "uuid":
            return f"!{value}.is_zero()"
        return f"{value} != {default_text(field)}"

    def write_tags(self, struct):
        tagged = sorted((f for f in struct.fields if f.tag is not None), key=lambda field: field.tag)
        if not tagged:
            return ["out.uvarint(0);"]
        first = max(struct.versions[0], self.message.flexible)
        lines = ["std::uint32_t tags = 0;"]
        tests = []
        for field in tagged:
            test = condition(field.versions, (first, struct.versions[1]))
            tests.append(f"{test} && {self.differs(field)}" if test else self.differs(field))
            lines.append(f"if ({tests[-1]}) ++tags;")
        lines.append("out.uvarint(tags);")
        for field, test in zip(tagged, tests):
            body = self.write_field(field)
            inner = [line.replace("out.", "to.").replace("put(out,", "put(to,") for line in body]
            lines += [f"if ({test}) {{", f"  out.tagged({field.tag}, [&]([[maybe_unused]] Writer& to) {{"]
            lines += ["    " + line for line in inner] + ["  });", "}"]
        return lines

    def put(self, struct):
        lines = []
        for field in struct.fields:
            if field.tag is None:
                lines += guarded(condition(field.versions, struct.versions), self.write_field(field))
        lines += self.tag_section(struct, self.write_tags(struct))
        return self.function(struct, f"void put(Writer& out, [[maybe_unused]] std::int16_t version, "
                             f"[[maybe_unused]] const {self.qualified(struct)}& from)", lines)

    # ---- defaults

    def default_structs(self):
        """Structs whose equality with their default decides something, inner ones first."""
        wanted = set()

        def want(struct):
            wanted.add(struct.name)
            for field in struct.fields:
                if field.is_struct and not field.array and not is_optional(field):
                    want(self.message.struct(field.base))

        for struct in self.message.structs + [self.message.root]:
            for field in struct.fields:
                if field.is_struct and not field.array and not is_optional(field) and (
                        field.tag is not None or self.must_be_default(field, struct)):
                    want(self.message.struct(field.base))
        return [struct for struct in self.message.structs if struct.name in wanted]

    def is_default(self, struct):
        tests = [self.differs(field) for field in struct.fields]
        return [f"bool is_default([[maybe_unused]] const {self.qualified(struct)}& from) {{",
                f"  return !({' || '.join(tests)});" if tests else "  return true;", "}", ""]

    # ---- fits

    def must_be_default(self, field, struct):
        return not field.droppable and condition(field.versions, struct.versions) != ""

    def checked(self, struct):
        """Whether some value of this struct cannot be said in some version."""
        for field in struct.fields:
            if self.must_be_default(field, struct):
                return True
            if field.nullable is not None and condition(field.nullable, field.versions):
                return True
            if field.is_struct and self.checked(self.message.struct(field.base)):
                return True
        return False

    def fits_field(self, field, struct):
        value, lines = f"from.{member(field)}", []
        if field.nullable is not None and (test := condition(field.nullable, field.versions)):
            lines.append(f"if (!({test}) && !{value}) return false;")
        if field.is_struct and self.checked(self.message.struct(field.base)):
            some = f"*{value}" if is_optional(field) else value
            if field.array:
                walk = [f"for (const auto& item : {some}) {{", "  if (!fits(version, item)) return false;", "}"]
            else:
                walk = [f"if (!fits(version, {some})) return false;"]
            lines += guarded(value if is_optional(field) else "", walk)
        present = condition(field.versions, struct.versions)
        if self.must_be_default(field, struct):
            refuse = [f"if ({self.differs(field)}) return false;"]
            return guarded(present, lines, refuse) if lines else guarded(f"!({present})", refuse)
        return guarded(present, lines) if lines else []

    def fits(self, struct):
        lines = []
        for field in struct.fields:
            lines += self.fits_field(field, struct)
        return [f"bool fits(std::int16_t version, const {self.qualified(struct)}& from) {{"] + [
            "  " + line for line in lines] + ["  return true;", "}", ""]

    # ---- the whole

    def inner(self):
        lines = []
        for struct in self.default_structs():
            lines += self.is_default(struct)
        for struct in self.message.structs + [self.message.root]:
            lines += self.get(struct) + self.put(struct)
            if self.checked(struct):
                lines += self.fits(struct)
        return lines

    def face(self):
        name = self.message.name
        checked = self.checked(self.message.root)
        parameters = "message, std::int16_t version" if checked else "/*message*/, std::int16_t /*version*/"
        return [f"Status decode(Reader& in, std::int16_t version, {name}& out) {{",
                "  out = {};",
                f"  if (version < {name}::kMinVersion || version > {name}::kMaxVersion) return Error::unsupported;",
                "  get(in, version, out);", "  return in.status();", "}",
                f"void encode(Writer& out, std::int16_t version, const {name}& message) {{",
                "  put(out, version, message);", "}",
                f"bool fits(const {name}& {parameters}) {{",
                f"  return {'fits(version, message)' if checked else 'true'};", "}", ""]


def write(file):
    lines = [f"// Generated from spec/{file.place}.", f'#include "protocol/gen/{file.stem}.h"', "",
             "namespace millrace::protocol {", "", "namespace {", ""]
    codecs = [Codec(message) for message in file.messages if message.versions is not None]
    for codec in codecs:
        lines += codec.inner()
    lines += ["}  // namespace", ""]
    for codec in codecs:
        lines += codec.face()
    return "\n".join(lines + ["}  // namespace millrace::protocol", ""])
