"""Expression: a formula or a condition that somebody typed.

`formula("1 - eta*mu/3")(eta=Fraction(1, 10), mu=2)` is 14/15 exactly, and
`condition("mu < 1 and eta <= 2/beta")` has a truth value. Nothing but what
`theory.lemmas.grammar` lists is read, and no code is run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from theory.lemmas import grammar
from theory.lemmas.arithmetic import arithmetic


@dataclass(frozen=True)
class Expression:
    """A formula or a condition.

    Args:
        text: as it was typed.
        tree: of its operations, as `theory.lemmas.arithmetic` takes it.
    """

    text: str
    tree: Any = field(repr=False)

    @property
    def names(self) -> frozenset[str]:
        """Of eta, rho, mu, beta and kappa, those in it."""
        return frozenset(grammar.NAMES).intersection(re.findall("[a-z]+", self.text))

    def __call__(self, **values: Any) -> Any:
        """Its value: a Fraction if all values are ints or Fractions, else of floats.

        What is not finite is undefined. Arrays broadcast; where they are undefined, a
        formula is NaN, and neither a comparison nor its opposite holds.

        Raises:
            ValueError: a name has no value, or the result for scalars is undefined.
        """
        text, names = grammar.quoted(self.text), sorted(self.names)
        if missing := ", ".join(name for name in names if name not in values):
            raise ValueError(f"{text} needs a value of {missing}.")
        kind = arithmetic(values.values())
        try:
            with kind.quiet():
                return kind.value(self.tree, values)
        except (ArithmeticError, ValueError):
            at = ", ".join(f"{name} = {values[name]}" for name in names)
            where = f" at {at}" if at else ""
            raise ValueError(f"{text} is undefined{where}.") from None


def formula(text: str) -> Expression:
    """Reads a number.

    Raises:
        ValueError: in one line, what is refused and what is allowed.
    """
    return Expression(text.strip(), grammar.formula(text.strip()))


def condition(text: str) -> Expression:
    """Reads a truth value.

    Raises:
        ValueError: in one line, what is refused and what is allowed.
    """
    return Expression(text.strip(), grammar.condition(text.strip()))
