"""Phrases that readers stumble over stay out of code and documents."""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.local.repository import tracked
from tests.rules import REPOSITORY, assert_none

# Generated files, locked versions, texts of the past, and this list.
LEFT_OUT = re.compile(
    r"(^|/)(src/gen/.*|[^/]*\.gen\.tsx?|openapi\.json|[^/]*\.lock|package-lock\.json|CHANGELOG\.md|common_passwords\.txt"
    r"|test_wording\.py)$"
)

# Each phrase with what to write instead. Case is ignored, and `at_once` counts as `at once`.
PHRASES = {
    r"\banew\b": "again",
    r"\bat once\b": "immediately, or concurrently",
    r"\bfor ever\b": "forever",
    r"\bgo(es)? on\b": "continue(s)",
    r"\bserves on\b": "keeps serving",
    r"\bwhat is more\b": "also",
    r"(?-i:\bmeanwhile\b)": "in the meantime, or say when; only `Meanwhile,` starts a sentence",
    r"\bwh(o|om)ever\b": "a user who, or the one who",
    r"\bwho asks\b|\basker\b": "the client, or the user",
    r"\b(he|his|him|himself|herself)\b": "they, their, them, themselves",
    r"\b(is|are|was|were|be|been) told\b": "is notified, is shown, or say what the program does",
    r"\btells (whether|of)\b": "returns whether, or reports",
    r"\b(users'|dashboard's|client's|every|each) doors?\b": "endpoint",
    r"\b(nobody'?s|none of [\w' ]{1,30}) business\b": "say which access is refused",
    r"(?<!\bthere )\bis no (?!longer|such|more|less|different|better|worse|other)\w+": "is not a",
}


def text_files() -> Iterator[tuple[str, str]]:
    """The names and texts of the files that git tracks or would add."""
    for name in tracked(REPOSITORY):
        if not LEFT_OUT.search(name) and b"\0" not in (content := (REPOSITORY / name).read_bytes()):
            yield name, content.decode("utf-8", errors="replace")


def stumbling_blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, phrase and suggestion."""
    for number, line in enumerate(text.splitlines(), start=1):
        for phrase, suggestion in PHRASES.items():
            for match in re.finditer(phrase, line.replace("_", " "), re.IGNORECASE):
                yield number, match[0], suggestion


def test_texts_have_no_banned_phrases() -> None:
    texts = dict(text_files())
    assert len(texts) > 50
    assert_none(
        f"{name}:{line}: {phrase} -> {suggestion}"
        for name, text in texts.items()
        for line, phrase, suggestion in stumbling_blocks(text)
    )


BANNED = """\
The client asks anew.
def test_two_logins_at_once_succeed() -> None:
No request waits for ever.
The API goes on for a while, and the stack can go on.
What served before serves on.
What is more, it is fast.
The row was changed meanwhile.
Whoever adds one has thought about it.
404, so that the asker learns nothing. Who asks twice is refused.
A user sees his own rows, chosen by himself.
The owners are told, and the user is told so.
It tells whether the job has ended.
The users' door is open. Every door refuses it.
Its existence is none of the asker's business.
This file is no picture.
"""
ALLOWED = """\
Meanwhile, the worker retries the job.
There is no backup yet, and the old one is no longer used.
There is no such user. It is not a picture.
The other one shows this, and each goes only one way.
"""


def test_each_banned_phrase_is_found() -> None:
    found = {(line, phrase) for line, phrase, _ in stumbling_blocks(BANNED)}
    assert {line for line, _ in found} == set(range(1, len(BANNED.splitlines()) + 1))
    for phrase in PHRASES:
        assert re.search(phrase, BANNED.replace("_", " "), re.IGNORECASE), phrase
    assert list(stumbling_blocks(ALLOWED)) == []


def test_generated_files_are_left_out() -> None:
    left_out = ["frontend/packages/sdk/src/gen/sdk.gen.ts", "backend/uv.lock", "frontend/src/routeTree.gen.ts"]
    checked = ["backend/app/main.py", "README.md", "frontend/src/lib/zod.ts", "docs/generated.md"]
    assert [name for name in (*left_out, *checked) if not LEFT_OUT.search(name)] == checked
    assert Path(__file__).name == "test_wording.py"
