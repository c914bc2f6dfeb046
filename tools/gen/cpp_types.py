"""How a field looks in C++: its type, its default, and the conditions on the version around it."""
from spec import NEWEST

TYPES = {
    "bool": "bool", "int8": "std::int8_t", "int16": "std::int16_t", "int32": "std::int32_t",
    "int64": "std::int64_t", "uint16": "std::uint16_t", "uint32": "std::uint32_t", "float64": "double",
    "uuid": "Uuid", "string": "std::string_view", "bytes": "Bytes",
}
READ = {
    "bool": "boolean", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint16": "u16",
    "uint32": "u32", "float64": "f64", "uuid": "uuid",
}
SIZES = {"bool": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "uint16": 2, "uint32": 4, "float64": 8, "uuid": 16}
KEYWORDS = {"class", "default", "delete", "export", "operator", "private", "public", "register", "namespace"}


def member(field):
    name = field.member
    return name + "_" if name in KEYWORDS else name


def is_optional(field):
    return field.nullable is not None or (field.base == "records" and not field.array)


def default_is_null(field):
    return is_optional(field) and (field.default == "null" or field.base == "records")


def cpp_type(field, message):
    """The member's type, as written inside of the message's struct."""
    if field.base == "records":
        inner = "RecordsRef" if message.kind == "response" else "Bytes"
    else:
        inner = TYPES.get(field.base, field.base)
    if field.array:
        inner = f"std::vector<{inner}>"
    return f"std::optional<{inner}>" if is_optional(field) else inner


def default_text(field):
    """The literal of a scalar's default."""
    if field.base == "string":
        return f'"{field.default or ""}"'
    if field.base == "bool":
        return field.default or "false"
    if field.base == "float64":
        return field.default or "0.0"
    if field.base == "uuid":
        return "{}"
    return field.default or "0"


def initialiser(field):
    """What follows the member's name in its declaration."""
    if default_is_null(field):
        return ""
    if field.array or field.is_struct or field.base in ("bytes", "uuid"):
        return "{std::in_place}" if is_optional(field) else "{}"
    if field.base == "string" and not field.default:
        return "{std::in_place}" if is_optional(field) else "{}"
    return " = " + default_text(field)


def condition(versions, within):
    """The test that `version`, known to lie in `within`, lies in `versions`; empty if it always does."""
    parts = []
    if versions[0] > within[0]:
        parts.append(f"version >= {versions[0]}")
    if versions[1] < within[1]:
        parts.append(f"version <= {versions[1]}")
    if len(parts) == 2 and versions[0] == versions[1]:
        return f"version == {versions[0]}"
    return " && ".join(parts)


def flexible_text(message, field=None):
    """Whether lengths are compact: an expression in `version`."""
    if message.flexible == NEWEST or (field is not None and field.classic):
        return "false"
    if field is not None and field.tag is not None:
        return "true"
    return "true" if message.flexible <= message.versions[0] else f"version >= {message.flexible}"


def least_size(field, message, version):
    """The fewest bytes that one value of this field takes in `version`, its length or mark included."""
    compact = version >= message.flexible and not field.classic
    if not field.versions[0] <= version <= field.versions[1] or field.tag is not None:
        return 0
    if field.array or field.base in ("bytes", "records"):
        return 1 if compact else 4
    if field.base == "string":
        return 1 if compact else 2
    if field.is_struct:
        nullable = field.nullable and field.nullable[0] <= version <= field.nullable[1]
        return 1 if nullable else least_struct(message.struct(field.base), message, version)
    return SIZES[field.base]


def least_struct(struct, message, version):
    size = sum(least_size(field, message, version) for field in struct.fields)
    return size + (1 if version >= message.flexible else 0)


def least_element(field, message, version):
    """The fewest bytes of one element of an array field."""
    if field.is_struct:
        return least_struct(message.struct(field.base), message, version)
    if field.base in ("string", "bytes"):
        return (1 if version >= message.flexible else 2) if field.base == "string" else 1
    return SIZES[field.base]


def least_element_text(field, message):
    """The same as an expression in `version`."""
    first, last = field.versions
    sizes = [(version, least_element(field, message, version)) for version in range(first, last + 1)]
    text, current = str(sizes[0][1]), sizes[0][1]
    for version, size in sizes[1:]:
        if size != current:
            text = f"version >= {version} ? {size} : " + (f"({text})" if "?" in text else text)
            current = size
    return text
