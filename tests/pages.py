"""Blocks of pages run as they stand there: the shell in bash, our commands in this process.

A process of its own for every command would import Keras again, which takes longer than most
commands do. That commands run by themselves is shown by the README, whose do.
"""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import BinaryIO
from unittest import mock

from astro_dl.cli.main import main

DOCS = Path(__file__).parent.parent / "docs"
COMMAND = r"""
astro-dl() {
  { printf '%s\0' "$#" "$@"; env -0; printf '\0'; } >&"$ASKED"
  local code size
  read -r code size <&"$TOLD"
  head -c "$size" <&"$TOLD"
  return "$code"
}
"""
"""A function of the shell that has this process run what it is called with, and ends as that."""


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a page in a language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def run_commands(folder: Path, page: str) -> None:
    """Run all that a page has a shell do, one block after the other."""
    run_shell(folder, whole(page, "(?:sh|bash)"))


def run_program(folder: Path, page: str) -> None:
    """Run all Python of a page as one program."""
    run_python(folder, whole(page, "python"))


def whole(page: str, language: str) -> str:
    """Return all blocks of a page in a language as one; it must have some."""
    found = blocks(page, language)
    assert found, f"{page} shows no {language}"
    return "\n".join(found)


def run_shell(folder: Path, text: str) -> None:
    """Run lines of a shell in a folder; the first that fails ends them, and the test."""
    asked, ask = os.pipe()
    told, tell = os.pipe()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ASKED": str(ask),
        "TOLD": str(told),
    }
    words = ["bash", "-euo", "pipefail", "-c", COMMAND + text]
    with os.fdopen(asked, "rb") as questions, os.fdopen(tell, "wb") as answers:
        shell = subprocess.Popen(words, cwd=folder, env=environment, pass_fds=(ask, told))
        os.close(ask)
        os.close(told)
        for command, variables in asked_for(questions):
            code, output = run_command(command, variables)
            answers.write(f"{code} {len(output)}\n".encode() + output)
            answers.flush()
    assert shell.wait() == 0, text


def asked_for(questions: BinaryIO) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Yield the words and the environment of every command that a shell asks for."""
    parts = texts(questions)
    for count in parts:
        words = [next(parts) for _ in range(int(count))]
        yield words, dict(part.split("=", 1) for part in iter(parts.__next__, ""))


def texts(file: BinaryIO) -> Iterator[str]:
    """Yield texts that each end with a zero byte, as they come."""
    text = b""
    while byte := file.read(1):
        if byte == b"\0":
            yield text.decode()
            text = b""
        else:
            text += byte


def run_command(words: list[str], variables: dict[str, str]) -> tuple[int, bytes]:
    """Return the exit code of a command of ours, and what it prints."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with (
        chdir(variables["PWD"]),
        mock.patch.dict(os.environ, variables, clear=True),
        redirect_stdout(output),
    ):
        code = main(words)
    return code, output.buffer.getvalue()


def run_python(folder: Path, text: str) -> None:
    """Run a program of a page in a folder."""
    with chdir(folder):
        exec(compile(text, "page", "exec"), {"__name__": "page"})
