"""What a proof is about: a bound on every step of a method, for every f of a class."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.gram.box import Box
from theory.gram.dual import Dual, dual
from theory.gram.polynomial import as_polynomial, variable
from theory.gram.programme import MEASURES, RISE, Programme, programme
from theory.gram.region import Region, span
from theory.gram.trace import Parameter
from theory.method import Method
from theory.methods import make
from theory.proving.rational import Range, between

# What the descent lemma tells more than descent: that gradients tend to 0.
CONVERGENCE = "convergence"
MEASURED = (*MEASURES, CONVERGENCE)


@dataclass(frozen=True)
class Statement:
    r"""After a step a distance, or a height, is at most `factor` times what it was.

    For all learning rates and radii of two ranges, and for every f, in any dimension,
    such that $f - \frac\mu2\|x\|^2$ and $\frac\beta2\|x\|^2 - f$ are convex. What is
    measured is that of `theory.certify.worst_case`.

    Args:
        method: by its command-line name.
        hyperparameters: other than rho.
        mu: least curvature, < beta.
        beta: largest curvature, > 0.
        eta: least and largest learning rate, > 0.
        rho: least and largest radius; None if the method has none.
        measure: `distance`, `pair`, `descent` or `convergence`.
        factor: a ratio, not squared; of `convergence` see `lemma`.
        radius: R of methods with normalised ascent, which have no scale of their own.

    Raises:
        ValueError: a number is out of range, or no programme expresses the statement.
    """

    method: str
    hyperparameters: dict[str, Fraction]
    mu: Fraction
    beta: Fraction
    eta: Range
    rho: Range | None
    measure: str
    factor: Fraction
    radius: Fraction | None = None

    def __post_init__(self) -> None:
        """Refuses what is no statement."""
        self._check_numbers()
        rules = {
            f"a class has mu < beta and beta > 0, got {self.mu} and {self.beta}": (
                self.mu < self.beta and self.beta > 0
            ),
            f"eta takes 0 < low <= high, got {between(self.eta)}": (
                0 < self.eta[0] <= self.eta[1]
            ),
            f"rho takes 0 <= low <= high, got {between(self.rho)}": (
                self.rho is None or 0 <= self.rho[0] <= self.rho[1]
            ),
            f"measure is one of {', '.join(MEASURED)}, got `{self.measure}`": (
                self.measure in MEASURED
            ),
            f"for mu < 0 the measure is descent, got {self.measure}": (
                self.mu >= 0 or self.measure in ("descent", CONVERGENCE)
            ),
            f"a factor is a ratio > 0, got {self.factor}": (
                self.mu < 0 or self.measure == CONVERGENCE or self.factor > 0
            ),
            f"a factor of {CONVERGENCE} is < 0, got {self.factor}": (
                self.measure != CONVERGENCE or self.factor < 0
            ),
            f"a radius is > 0, got {self.radius}": (
                self.radius is None or self.radius > 0
            ),
        }
        for rule, kept in rules.items():
            if not kept:
                raise ValueError(f"{rule}.")
        self._check_names()
        self.bound(self.etas[0])

    @property
    def lemma(self) -> bool:
        r"""Whether the descent lemma stands for the rise of f, which is not convex.

        It does in `convergence`: a rise of at most $-\epsilon\|g\|^2$ at the largest
        eta (the factor is $-\epsilon < 0$) is one of at most that times eta over the
        largest below it. These sum up, so $\nabla f(w_t) \to 0$ if f is bounded below.
        """
        return self.measure == CONVERGENCE or (self.mu < 0 and self.factor == 0)

    @property
    def etas(self) -> tuple[Fraction | None, ...]:
        r"""The learning rates at which the bound is to be proved.

        d does not depend on eta, so the distance after a step, and for convex f the
        value, is convex in eta: a bound at both ends of the range holds between them.
        At eta = 0 nothing moves, and a factor of 1 or more holds: then the upper end
        is enough. It is, too, for what the descent lemma bounds the rise of any f by,
        $\frac\beta2\eta^2\|d\|^2 - \eta\langle g, d\rangle$, which grows with eta but
        for the factor eta. Other rises, for mu < 0, have no such rule, and eta is swept
        (None).
        """
        if self.mu < 0 and not self.lemma:
            return (None,)
        enough = self.lemma or self.factor >= 1 or self.eta[0] == self.eta[1]
        return self.eta[enough:]

    def made(self, rho: Any) -> Method:
        """The method at a radius (None: it has none)."""
        values = {} if rho is None else {"rho": rho}
        return make(self.method).having(**self.hyperparameters, **values)

    def programme(self, eta: Fraction | None) -> tuple[Programme, Box]:
        """The programme at one of `etas`, and the ranges that are swept."""
        ranges = {"rho": self.rho, "eta": (eta, eta) if eta else self.eta}
        swept = {n: ends for n, ends in ranges.items() if ends and ends[0] < ends[1]}
        values = {
            name: variable(name) if name in swept else ends and ends[0]
            for name, ends in ranges.items()
        }
        method, star = self.made(values["rho"]), self.mu >= 0 and not self.lemma
        measure = RISE if self.lemma else self.measure
        made = programme(method, self.mu, self.beta, values["eta"], measure, star=star)
        self._check(method, made)
        return made, swept

    def bound(self, eta: Fraction | None) -> tuple[Dual, Region]:
        """What is to be proved at one of `etas`, and for which parameters."""
        made, hull = self.programme(eta)
        for parameter in made.parameters:
            hull[parameter.name] = self._interval(parameter, hull)
        descent = self.measure == "descent"
        goal = self.factor if descent else self.factor**2
        most = (self.radius or 1) ** 2 * (self.beta / 2 if descent else 1)
        ratios = tuple(p for p in made.parameters if p.ascent is not None)
        region = Region(hull, ratios, self.mu, self.beta)
        return dual(made, goal, tuple(hull), most), region

    def _interval(self, parameter: Parameter, hull: Box) -> Range:
        r"""Of a norm $\|g\| \le \beta R$; of a ratio by T1."""
        if parameter.ascent is None:
            return Fraction(0), self.beta * self.radius
        low, high = span(parameter, self.mu, self.beta, hull)
        if high is None:
            raise ValueError(
                f"`{self.method}` divides by a gradient that may vanish where "
                f"1 + rho mu <= 0: mu is {self.mu}, rho {between(self.rho)}."
            )
        return low, high

    def _check_numbers(self) -> None:
        """Refuses what would be computed with rounding, or has another shape."""
        numbers = [self.mu, self.beta, self.factor, *self.hyperparameters.values()]
        numbers += [self.radius] * (self.radius is not None)
        for ends in [self.eta] + [self.rho] * (self.rho is not None):
            if type(ends) is not tuple or len(ends) != 2:
                raise ValueError(f"a range is a pair of fractions, got {ends}.")
            numbers += ends
        for number in numbers:
            if type(number) not in (int, Fraction):
                raise ValueError(f"a statement takes fractions, got {number}.")

    def _check_names(self) -> None:
        """Refuses hyperparameters that the method lacks."""
        numbers = {name: float(value) for name, value in self.hyperparameters.items()}
        plain = make(self.method, **numbers)
        for name, value in numbers.items():
            if name == "rho" or plain.get(name, None) != value:
                raise ValueError(f"`{plain.label}` takes no {name}.")
        takes = plain.get("rho", None) is not None
        if takes != (self.rho is not None):
            raise ValueError(
                f"`{plain.label}` takes {'a' if takes else 'no'} rho, got "
                f"{between(self.rho)}."
            )

    def _check(self, method: Method, made: Programme) -> None:
        """Refuses a method that does not go with the measure."""
        lengths = [p.name for p in made.parameters if p.ascent is None]
        name = f"`{method.label}`"
        if not lengths and self.radius is not None:
            raise ValueError(f"{name} takes no radius, got {self.radius}.")
        alone = self.measure == "pair" or self.mu < 0 or self.lemma
        if lengths and (self.radius is None or alone):
            raise ValueError(
                f"{name} has no scale of its own: it takes a radius, in distance or "
                f"descent for mu >= 0, got {self.measure}, radius {self.radius}."
            )
        if lengths:
            start = next(p.g for p in made.points if p.x.terms == {"w": 1})
            swept = [k for c in start.terms.values() for k in as_polynomial(c).terms]
            if swept != [(name,) for name in lengths]:
                raise ValueError(f"{name} divides by a norm that has no bound.")
