#!/usr/bin/env python3
"""Makes one program of the C++ blocks of docs/client.md, so that what the guide shows is compiled as it stands there.

  guide.py GUIDE.md OUT.cc

The blocks follow one another in one function; their #include lines and the alias of the namespace come before it. What
the guide leaves to the program is declared here.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ABOVE = re.compile(r"^(#include |namespace )")
OWN = """
int complain(const client::Error& error);
bool running();
std::optional<client::Record> next_record();
void use(std::optional<std::string_view> key, std::optional<std::string_view> value);
client::Record changed(const client::ConsumerRecord& record);
"""


def program(guide):
    above = ["#include <chrono>", "#include <optional>", "#include <string>", "#include <string_view>",
             "#include <utility>"]
    body = []
    for block in BLOCK.finditer(guide):
        first = guide.count("\n", 0, block.start()) + 2
        for number, line in enumerate(block.group(1).splitlines(), first):
            (above if ABOVE.match(line) else body).append(f'#line {number} "docs/client.md"\n{line}')
    return "\n".join(above) + "\n" + OWN + "int guide();\nint guide() {\n" + "\n".join(body) + "\nreturn 0;\n}\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Path(sys.argv[2]).write_text(program(Path(sys.argv[1]).read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
