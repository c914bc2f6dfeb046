"""Installs the client to a folder of its own and uses it as a stranger would: check.py BUILD-FOLDER CXX.

By CMake's find_package and by pkg-config, shared and static: the program is built and runs. The shared library shows
programs nothing but millrace::client, and the static one is stripped of debug information. Every public header compiles
alone."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The compiler's own, in any shared library that is linked with a version script.
HARMLESS = ("_init", "_fini")
PUBLIC = tuple(kind + "millrace::client::" for kind in ("", "typeinfo for ", "typeinfo name for ", "vtable for "))


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        said = done.stdout[-3000:] + done.stderr[-3000:]
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{said}")
    return done.stdout


def by_cmake(prefix, work, compiler):
    run("cmake", "-S", HERE, "-B", work / "cmake", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", work / "cmake")
    for name in ("visitor_shared", "visitor_static"):
        run(work / "cmake" / name)


def by_pkg_config(prefix, work, compiler):
    folder = next(prefix.glob("lib*/**/pkgconfig"))
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder), "LD_LIBRARY_PATH": str(folder.parent)}

    def flags(*options):
        return run("pkg-config", *options, "millrace", env=environment).split()

    common = [compiler, "-std=c++20", HERE / "visitor.cc", *flags("--cflags")]
    run(*common, "-o", work / "shared", *flags("--libs"))
    static = ["-l:libmillrace.a" if flag == "-lmillrace" else flag for flag in flags("--static", "--libs")]
    run(*common, "-o", work / "static", *static)
    for name in ("shared", "static"):
        run(work / name, env=environment)


def symbols(prefix):
    library = next(prefix.glob("lib*/**/libmillrace.so"))
    strange = []
    for line in run("nm", "-D", "--defined-only", "--demangle", library).split("\n"):
        name = line.split(" ", 2)[-1]
        known = name.startswith(PUBLIC)
        if name and not known and name not in HARMLESS:
            strange.append(name)
    if strange:
        sys.exit(f"{library.name} shows {len(strange)} symbols that are not of the public headers: {strange[:20]}")


def stripped(prefix):
    archive = next(prefix.glob("lib*/**/libmillrace.a"))
    if ".debug_info" in run("readelf", "--section-headers", "--wide", archive):
        sys.exit(f"{archive.name} carries debug information")


def headers(prefix, compiler):
    include = prefix / "include"
    for header in sorted(include.rglob("*.h")):
        run(compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{include}", "-x", "c++",
            "-include", header.relative_to(include), "/dev/null")


def main():
    build, compiler = Path(sys.argv[1]).resolve(), sys.argv[2]
    with tempfile.TemporaryDirectory(prefix="millrace-install-") as folder:
        work = Path(folder)
        prefix = work / "prefix"
        for component in ("library", "dev"):
            run("cmake", "--install", build, "--prefix", prefix, "--component", component)
        symbols(prefix)
        stripped(prefix)
        by_cmake(prefix, work, compiler)
        by_pkg_config(prefix, work, compiler)
        headers(prefix, compiler)


if __name__ == "__main__":
    main()
