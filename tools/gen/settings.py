#!/usr/bin/env python3
"""Turns spec/config into C++ tables and into the page docs/settings.md.

  settings.py --cpp OUT.cc     the tables that src/config/definition.h and features.h give access to
  settings.py --docs OUT.md    the page
  settings.py --check FILE.md  fails when the page is not what --docs would write
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec" / "config"
SCOPES = {"broker": "broker", "topic": "topic", "group": "group", "client-metrics": "client_metrics",
          "producer": "producer", "consumer": "consumer", "admin": "admin"}
TITLES = {"broker": "Of a server", "topic": "Of a topic", "group": "Of a group",
          "client-metrics": "Of a client-metrics subscription", "producer": "Of a producer client",
          "consumer": "Of a consumer client", "admin": "Of an admin client"}
TYPES = {t: t.lower() + "_" for t in ("BOOLEAN", "INT", "SHORT", "LONG", "DOUBLE", "STRING", "LIST", "CLASS",
                                      "PASSWORD")}
UPDATES = {"read-only": "read_only", "per-broker": "per_broker", "cluster": "cluster", "resource": "resource"}
RULES = {"any": 0, "min": 1, "range": 2, "one-of": 1, "nocase": 1, "non-null": 0, "non-empty": 0, "gzip-level": 0,
         "list": 0, "list+": 0, "list-of": 1, "list+-of": 1,
         "throttled-replicas": 0, "offset-reset": 0, "voters": 0, "servers": 0}
RULE_NAMES = {"any": "any", "min": "at_least", "range": "range", "one-of": "one_of", "nocase": "one_of_any_case",
              "non-null": "any", "non-empty": "non_empty", "gzip-level": "gzip_level", "list": "list",
              "list+": "list_non_empty", "list-of": "list_of", "list+-of": "list_of_non_empty",
              "throttled-replicas": "throttled_replicas", "offset-reset": "offset_reset", "voters": "voters",
              "servers": "servers"}
FLAGS = {"used", "internal", "ours", "dynamic-only", "plugin"}


def rows(name, columns):
    result = []
    for number, line in enumerate((SPEC / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line:
            continue
        fields = line.split("\t")
        if len(fields) != columns:
            sys.exit(f"spec/config/{name}:{number}: {len(fields)} columns, expected {columns}")
        result.append(fields)
    return result


def settings():
    result = rows("settings.tsv", 9) + rows("client_settings.tsv", 9)
    order = list(SCOPES)
    keys = [(order.index(r[0]), r[1]) for r in result]
    if keys != sorted(set(keys)):
        sys.exit("spec/config/settings.tsv: not sorted by scope and name, or a name twice")
    for scope, name, kind, _, rule, _, update, flags, _ in result:
        head, *bounds = rule.split(" ")
        if kind not in TYPES or head not in RULES or RULES[head] != len(bounds) or update not in UPDATES:
            sys.exit(f"spec/config/settings.tsv: {scope} {name}: unknown type, rule or update")
        if flags != "-" and not set(flags.split(",")) <= FLAGS:
            sys.exit(f"spec/config/settings.tsv: {scope} {name}: unknown flag")
    return result


def text(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def cpp_setting(row):
    scope, name, kind, default, rule, importance, update, flags, doc = row
    head, *bounds = rule.split(" ")
    bounds += [""] * (2 - len(bounds))
    presence = {"null": "none", "(required)": "required"}.get(default, "value")
    value = "" if presence != "value" or default == '""' else default
    flag = [str(f in flags.split(",")).lower() for f in ("used", "internal", "ours", "dynamic-only", "plugin")]
    doc = text("" if doc == "-" else doc)
    return (f"    {{Scope::{SCOPES[scope]}, {text(name)}, Type::{TYPES[kind]}, Default::{presence}, {text(value)},\n"
            f"     {{Rule::{RULE_NAMES[head]}, {text(bounds[0])}, {text(bounds[1])}}}, "
            f"Importance::{importance.lower()}, Update::{UPDATES[update]},\n     {', '.join(flag)}, {doc}}},\n")


def cpp():
    table = settings()
    known = {(r[0], r[1]) for r in table}
    out = ["// Written by tools/gen/settings.py from spec/config; not to be edited.\n"
           '#include "config/definition.h"\n#include "config/features.h"\n\n'
           'namespace millrace::config {\nnamespace {\n\n'
           "constexpr Definition kDefinitions[] = {\n"]
    out += [cpp_setting(row) for row in table]
    out.append("};\n\nconstexpr Synonym kSynonyms[] = {\n")
    for scope, name, server, times in rows("synonyms.tsv", 4):
        if (scope, name) not in known or ("broker", server) not in known:
            sys.exit(f"spec/config/synonyms.tsv: {name} or {server} is not in settings.tsv")
        out.append(f"    {{Scope::{SCOPES[scope]}, {text(name)}, {text(server)}, {times}}},\n")
    out.append("};\n\nconstexpr FeatureLevel kFeatureLevels[] = {\n")
    for feature, level, name, since, needs, state in rows("features.tsv", 6):
        since, needs = ("-1" if v == "-" else v for v in (since, needs))
        offered = str(state == "offered").lower()
        out.append(f"    {{{text(feature)}, {level}, {text(name)}, {since}, {needs}, {offered}}},\n")
    out.append("};\n\n}  // namespace\n\n"
               "std::span<const Definition> all_definitions() { return kDefinitions; }\n"
               "std::span<const Synonym> all_synonyms() { return kSynonyms; }\n"
               "std::span<const FeatureLevel> all_feature_levels() { return kFeatureLevels; }\n\n"
               "}  // namespace millrace::config\n")
    return "".join(out)


def allowed(kind, rule):
    head, *bounds = rule.split(" ")
    words = {"min": "{0} or more", "range": "{0} to {1}", "gzip-level": "1 to 9, or -1", "non-empty": "not empty",
             "list+": "not empty", "throttled-replicas": "`*` or partition:broker pairs",
             "offset-reset": "earliest, latest or by_duration:…", "voters": "id@host:port, …",
             "servers": "host:port, …"}
    if head in words:
        return words[head].format(*bounds)
    if bounds:
        return ", ".join(f"`{b}`" for b in bounds[0].split("|"))
    return "true, false" if kind == "BOOLEAN" else ""


def docs():
    out = ["# Settings\n\nWritten by `tools/gen/settings.py --docs docs/settings.md` from `spec/config`. Names, "
           "defaults and limits are Kafka 4.3's; those that begin with `millrace.` are our own.\n\n"
           "Bold: this server, or the C++ client, acts on it. The others are known, checked and shown, "
           "and have no effect. *Change* says "
           "whether the setting can be changed on a running node (`per-broker`), for all nodes (`cluster`), or only by "
           "a restart (`read-only`).\n"]
    table = settings()
    for scope in SCOPES:
        out.append(f"\n## {TITLES[scope]}\n\n| setting | type | default | allowed | change | what it does |\n"
                   "|---|---|---|---|---|---|\n")
        for row_scope, name, kind, default, rule, _, update, flags, doc in table:
            if row_scope != scope or "internal" in flags:
                continue
            label = f"**{name}**" if "used" in flags.split(",") else name
            default = {'""': "empty", "null": "none", "(required)": "required"}.get(default, f"`{default}`")
            change = update if update != "resource" else "yes"
            cells = [label, kind.lower(), default, allowed(kind, rule), change, "" if doc == "-" else doc]
            out.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n")
    return "".join(out)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("--cpp", "--docs", "--check"):
        sys.exit(__doc__)
    mode, path = sys.argv[1], pathlib.Path(sys.argv[2])
    if mode == "--check":
        if path.read_text(encoding="utf-8") != docs():
            sys.exit(f"{path} is not what spec/config says: run tools/gen/settings.py --docs {path}")
        return
    path.write_text(cpp() if mode == "--cpp" else docs(), encoding="utf-8")


if __name__ == "__main__":
    main()
