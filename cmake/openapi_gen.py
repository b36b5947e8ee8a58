#!/usr/bin/env python3
"""Turns an OpenAPI 3.1 file into typed requests: C++ structs, strict readers, a table of operations, and a dispatcher.

    openapi_gen.py API.yaml --namespace tansiq::node::api --include node_api --out DIR

writes DIR/schemas.h, schemas.cc, operations.h, operations.cc.

The file is the source: a handler whose operation does not exist, or an operation without a handler, does not compile.
What the generator does not understand it refuses: a keyword that looks like a check but is ignored would be a lie to
every client. Supported, and enforced by the generated readers:

  object    properties, required, additionalProperties: false (demanded), minProperties/maxProperties
  array     items, minItems, maxItems (demanded); prefixItems + items: false for tuples of integers
  string    enum, minLength, maxLength (demanded unless enum, pattern with a bound, or x-cpp-type), pattern of the form
            ^[set]{m,n}$ / ^[set]+$; x-cpp-type: AuthorityId | ZoneId | IntentId | MeasureId | CommandId
  integer   minimum, maximum; default
  boolean   default
  $ref      to components.schemas

A contract of others, written down here, may be lenient: `x-lenient: true` at the top. Then undeclared members, query
parameters, media types and bodies are let pass, `null` in an optional member means absent, `additionalProperties` may not
be given, and there are numbers:

  number    minimum, maximum

An operation says which scope a token needs in `x-scope` (`open`: none). With `x-raw: true` it is described only; a face
of its own serves it. With `x-body: text` its path, scope, parameters and media type are enforced, and the body, whose
members the core describes itself (core/record.h), comes to the handler as it was sent; its schema is documentation.
With `x-body: bytes` the same of a body in application/octet-stream.

Lengths of strings count bytes of UTF-8 here, code points in JSON Schema: the reader is never laxer than the schema
for ASCII sets, and stricter by at most that difference elsewhere. docs/api.md says so.
"""

import argparse
import pathlib
import re
import sys

import yaml

INTEGER_MAX = 9007199254740991
CPP_TYPES = {"AuthorityId", "ZoneId", "IntentId", "MeasureId", "CommandId"}
DOCUMENTATION = {"description", "title", "examples", "example", "$comment"}
# Members may have these names; their fields then end in an underscore.
CPP_KEYWORDS = set("""alignas alignof and asm auto bool break case catch char class concept const constexpr continue
    decltype default delete do double else enum explicit export extern false float for friend goto if inline int long
    mutable namespace new noexcept not nullptr operator or private protected public register requires return short
    signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned using
    virtual void volatile while xor""".split())
METHODS = ["get", "put", "post", "patch", "delete"]


class Refusal(Exception):
    pass


