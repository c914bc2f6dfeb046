#!/usr/bin/env python3
"""generate.py SPEC_DIR OUT_DIR: turns the message definitions in SPEC_DIR into C++ below OUT_DIR/protocol/gen.

Files whose contents would not change are left alone, so that nothing is compiled again without need."""
import os
import sys

import api_table
import cpp_codec
import cpp_header
import error_table
import record_lists
import schema_table
import spec


def put(path, text):
    try:
        with open(path, encoding="utf-8") as old:
            if old.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as new:
        new.write(text)


def describe(file):
    """Adds what the writers need to say about each message."""
    for message in file.messages:
        message.api_name = file.api.name if file.api else ""
        if file.api:
            message.about = message.about or file.api.about
            message.title = f"{file.api.name} ({file.api.key}), {message.kind}"
        elif message.type >= 0:
            message.title = f"The {message.log} log, type {message.type}, {message.kind}"
        else:
            message.title = message.kind.capitalize()


def main(spec_dir, out_dir):
    files = spec.load(spec_dir)
    into = os.path.join(out_dir, "protocol", "gen")
    os.makedirs(into, exist_ok=True)
    for file in files:
        file.place = os.path.relpath(file.path, spec_dir)
        describe(file)
        put(os.path.join(into, file.stem + ".h"), cpp_header.write(file))
        put(os.path.join(into, file.stem + ".cc"), cpp_codec.write(file))
    apis = [file.api for file in files if file.api]
    codes = error_table.load(os.path.join(spec_dir, "errors.tsv"))
    put(os.path.join(into, "api_key.h"), api_table.write_header(apis))
    put(os.path.join(into, "api_table.cc"), api_table.write_source(apis))
    put(os.path.join(into, "errc_codes.h"), error_table.write_header(codes))
    put(os.path.join(into, "errc_table.cc"), error_table.write_source(codes))
    put(os.path.join(into, "metadata_records.h"), record_lists.write_metadata(files))
    put(os.path.join(into, "erased_table.cc"), record_lists.write_erased(files))
    put(os.path.join(into, "schema_table.cc"), schema_table.write(files))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except spec.SpecError as error:
        sys.exit(str(error))
