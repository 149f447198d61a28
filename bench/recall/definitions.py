"""Prints what Python's own parser says that the source on stdin defines: [{"name", "start", "end"}], outer before inner."""
import ast
import json
import sys


def definitions(node, prefix):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([child.lineno] + [one.lineno for one in child.decorator_list])
            name = f"{prefix}{child.name}"
            yield {"name": name, "start": first, "end": child.end_lineno}
            yield from definitions(child, f"{name}.")
        else:
            yield from definitions(child, prefix)


found = list(definitions(ast.parse(sys.stdin.read()), ""))
print(json.dumps(sorted(found, key=lambda one: (one["start"], -one["end"]))))