class UniqueKeyLoader(yaml.SafeLoader):
    """YAML lets a later key replace an earlier one silently; a contract must not."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise Refusal(f"line {key_node.start_mark.line + 1}: the key '{key}' stands twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def snake(name):
    name = re.sub(r"[^A-Za-z0-9]+", "_", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return name.lower()


def pascal(name):
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def quoted(text):
    out = []
    for c in str(text):
        if c in '"\\':
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif ord(c) < 32 or ord(c) > 126:
            out.append("".join(f"\\{b:03o}" for b in c.encode()))
        else:
            out.append(c)
    return '"' + "".join(out) + '"'


def check_keys(schema, allowed, where):
    for key in schema:
        if key not in allowed and key not in DOCUMENTATION:
            raise Refusal(f"{where}: the keyword '{key}' is not supported here; the generator would ignore it")


class Type:
    """How a schema looks in C++: its type, an expression that reads it, and the schema."""

    def __init__(self, cpp, reader, schema, where):
        self.cpp, self.reader, self.schema, self.where = cpp, reader, schema, where


def parse_pattern(pattern, where):
    """^literal[set]{m,n}$ -> (set as C++ condition on `c`, min, max)."""
    found = re.fullmatch(r"\^\[((?:[^\]\\]|\\.)+)\](?:\{(\d+)(?:,(\d+))?\}|([+*]))\$", pattern)
    if not found:
        raise Refusal(f"{where}: pattern '{pattern}' is not of the form ^[set]{{m,n}}$")
    body, low, high, mark = found.groups()
    conditions = []
    i = 0
    chars = re.findall(r"\\.|[^\\]", body)
    while i < len(chars):
        first = chars[i][-1]
        if i + 2 < len(chars) and chars[i + 1] == "-":
            last = chars[i + 2][-1]
            conditions.append(f"(c >= '{first}' && c <= '{last}')")
            i += 3
        else:
            conditions.append(f"c == '{first}'")
            i += 1
    if mark:
        return " || ".join(conditions), 1 if mark == "+" else 0, None
    return " || ".join(conditions), int(low), int(high if high else low)


class Generator:
    def __init__(self, document, namespace, include):
        self.document = document
        self.namespace = namespace
        self.include = include
        self.schemas = document.get("components", {}).get("schemas", {})
        self.parameters = document.get("components", {}).get("parameters", {})
        self.lenient = document.get("x-lenient", False) is True
        self.done = {}
        self.in_progress = []
        self.declarations = []
        self.readers = []
        self.order = []

    # --- schemas ---------------------------------------------------------------------------------------------------

    def named(self, reference, where):
        found = re.fullmatch(r"#/components/schemas/(\w+)", reference)
        if not found or found.group(1) not in self.schemas:
            raise Refusal(f"{where}: reference {reference} names no schema")
        name = found.group(1)
        if name in self.in_progress:
            raise Refusal(f"{where}: schema {name} contains itself")
        if name not in self.done:
            self.in_progress.append(name)
            self.done[name] = self.build(name, self.schemas[name], f"components.schemas.{name}")
            self.in_progress.pop()
        return self.done[name]

    def build(self, name, schema, where):
        """Returns the Type of a schema that would be called `name`; emits what it needs."""
        if "$ref" in schema:
            check_keys(schema, {"$ref", "default"}, where)
            return self.named(schema["$ref"], where)
        kind = schema.get("type")
        if kind == "object":
            return self.build_object(name, schema, where)
        if kind == "array":
            return self.build_array(name, schema, where)
        if kind == "string":
            return self.build_string(name, schema, where)
        if kind == "integer":
            check_keys(schema, {"type", "minimum", "maximum", "default"}, where)
            low = schema.get("minimum", -INTEGER_MAX)
            high = schema.get("maximum", INTEGER_MAX)
            if not -INTEGER_MAX <= low <= high <= INTEGER_MAX:
                raise Refusal(f"{where}: the range {low}…{high} is empty or beyond 2^53-1")
            return Type("std::int64_t", f"{{}}.integer({low}, {high})", schema, where)
        if kind == "number" and self.lenient:
            check_keys(schema, {"type", "minimum", "maximum"}, where)
            low, high = (f"{float(schema[k])!r}" if k in schema else limit
                         for k, limit in (("minimum", "-HUGE_VAL"), ("maximum", "HUGE_VAL")))
            return Type("double", f"read_number({{}}, {low}, {high})", schema, where)
        if kind == "boolean":
            check_keys(schema, {"type", "default"}, where)
            return Type("bool", "{}.boolean()", schema, where)
        raise Refusal(f"{where}: type '{kind}' is not supported")

    def build_string(self, name, schema, where):
        allowed = {"type", "enum", "minLength", "maxLength", "pattern", "x-cpp-type", "default"}
        check_keys(schema, allowed, where)
        if "x-cpp-type" in schema:
            cpp = schema["x-cpp-type"]
            if cpp not in CPP_TYPES:
                raise Refusal(f"{where}: x-cpp-type '{cpp}' is none of {', '.join(sorted(CPP_TYPES))}")
            return Type(cpp, f"read_id<{cpp}>({{}})", schema, where)
        if "enum" in schema:
            check_keys(schema, {"type", "enum", "default"}, where)
            return self.build_enum(pascal(name), schema, where)
        function = f"read_text_{snake(name)}"
        low, high = schema.get("minLength", 0), schema.get("maxLength")
        condition = None
        if "pattern" in schema:
            condition, pattern_low, pattern_high = parse_pattern(schema["pattern"], where)
            low = max(low, pattern_low)
            high = min(x for x in (high, pattern_high) if x is not None) if (high or pattern_high) else None
        if high is None:
            raise Refusal(f"{where}: a string needs maxLength: nothing from outside is unbounded")
        test = "true" if condition is None else "std::ranges::all_of(text, [](char c) { return %s; })" % condition
        what = f"a string of {low} to {high} characters"
        if condition is not None:
            what += f" that matches {schema['pattern']}"
        self.helper(function, f"""Result<std::string> {function}(const JsonValue& value) {{
  const std::string_view text = TRY(value.string());
  if (text.size() < {low} || text.size() > {high} || !({test})) {{
    return value.error(ErrorCode::kInvalid, {quoted("expected " + what)});
  }}
  return std::string(text);
}}
""")
        return Type("std::string", f"{function}({{}})", schema, where)

    def build_enum(self, name, schema, where):
        values = schema["enum"]
        if not values or not all(isinstance(v, str) for v in values) or len(set(values)) != len(values):
            raise Refusal(f"{where}: an enum needs different strings")
        constants = [f"k{pascal(v)}" for v in values]
        self.declarations.append(f"""{comment(schema)}enum class {name} : std::uint8_t {{ {', '.join(constants)} }};
