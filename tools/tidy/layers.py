"""The layers: what a folder includes lies below it, and its CMakeLists.txt declares it."""

import re

from tools.tidy.source import Finding

_INCLUDE = re.compile(r'^\s*#include\s+"([a-z_]+)/')


def read_order(text):
    """Folder -> rank; the higher may include the lower."""
    folders = [name for line in text.split("\n") if not line.startswith("#") for name in line.split()]
    return {name: rank for rank, name in enumerate(folders)}


def declared(cmake_text):
    """The folders in DEPS (for the library) and in TEST_DEPS (for its tests)."""

    def words(key):
        match = re.search(rf"\b{key}\s+((?:[a-z_]+\s*)+)", cmake_text)
        return set(match.group(1).split()) if match else set()

    return words("(?<!TEST_)DEPS"), words("TEST_DEPS")


def check(tree, order):
    closures = {}

    def closure(module):
        if module not in closures:
            closures[module] = set()
            path = tree.top / "src" / module / "CMakeLists.txt"
            deps = declared(path.read_text())[0] if path.is_file() else set()
            closures[module] = deps.union(*(closure(dep) for dep in deps)) if deps else deps
        return closures[module]

    for source in tree.sources:
        module = source.module
        if module is None or not source.is_cpp:
            continue
        if module not in order:
            yield Finding(source.path, 1, "layers", f"folder {module} has no place in tools/tidy/layers.txt")
            continue
        cmake = tree.top / "src" / module / "CMakeLists.txt"
        test_deps = declared(cmake.read_text())[1] if cmake.is_file() else set()
        for number, line in enumerate(source.lines, 1):
            match = _INCLUDE.match(line)
            other = match.group(1) if match else module
            if other == module or other not in order:
                continue
            if source.is_test and other in test_deps:
                continue
            if order[other] > order[module]:
                yield Finding(source.path, number, "layers", f"{module} must not include {other}, which lies above it")
            elif other not in closure(module):
                yield Finding(source.path, number, "layers", f"{other} is not among the DEPS of src/{module}")
