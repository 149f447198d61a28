"""Runs aider's own matcher over a file of edits and prints one outcome a line: {"content": ...} or {"error": ...}.

    python bench/edits-aider.py FILE

Blocks and diffs go through aider's readers first; a find-replace pair goes in as the two halves of a block. Windows line
ends are taken off before and given back after, so that only the matching is judged.
"""
import json
import sys

from aider.coders import editblock_coder as blocks
from aider.coders import udiff_coder as diffs


def block_replaced(content, name, old, new):
    """One pair, as EditBlockCoder makes it in a file that exists."""
    old = blocks.strip_quoted_wrapping(old, name)
    new = blocks.strip_quoted_wrapping(new, name)
    if not old.strip():
        return content + new
    return blocks.replace_most_similar_chunk(content, old, new)


def changed(case, content):
    """The content after all edits of a case; None where one of them finds no place."""
    edit, name = case["edit"], case["file"]
    if case["format"] == "unified-diff":
        hunks = [diffs.normalize_hunk(hunk) for _, hunk in diffs.find_diffs(edit["raw"])]
        for hunk in filter(None, hunks):
            content = diffs.apply_hunk(content, hunk)
            if not content:
                return None
        return content
    pairs = [(name, edit["old"], edit["new"])] if case["format"] == "find-replace" else None
    for _, old, new in pairs or blocks.find_original_update_blocks(edit["raw"], valid_fnames=[name]):
        content = block_replaced(content, name, old, new)
        if not content:
            return None
    return content


def outcome(case):
    content = case["content"].replace("\r\n", "\n")
    try:
        after = changed(case, content)
    except (ValueError, diffs.SearchTextNotUnique) as error:
        return {"error": type(error).__name__}
    if after is None or after == content:
        return {"error": "not-found"}
    return {"content": after.replace("\n", "\r\n") if "\r\n" in case["content"] else after}


with open(sys.argv[1], encoding="utf-8") as cases:
    for line in cases:
        if line.strip():
            print(json.dumps(outcome(json.loads(line))))