[[nodiscard]] std::string_view text_of({name} value);
[[nodiscard]] Result<{name}> read_{snake(name)}(const JsonValue& value);
[[nodiscard]] Result<{name}> parse_{snake(name)}(std::string_view text);
""")
        cases = "\n".join(f"    case {name}::{c}: return {quoted(v)};" for c, v in zip(constants, values))
        tests = "\n".join(f"  if (text == {quoted(v)}) return {name}::{c};" for c, v in zip(constants, values))
        what = "expected one of " + ", ".join(values)
        self.readers.append(f"""std::string_view text_of({name} value) {{
  switch (value) {{
{cases}
  }}
  return {{}};
}}

Result<{name}> parse_{snake(name)}(std::string_view text) {{
{tests}
  return fail(ErrorCode::kInvalid, {quoted(what)});
}}

Result<{name}> read_{snake(name)}(const JsonValue& value) {{
  auto parsed = parse_{snake(name)}(TRY(value.string()));
  if (!parsed) return value.error(ErrorCode::kInvalid, std::move(parsed.error().message));
  return *parsed;
}}
""")
        return Type(name, f"read_{snake(name)}({{}})", schema, where)

    def build_array(self, name, schema, where):
        function = f"read_list_{snake(name)}"
        if "prefixItems" in schema:
            check_keys(schema, {"type", "prefixItems", "items", "minItems", "maxItems"}, where)
            parts = [self.build(f"{name}_{i}", s, f"{where}[{i}]") for i, s in enumerate(schema["prefixItems"])]
            n = len(parts)
            if schema.get("items") is not False or schema.get("minItems") != n or schema.get("maxItems") != n:
                raise Refusal(f"{where}: a tuple needs items: false and minItems = maxItems = {n}")
            if any(p.cpp != "std::int64_t" for p in parts):
                raise Refusal(f"{where}: only tuples of integers are supported")
            reads = ", ".join(f"TRY({p.reader.format(f'value[{i}]')})" for i, p in enumerate(parts))
            self.helper(function, f"""Result<std::array<std::int64_t, {n}>> {function}(const JsonValue& value) {{
  TRY_VOID(value.expect(JsonValue::Kind::kArray));
  if (value.size() != {n}) return value.error(ErrorCode::kInvalid, "expected an array of {n} integers");
  return std::array<std::int64_t, {n}>{{{reads}}};
}}
""")
            return Type(f"std::array<std::int64_t, {n}>", f"{function}({{}})", schema, where)
        check_keys(schema, {"type", "items", "minItems", "maxItems"}, where)
        if "items" not in schema or "maxItems" not in schema:
            raise Refusal(f"{where}: an array needs items and maxItems: nothing from outside is unbounded")
        item = self.build(f"{name}_item", schema["items"], f"{where}.items")
        low, high = schema.get("minItems", 0), schema["maxItems"]
        too_few = "" if low == 0 else f"""
  if (value.size() < {low}) return value.error(ErrorCode::kInvalid, "expected at least {low} elements");"""
        self.helper(function, f"""Result<std::vector<{item.cpp}>> {function}(const JsonValue& value) {{
  TRY_VOID(value.expect(JsonValue::Kind::kArray));{too_few}
  if (value.size() > {high}) return value.error(ErrorCode::kTooLarge, "expected at most {high} elements");
  std::vector<{item.cpp}> out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) out.push_back(TRY({item.reader.format('value[i]')}));
  return out;
}}
""")
        return Type(f"std::vector<{item.cpp}>", f"{function}({{}})", schema, where)

    def build_object(self, name, schema, where):
        check_keys(schema, {"type", "properties", "required", "additionalProperties", "minProperties",
                            "maxProperties"}, where)
        if self.lenient:
            for key in ("additionalProperties", "minProperties", "maxProperties"):
                if key in schema:
                    raise Refusal(f"{where}: '{key}' says nothing in a lenient contract")
        elif schema.get("additionalProperties") is not False:
            raise Refusal(f"{where}: an object needs additionalProperties: false: unknown members are errors")
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        for member in required:
            if member not in properties:
                raise Refusal(f"{where}: required member '{member}' is not described")
        struct = pascal(name)
        fields, reads = [], []
        present = "; member && !member->is_null()" if self.lenient else ""
        for member, sub in properties.items():
            if not isinstance(member, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", member):
                raise Refusal(f"{where}: member '{member}' is not snake_case")
            inner = self.build(f"{name}_{member}", sub, f"{where}.{member}")
            default = inner.schema.get("default", sub.get("default")) if isinstance(sub, dict) else None
            note = comment(sub if "$ref" not in sub else {}, "  ")
            field = member + "_" if member in CPP_KEYWORDS else member
            if member in required:
                fields.append(f"{note}  {inner.cpp} {field}{'{}' if '::' not in inner.cpp or 'int64' in inner.cpp else ''};")
                reads.append(f"  {{\n    const JsonValue member = TRY(value.at({quoted(member)}));\n"
                             f"    out.{field} = TRY({inner.reader.format('member')});\n  }}")
            elif default is not None:
                fields.append(f"{note}  {inner.cpp} {field} = {self.literal(inner, default)};")
                reads.append(f"  if (const auto member = value.find({quoted(member)}){present}) out.{field} = "
                             f"TRY({inner.reader.format('(*member)')});")
            else:
                cpp = inner.cpp if inner.cpp.startswith("std::vector") else f"std::optional<{inner.cpp}>"
                fields.append(f"{note}  {cpp} {field};")
                reads.append(f"  if (const auto member = value.find({quoted(member)}){present}) out.{field} = "
                             f"TRY({inner.reader.format('(*member)')});")
        self.declarations.append(comment(schema) + f"struct {struct} {{\n" + "\n".join(fields) + f"\n}};\n"
                                 f"[[nodiscard]] Result<{struct}> read_{snake(name)}(const JsonValue& value);\n")
        counts = ""
        low, high = schema.get("minProperties", 0), schema.get("maxProperties", len(properties))
        if low > 0 or high < len(properties):
            span = f"exactly {low}" if low == high else f"{low} to {high}"
            counts = f"""
  if (value.size() < {low} || value.size() > {high}) {{
    return value.error(ErrorCode::kInvalid, {quoted(f"expected {span} of the members " + ", ".join(properties))});
  }}"""
        only = "" if self.lenient else f"""
  TRY_VOID(value.only({{{", ".join(quoted(m) for m in properties)}}}));"""
        body = "\n".join(reads)
        self.readers.append(f"""Result<{struct}> read_{snake(name)}(const JsonValue& value) {{
  TRY_VOID(value.expect(JsonValue::Kind::kObject));{only}{counts}
  {struct} out;
{body}
  return out;
}}
""")
        return Type(struct, f"read_{snake(name)}({{}})", schema, where)

    def literal(self, inner, default):
        if isinstance(default, bool):
            return "true" if default else "false"
        if isinstance(default, int):
            return str(default)
        if "enum" in inner.schema:
            if default not in inner.schema["enum"]:
                raise Refusal(f"{inner.where}: the default '{default}' is not in the enum")
            return f"{inner.cpp}::k{pascal(default)}"
        if inner.cpp == "std::string" and isinstance(default, str):
            return quoted(default)
        raise Refusal(f"{inner.where}: a default of this type is not supported")

    def helper(self, name, text):
        """A reader that only the generated file sees. The same name must have the same text."""
        for existing_name, existing in self.order:
            if existing_name == name:
                if existing != text:
                    raise Refusal(f"two schemas would give the function {name} different bodies: rename one")
                return
        self.order.append((name, text))
        self.readers.append("static " + text)

    # --- operations ------------------------------------------------------------------------------------------------

    def operations(self):
        out = []
        seen = set()
        for path, item in self.document.get("paths", {}).items():
            for key in item:
                if key not in METHODS and key != "parameters" and key not in DOCUMENTATION:
                    raise Refusal(f"paths.{path}: '{key}' is not supported")
            shared = item.get("parameters", [])
            for method in METHODS:
                if method not in item:
                    continue
                operation = item[method]
                where = f"paths.{path}.{method}"
                check_keys(operation, {"operationId", "summary", "tags", "parameters", "requestBody", "responses",
                                       "security", "x-scope", "x-raw", "x-body"}, where)
                name = operation.get("operationId")
                if not name:
                    raise Refusal(f"{where}: no operationId")
                if name in seen:
                    raise Refusal(f"{where}: operationId {name} stands twice")
                seen.add(name)
                if "x-scope" not in operation:
                    raise Refusal(f"{where}: no x-scope; write x-scope: open for what needs no token")
                if (operation["x-scope"] == "open") != (operation.get("security") == []):
                    raise Refusal(f"{where}: x-scope: open and security: [] belong together")
                if not operation.get("responses"):
                    raise Refusal(f"{where}: no responses")
                if operation.get("x-raw") is True:  # Described, but served by a face of its own.
                    continue
                out.append(self.operation(name, method, path, operation, shared, where))
        return out

    def operation(self, name, method, path, operation, shared, where):
        placeholders = re.findall(r"\{(\w+)\}", path)
        fields, reads, query_names, path_names = [], [], [], []
        for parameter in shared + operation.get("parameters", []):
            if "$ref" in parameter:
                parameter = self.parameters[parameter["$ref"].rsplit("/", 1)[1]]
            check_keys(parameter, {"name", "in", "required", "schema"}, f"{where}.parameters")
            member, place = parameter["name"], parameter["in"]
            if place == "header":  # Documented; the faces read headers.
                continue
            inner = self.parameter_type(f"{name}_{member}", parameter["schema"], f"{where}.{member}")
            field = snake(member)
            if place == "path":
                path_names.append(member)
                fields.append(f"{comment(parameter, '  ')}  {inner.cpp} {field}{'{}' if inner.cpp.startswith('std::int') else ''};")
                reads.append(f"  out.{field} = TRY({inner.reader.format(f'request.path_parameter({quoted(member)})', quoted(member))});")
            elif place == "query":
                query_names.append(member)
                default = inner.schema.get("default")
                cpp = f"std::optional<{inner.cpp}> {field};" if default is None else \
                    f"{inner.cpp} {field} = {self.literal(inner, default)};"
                fields.append(f"{comment(parameter, '  ')}  {cpp}")
                reads.append(f"  if (const auto text = TRY(request.query_parameter({quoted(member)}))) {{\n"
                             f"    out.{field} = TRY({inner.reader.format('*text', quoted(member))});\n  }}")
            else:
                raise Refusal(f"{where}: a parameter in '{place}' is not supported")
        if sorted(path_names) != sorted(placeholders):
            raise Refusal(f"{where}: path parameters {sorted(path_names)} do not fit the template's {sorted(placeholders)}")
        if "requestBody" in operation:
            body = operation["requestBody"]
            check_keys(body, {"required", "content"}, f"{where}.requestBody")
            if operation.get("x-body", "text") not in ("text", "bytes"):
                raise Refusal(f"{where}: x-body may be text or bytes, and nothing else")
            media = "application/octet-stream" if operation.get("x-body") == "bytes" else "application/json"
            if list(body["content"]) != [media] or body.get("required") is not True:
                raise Refusal(f"{where}: a request body is required and {media}")
            reference = body["content"][media]["schema"]
        elif "x-body" in operation:
            raise Refusal(f"{where}: x-body without a requestBody")
        if operation.get("x-body") == "text":
            fields.append("  std::string body;  ///< As it was sent.")
            reads.append("  out.body = TRY(json_text(request));")
        elif operation.get("x-body") == "bytes":
            fields.append("  std::string body;  ///< As it was sent.")
            reads.append("  out.body = TRY(bytes_of(request));")
        elif "requestBody" in operation:
            inner = self.named(reference.get("$ref", "inline"), f"{where}.requestBody")
            fields.append(f"  {inner.cpp} body;")
            reader = "JsonDocument::parse(request.body())" if self.lenient else "read_json_body(request)"
            reads.append(f"  const JsonDocument document = TRY({reader});")
            reads.append(f"  out.body = TRY({inner.reader.format('document.root()')});")
        struct = pascal(name) + "Request"
        return {"name": name, "method": method, "path": path, "scope": operation["x-scope"], "struct": struct,
                "fields": fields, "reads": reads, "query": query_names, "summary": operation.get("summary", ""),
                "has_body": "requestBody" in operation}

    def parameter_type(self, name, schema, where):
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        kind = schema.get("type")
        if kind == "integer":
            check_keys(schema, {"type", "minimum", "maximum", "default"}, where)
            return Type("std::int64_t", f"parse_integer_parameter({{}}, {{}}, {schema.get('minimum', -INTEGER_MAX)}, "
                        f"{schema.get('maximum', INTEGER_MAX)})", schema, where)
        if kind == "string" and "x-cpp-type" in schema:
            return Type(schema["x-cpp-type"], f"parse_id_parameter<{schema['x-cpp-type']}>({{}}, {{}})", schema, where)
        if kind == "string" and "maxLength" in schema:
            check_keys(schema, {"type", "minLength", "maxLength"}, where)
            return Type("std::string", f"parse_text_parameter({{}}, {{}}, {schema.get('minLength', 0)}, "
                        f"{schema['maxLength']})", schema, where)
        raise Refusal(f"{where}: a parameter of this type is not supported")

    # --- files -----------------------------------------------------------------------------------------------------

    def schemas_h(self):
        for name in self.schemas:
            self.named(f"#/components/schemas/{name}", "components.schemas")
        return f"""// Generated from the OpenAPI file by cmake/openapi_gen.py. Do not edit: change the OpenAPI file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json_in.h"
