"""Reads the message definitions in spec/ (grammar: spec/README.md) into plain objects."""
import os
import re

NEWEST = 32767  # upper end of an open version range; lower end of "never"

SCALARS = ("bool", "int8", "int16", "int32", "int64", "uint16", "uint32", "float64", "uuid", "string", "bytes",
           "records")


class SpecError(Exception):
    """A definition that breaks the grammar; the text names file and line."""


class Field:
    """One field: `array` and `nullable` say what surrounds a value of type `base`."""

    def __init__(self, name, base, array, versions, nullable, line):
        self.name = name              # as in JSON
        self.base = base              # a scalar, or the name of a struct of the same message
        self.array = array
        self.versions = versions      # (first, last), within the message's
        self.nullable = nullable      # (first, last) or None
        self.tag = None
        self.default = None           # text, or None for the type's zero
        self.droppable = False
        self.classic = False          # lengths are fixed-size in flexible versions too
        self.about = ""
        self.line = line

    @property
    def member(self):
        return snake(self.name)

    @property
    def is_struct(self):
        return self.base not in SCALARS


class Struct:
    def __init__(self, name, versions=None):
        self.name = name
        self.versions = versions      # those in which it can occur
        self.fields = []


class Message:
    """A request, response, header, or record. `structs` are in the order in which C++ needs them."""

    def __init__(self, kind, name):
        self.kind = kind              # request response header record key value data
        self.name = name
        self.versions = None          # (first, last); None: no version exists
        self.flexible = NEWEST        # first flexible version; NEWEST: none
        self.log = None               # records: metadata group share transaction remote-storage
        self.type = -1                # api key, or record type in its log
        self.about = ""
        self.root = Struct(name)
        self.structs = []

    def struct(self, name):
        return next(s for s in self.structs if s.name == name)


class Api:
    def __init__(self, key, name):
        self.key = key
        self.name = name
        self.versions = None
        self.flexible = NEWEST
        self.listeners = ()
        self.latest_unstable = False
        self.about = ""


class SpecFile:
    def __init__(self, stem, path):
        self.stem = stem
        self.path = path
        self.api = None
        self.messages = []


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def parse_range(text, within):
    """`3..`, `..12`, `3..5` or `4`, cut to `within`."""
    match = re.fullmatch(r"(\d*)(?:(\.\.)(\d*))?", text)
    if not match or not text:
        raise SpecError(f"not a version range: {text!r}")
    first = int(match[1]) if match[1] else within[0]
    last = int(match[3]) if match[3] else (within[1] if match[2] else first)
    if first > last or first < within[0] or last > within[1]:
        raise SpecError(f"version range {text!r} is empty or leaves {within[0]}..{within[1]}")
    return (first, last)


def parse_versions(target, text):
    """The `versions` line of an api, header or record."""
    for part in text.split(", "):
        word, _, rest = part.strip().partition(" ")
        if word == "versions":
            target.versions = None if rest == "none" else parse_range(rest, (0, NEWEST - 1))
        elif word == "flexible":
            target.flexible = NEWEST if rest == "never" else parse_range(rest, (0, NEWEST))[0]
        elif word == "on" and isinstance(target, Api):
            target.listeners = tuple(rest.split("+"))
        elif part.strip() == "latest unstable" and isinstance(target, Api):
            target.latest_unstable = True
        else:
            raise SpecError(f"unknown clause {part!r}")


FIELD = re.compile(r"(?P<name>[a-z]\w*)\s+(?P<type>\[?\w+\]?)(?P<null>\?[\d.]*)?(?P<rest>(\s.*)?)$")


def parse_field(text, within, line):
    text, _, about = text.partition(" -- ")
    match = FIELD.match(text.rstrip())
    if not match:
        raise SpecError(f"not a field: {text!r}")
    words = match["rest"].split()
    versions = within
    if words and words[0].startswith("@"):
        versions = parse_range(words.pop(0)[1:], within)
    nullable = None
    if match["null"]:
        nullable = versions if match["null"] == "?" else parse_range(match["null"][1:], versions)
    base = match["type"].strip("[]")
    field = Field(match["name"], base, match["type"].startswith("["), versions, nullable, line)
    field.about = about.strip()
    while words:
        word = words.pop(0)
        if word.startswith("#"):
            field.tag = int(word[1:])
        elif word == "=":
            field.default = words.pop(0)
        elif word == "droppable":
            field.droppable = True
        elif word == "classic":
            field.classic = True
        elif word != "key":
            raise SpecError(f"unknown attribute {word!r}")
    return field


