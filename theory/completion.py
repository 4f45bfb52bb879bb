"""Completion of every command's words in your shell, bash or zsh.

    python -m theory.completion bash
    python -m theory.completion zsh

Put `eval "$(python -m theory.completion bash)"` into `~/.bashrc`, or with zsh into
`~/.zshrc`: then a tab completes commands, options and the names that options take,
after `sharpness` and after `python -m`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType
from typing import Annotated, Literal

import tyro

import landscapes
from theory import claims, console, listing, methods
from theory.options import OWN, options

PREFIX = __package__.removesuffix("theory")  # of our packages, where they lie in one
SCRIPT = """\
_sharpness() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local at=1 i words=""
  case "${{COMP_WORDS[0]##*/}}" in
    python*)
      at=0
      for ((i = 1; i < COMP_CWORD; i++)); do
        if [ "${{COMP_WORDS[i]}}" = -m ]; then at=$((i + 1)); break; fi
      done
      if ((at == 0)); then return; fi ;;
  esac
  if ((COMP_CWORD == at)); then
    words="{modules}"
    if ((at == 1)); then words="$words completion"; fi
  else
    case "${{COMP_WORDS[at]}}" in
{options}
    esac
    case "$before" in
{values}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _sharpness sharpness python python3
"""
ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"


@dataclass
class Options:
    """Prints what lets your shell complete commands, options and names."""

    shell: Annotated[
        Literal["bash", "zsh"],
        tyro.conf.Positional,
        tyro.conf.arg(help="whose completion"),
    ]


def script(shell: str) -> str:
    """What the shell is to evaluate.

    Args:
        shell: `bash` or `zsh`.
    """
    modules = [c.module for c in listing.commands() if _ours(c.module)]
    found = {module: words(module) for module in modules}
    values = {"--methods|--method": methods.specs(), "--landscape": landscapes.names()}
    every = (option for module in modules for option in options(config(module)))
    values |= {o.word: [*o.choices] for o in every if o.choices and not o.positional}
    text = SCRIPT.format(
        modules=" ".join(found),
        options=_cases(found),
        values=_cases(values),
    )
    return ZSH * (shell == "zsh") + text


def _ours(module: str) -> bool:
    """Whether it belongs to an installation; benchmarks do not, and load much."""
    return not module.startswith("benchmarks")


def _cases(words: dict[str, list[str]]) -> str:
    lines = (f'      {name}) words="{" ".join(w)}" ;;' for name, w in words.items())
    return "\n".join(lines)


def _loaded(module: str) -> ModuleType:
    folder = listing.ROOT.joinpath(*module.split("."))
    return importlib.import_module(f"{PREFIX}{module}{'.__main__' * folder.is_dir()}")


def config(module: str) -> type:
    """The dataclass of a command's options."""
    loaded = _loaded(module)
    return getattr(loaded, "Options", None) or loaded.Config


def words(module: str) -> list[str]:
    """What may stand after a command: its options, and names that are known."""
    own = [o.word for o in options(config(module)) if not o.positional]
    names = listing.names(module) if module in listing.FOLDERS else []
    if module == "theory":
        names = [*names, *claims.names()]
    return [*own, *OWN[:1], *names, *getattr(_loaded(module), "NAMES", ())]


def work(asked: Options) -> None:
    """Prints the script."""
    print(script(asked.shell), end="")


if __name__ == "__main__":
    console.main(Options, work, "theory.completion")