#include "base/result.h"

namespace {self.namespace} {{

{chr(10).join(self.declarations)}
}}  // namespace {self.namespace}
"""

    def schemas_cc(self):
        return f"""// Generated from the OpenAPI file by cmake/openapi_gen.py. Do not edit: change the OpenAPI file.
#include "{self.include}/schemas.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace {self.namespace} {{
namespace {{

[[maybe_unused]] Result<double> read_number(const JsonValue& value, double min, double max) {{
  const double number = TRY(value.number());
  if (number < min) return value.error(ErrorCode::kInvalid, "expected at least " + std::to_string(min));
  if (number > max) return value.error(ErrorCode::kInvalid, "expected at most " + std::to_string(max));
  return number;
}}

template <class IdType>
[[maybe_unused]] Result<IdType> read_id(const JsonValue& value) {{
  auto id = IdType::parse(TRY(value.string()));
  if (!id) return value.error(id.error().code, std::move(id.error().message));
  return std::move(*id);
}}

}}  // namespace

{chr(10).join(self.readers)}
}}  // namespace {self.namespace}
"""

    def operations_h(self, operations):
        structs = []
        for o in operations:
            fields = "\n".join(o["fields"])
            structs.append(f"""/// {o['method'].upper()} {o['path']}
{comment({'description': o['summary']})}struct {o['struct']} {{
{fields}
}};
[[nodiscard]] Result<{o['struct']}> parse_{snake(o['name'])}(const RequestSource& request);
""")
        constants = ",\n  ".join(f"k{pascal(o['name'])}" for o in operations)
        cases = []
        for o in operations:
            cases.append(f"""    case Operation::k{pascal(o['name'])}: {{
      auto parsed = parse_{snake(o['name'])}(request);
      if (!parsed) return handlers.refuse(context, std::move(parsed.error()));
      return handlers.{snake(o['name'])}(context, std::move(*parsed));
    }}""")
        return f"""// Generated from the OpenAPI file by cmake/openapi_gen.py. Do not edit: change the OpenAPI file.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "{self.include}/schemas.h"