class Scope:
    """Lines that are indented deeper than `indent` are fields of `struct`, which is made with the first of them."""

    def __init__(self, indent, struct, name, versions):
        self.indent, self.struct, self.name, self.versions = indent, struct, name, versions


class Parser:
    def __init__(self, path):
        self.path = path
        self.file = SpecFile(os.path.basename(path).removesuffix(".spec"), path)
        self.message = None
        self.open = []  # scopes, innermost last

    def parse(self):
        with open(self.path, encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                try:
                    self.line(line.rstrip("\n"), number)
                except SpecError as error:
                    raise SpecError(f"{self.path}:{number}: {error}") from None
        for message in self.file.messages:
            self.order_structs(message)
        return self.file

    def line(self, line, number):
        text = line.strip()
        if not text or text.startswith("#"):
            return
        indent = len(line) - len(line.lstrip())
        if indent == 0:
            self.heading(text)
        elif self.message is None or text.startswith(("| ", "versions ", "in ")):
            self.clause(text)
        elif text.startswith("struct "):
            versions = self.message.versions
            self.open = [Scope(indent, self.add_struct(text.split()[1], versions), None, versions)]
        else:
            self.field(text, indent, number)

    def heading(self, text):
        words = text.split()
        if words[0] == "api":
            self.file.api = Api(int(words[1]), words[2])
            self.message = None
            return
        if words[0] not in ("request", "response", "header", "record", "key", "value", "data"):
            raise SpecError(f"unknown heading {words[0]!r}")
        self.message = Message(words[0], words[1])
        self.file.messages.append(self.message)
        if words[0] in ("request", "response"):
            api = self.file.api
            self.message.versions, self.message.flexible, self.message.type = api.versions, api.flexible, api.key
        self.open_root()

    def open_root(self):
        self.message.root.versions = self.message.versions
        self.open = [Scope(0, self.message.root, None, self.message.versions)]

    def clause(self, text):
        target = self.message or self.file.api
        if target is None:
            raise SpecError("text before the first heading")
        if text.startswith("| "):
            target.about = (target.about + " " + text[2:]).strip()
        elif text.startswith("in "):
            match = re.fullmatch(r"in ([a-z-]+) log, type (\d+)", text)
            if not match:
                raise SpecError(f"not a log clause: {text!r}")
            target.log, target.type = match[1], int(match[2])
        else:
            parse_versions(target, text)
            if self.message:
                self.open_root()

    def add_struct(self, name, versions):
        if any(s.name == name for s in self.message.structs):
            raise SpecError(f"struct {name} is defined twice")
        struct = Struct(name, versions)
        self.message.structs.append(struct)
        return struct

    def field(self, text, indent, number):
        while self.open and self.open[-1].indent >= indent:
            self.open.pop()
        if not self.open:
            raise SpecError("a field outside of any message or struct")
        scope = self.open[-1]
        if scope.versions is None:
            raise SpecError("a field in a message without versions")
        if scope.struct is None:
            scope.struct = self.add_struct(scope.name, scope.versions)
        field = parse_field(text, scope.versions, number)
        scope.struct.fields.append(field)
        if field.is_struct:
            self.open.append(Scope(indent, None, field.base, field.versions))

    def order_structs(self, message):
        """Inner structs before those that contain them; finds undefined and recursive ones."""
        ordered, busy = [], []

        def visit(struct):
            if struct in busy:
                raise SpecError(f"{self.path}: struct {struct.name} contains itself")
            busy.append(struct)
            for field in struct.fields:
                if field.is_struct:
                    inner = [s for s in message.structs if s.name == field.base]
                    if not inner:
                        raise SpecError(f"{self.path}:{field.line}: unknown type {field.base}")
                    known = inner[0].versions
                    if field.versions[0] < known[0] or field.versions[1] > known[1]:
                        raise SpecError(f"{self.path}:{field.line}: {field.base} is defined for fewer versions")
                    if inner[0] not in ordered:
                        visit(inner[0])
            busy.pop()
            if struct is not message.root:
                ordered.append(struct)

        visit(message.root)
        message.structs = ordered


def load(spec_dir):
    """All files of spec/ in a fixed order: headers, rpc by key, records by name."""
    rpc, records = [], []
    for folder, into in (("rpc", rpc), ("records", records)):
        for name in sorted(os.listdir(os.path.join(spec_dir, folder))):
            if name.endswith(".spec"):
                into.append(Parser(os.path.join(spec_dir, folder, name)).parse())
    rpc.sort(key=lambda file: file.api.key)
    return [Parser(os.path.join(spec_dir, "headers.spec")).parse()] + rpc + records
