"""Answers requests for aider's repo map, one JSON object a line, with the file and identifier mentions that aider itself would
take from the text. Tokens are counted by whoever asks: a line {"count": text} is answered with a number.

    {"root": folder, "files": [path], "text": task, "tokens": most} -> {"map": text}
"""
import json
import os
import sys

from aider.coders.base_coder import Coder
from aider.repomap import RepoMap


def ask(value):
    print(json.dumps(value), flush=True)
    return json.loads(sys.stdin.readline())


class Counter:
    def token_count(self, text):
        return ask({"count": text})


class Quiet:
    def tool_output(self, *_args, **_kwargs):
        pass

    tool_error = tool_warning = tool_output

    def read_text(self, name):
        try:
            with open(name, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeError):
            return None


class Mentions(Coder):
    """Just as much of a coder as reads mentions out of a text."""

    def __init__(self, root, files):
        self.root, self.files = root, files
        self.abs_fnames, self.abs_read_only_fnames = set(), set()

    def get_all_relative_files(self):
        return self.files

    get_addable_relative_files = get_all_relative_files


maps = {}
for line in sys.stdin:
    request = json.loads(line)
    root, text = request["root"], request["text"]
    if root not in maps:
        maps[root] = RepoMap(map_tokens=request["tokens"], root=root, main_model=Counter(), io=Quiet())
    coder = Mentions(root, set(request["files"]))
    idents = coder.get_ident_mentions(text)
    names = coder.get_file_mentions(text) | coder.get_ident_filename_matches(idents)
    every = [os.path.join(root, path) for path in request["files"]]
    found = maps[root].get_repo_map(set(), every, names, idents) or maps[root].get_repo_map(set(), every)
    print(json.dumps({"map": found or ""}), flush=True)
