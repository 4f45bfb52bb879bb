"""Peer: an optimizer of somebody, and how it is made and stepped."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from theory.conformance.guess import expression
from theory.method import Method
from theory.methods import make


@dataclass(frozen=True)
class Peer:
    """An optimizer to be judged.

    Args:
        target: `PACKAGE:CLASS`.
        method: what it claims to be, by command-line name.
        form: of its step, out of `forms.FORMS`.
        build: an expression that makes it, of `model`, `rho`, `Base` (a torch optimizer
            class) and `options` (those of the base, `lr` among them); empty: guessed.
        values: the method's hyperparameters that the expression sets, or leaves at the
            peer's own defaults.
        imports: lines that the expression needs beside the class.
        step: source of a function `step(optimizer, loss)`, where no form suits.
        lr: the learning rate of its steps, where it has no say.
        base: whether it has a base optimizer, or a rate, that can be chosen.
        epsilon: that it adds to a norm by its own documentation.
        documented: checks it need not pass, as its documentation says otherwise: what.
        note: on what was chosen, for the page.
    """

    target: str
    method: str = "sam"
    form: str = "closure"
    build: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    step: str = ""
    lr: float = 0.1
    base: bool = True
    epsilon: float = 1e-12
    documented: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def package(self) -> str:
        """The name it is imported by."""
        return self.target.partition(":")[0]

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.target.partition(":")[2]

    @property
    def allowed(self) -> float:
        """Of a deviation from the definition: 100 epsilons, at least 1e-10.

        On these problems a gradient is .1 to 3 long and curvature at most 4, so that an
        epsilon in the norm's denominator moves a step by less than 100 of it; rounding
        alone stays below 1e-13, and a norm in single precision lies at 1e-9 to 1e-7.
        """
        return max(1e-10, 100 * self.epsilon)

    @cached_property
    def defined(self) -> Method:
        """The method's definition.

        Raises:
            ValueError: there is none of this name, or it lacks a hyperparameter.
        """
        method = make(self.method, **self.values)
        for name in self.values:
            if method.get(name, None) is None:
                raise ValueError(f"`{self.method}` has no hyperparameter `{name}`.")
        return method

    @cached_property
    def found(self) -> type:
        """The class.

        Raises:
            ValueError: the package is not installed, or has no such class.
        """
        if not (self.package and self.name):
            raise ValueError(f"a target is PACKAGE:CLASS, got `{self.target}`.")
        try:
            module = importlib.import_module(self.package)
        except ImportError as error:
            raise ValueError(f"`{self.package}` is not installed: {error}.") from None
        found = getattr(module, self.name, None)
        if not inspect.isclass(found):
            raise ValueError(f"`{self.package}` has no class `{self.name}`.")
        return found

    @cached_property
    def distribution(self) -> str:
        """What was installed to have it, or else its package."""
        top = self.package.partition(".")[0]
        names = importlib.metadata.packages_distributions().get(top, ())
        return next(iter(names), self.package)

    @property
    def version(self) -> str:
        """Of the distribution; empty where there is none."""
        try:
            return importlib.metadata.version(self.distribution)
        except importlib.metadata.PackageNotFoundError:
            return ""

    @property
    def expression(self) -> str:
        """How it is made: as given, or guessed from the class's signature."""
        if self.build:
            return self.build
        return expression(self.name, list(inspect.signature(self.found).parameters))

    @property
    def head(self) -> list[str]:
        """Import lines of a script, for the expression."""
        lines = ["from torch.optim import SGD", *self.imports]
        return [*lines, f"from {self.package} import {self.name}"]

    @property
    def builder(self) -> str:
        """Source of the function that makes it."""
        head = "def build(model, rho, Base=SGD, **options):"
        return f"{head}\n    return {self.expression}\n"

    @cached_property
    def made(self) -> Callable:
        """The function that makes it."""
        return _run("\n".join([*self.head, self.builder]))["build"]

    @cached_property
    def stepped(self) -> Callable:
        """The function that takes its step."""
        from theory.conformance.forms import FORMS

        if self.step:
            return _run("import torch\n" + self.step)["step"]
        return FORMS[self.form]


def _run(source: str) -> dict[str, Any]:
    """The names that a source defines.

    Raises:
        ValueError: it does not compile, or an import fails.
    """
    names: dict[str, Any] = {}
    try:
        exec(source, names)
    except (SyntaxError, ImportError) as error:
        raise ValueError(f"cannot make the optimizer: {error}.") from None
    return names
