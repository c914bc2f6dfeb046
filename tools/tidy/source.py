"""Source files as the rules see them: lines, lines without comments and literals, and where they stand."""

import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CPP = {".cc", ".h"}
CHECKED = CPP | {".py", ".md", ".txt", ".cmake", ".sh", ".go", ".java", ".spec"}


@dataclass
class Source:
    path: Path  # from the top of the project
    text: str
    companion: str = ""  # the text of the header beside a .cc file

    @property
    def is_cpp(self):
        return self.path.suffix in CPP

    @property
    def module(self):
        """The folder under src/, or None."""
        parts = self.path.parts
        return parts[1] if len(parts) > 2 and parts[0] == "src" else None

    @property
    def is_test(self):
        return self.path.stem.endswith("_test") or "testing" in self.path.parts or self.path.parts[0] == "tests"

    @cached_property
    def lines(self):
        return self.text.split("\n")

    @cached_property
    def code(self):
        """The lines with comments and the insides of literals blanked (C++ only)."""
        return blank(self.text).split("\n") if self.is_cpp else self.lines


@dataclass
class Finding:
    path: Path
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass
class Tree:
    """All checked files, read once."""

    top: Path
    sources: list = field(default_factory=list)

    @classmethod
    def read(cls, top):
        names = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=top, check=True, capture_output=True, text=True,
        ).stdout.split("\n")
        tree = cls(top)
        for name in sorted(filter(None, names)):
            path = top / name
            if path.suffix in CHECKED and path.is_file():
                header = path.with_suffix(".h")
                companion = header.read_text(errors="replace") if path.suffix == ".cc" and header.is_file() else ""
                tree.sources.append(Source(Path(name), path.read_text(errors="replace"), companion))
        return tree


_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def blank(text):
    """Comments and literals replaced by spaces, so that rules see code only; lines keep their numbers. The path of an
    #include stays."""

    def spaces(match):
        found = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if text[line_start:match.start()].lstrip().startswith("#include"):
            return found
        return re.sub(r"[^\n]", " ", found)

    return _LITERAL.sub(spaces, text)