#include "node/request_source.h"

namespace {self.namespace} {{

enum class Operation : std::uint8_t {{
  {constants}
}};

/// One row a path and method: what a router and an authoriser need.
struct OperationInfo {{
  Operation operation;
  std::string_view id;
  std::string_view method;  ///< `GET`, `PUT`, ...
  std::string_view path;    ///< Template, as in `/v1/zones/{{id}}`.
  std::string_view scope;   ///< What a token must allow; `open` for none.
}};
[[nodiscard]] const std::array<OperationInfo, {len(operations)}>& operations();

{chr(10).join(structs)}
/// Parses the request of `operation` and calls the handler of that name, or `refuse` with what is wrong with it.
/// An operation without a handler does not compile.
template <class Handlers, class Context>
void dispatch(Operation operation, Handlers& handlers, Context& context, const RequestSource& request) {{
  switch (operation) {{
{chr(10).join(cases)}
  }}
}}

}}  // namespace {self.namespace}
"""

    def operations_cc(self, operations):
        rows = ",\n    ".join(
            f"OperationInfo{{Operation::k{pascal(o['name'])}, {quoted(o['name'])}, {quoted(o['method'].upper())}, "
            f"{quoted(o['path'])}, {quoted(o['scope'])}}}" for o in operations)
        parsers = []
        for o in operations:
            names = ", ".join(quoted(q) for q in o["query"])
            checks = "" if self.lenient else f"  TRY_VOID(request.only_query_parameters({{{names}}}));\n"
            checks += "" if self.lenient or o["has_body"] else "  TRY_VOID(expect_no_body(request));\n"
            parsers.append(f"""Result<{o['struct']}> parse_{snake(o['name'])}([[maybe_unused]] const RequestSource& request) {{
{checks}  {o['struct']} out;
{chr(10).join(o['reads'])}
  return out;
}}
""")
        return f"""// Generated from the OpenAPI file by cmake/openapi_gen.py. Do not edit: change the OpenAPI file.
#include "{self.include}/operations.h"

#include <utility>

namespace {self.namespace} {{
namespace {{

constexpr std::array<OperationInfo, {len(operations)}> kOperations{{
    {rows}}};

}}  // namespace

const std::array<OperationInfo, {len(operations)}>& operations() {{ return kOperations; }}

{chr(10).join(parsers)}
}}  // namespace {self.namespace}
"""


def comment(schema, indent=""):
    text = " ".join(str(schema.get("description", "")).split())
    if not text:
        return ""
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > 105:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    return "".join(f"{indent}/// {l}\n" for l in lines)


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--include", required=True, help="folder name used in #include lines")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    try:
        document = yaml.load(arguments.file.read_text(), Loader=UniqueKeyLoader)
        if not str(document.get("openapi", "")).startswith("3.1."):
            raise Refusal("this is not an OpenAPI 3.1 file")
        generator = Generator(document, arguments.namespace, arguments.include)
        header = generator.schemas_h()
        operations = generator.operations()
        arguments.out.mkdir(parents=True, exist_ok=True)
        write_if_changed(arguments.out / "schemas.h", header)
        write_if_changed(arguments.out / "schemas.cc", generator.schemas_cc())
        write_if_changed(arguments.out / "operations.h", generator.operations_h(operations))
        write_if_changed(arguments.out / "operations.cc", generator.operations_cc(operations))
    except (Refusal, yaml.YAMLError) as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
