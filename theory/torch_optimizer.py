r"""SharpnessAware: any method of `theory.methods` in front of any torch optimizer.

    model = ...
    base = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    optimizer = SharpnessAware(base, make("ssam", rho=0.05), model)

    def closure():
        loss = criterion(model(X), y)
        loss.backward()
        return loss

    loss = optimizer.step(closure)

The closure is evaluated once for each gradient of the method, always on the same
function: the first, clean pass advances the random numbers and the buffers and gives
the loss; the others replay both. **Draw the batch before the closure**, not in it: what
it takes from an iterator, or from NumPy's random numbers, is another batch in every
pass, and nothing can tell. Then the base steps with the method's direction as
`p.grad`; weight decay, momentum and clipping (in a step hook of the base) come after
the direction.

**Accumulating gradients** has two meanings. *Whole-batch ascent*: one closure that
calls `backward()` on every micro-batch, or `step([closure_1, ..., closure_m])` with any
method, whose gradient is the mean of theirs. *Ascent per micro-batch* (mSAM):
`step([closure_1, ..., closure_m])` with `MSAM(m=m)`, or `Examples`, below.

**Precision.** Autocast to bfloat16 belongs inside the closure and needs no scaling. A
GradScaler is refused: with float16, divide the gradients by the scale in the closure.

**Several processes.** Under DistributedDataParallel both passes average gradients, so
`ascent="synchronised"` is SAM on the whole batch. With `ascent="per-replica"` each
replica finds its direction on its own shard without communication, and the directions
are averaged, which is mSAM with m replicas; the norm that Stable restores is that of
the mean gradient. A parameter that one replica uses moves on all. Either way buffers
begin every pass as those of the first replica. Parameters in shards (FSDP, DTensor)
are not supported.

**Methods with a step of their own** (`whole_step`): SAM-Polyak wants lr = 1. AdaSAM
has moments of its own, and wants a base without: SGD.

**Single examples.** ESAM, AUSAM, SparseSAM-F and mSAM look at parts of a batch, which a
closure cannot give. `Examples` can, for every method:

    for which, X, y in loader:  # which: places in the training set, for AUSAM alone

        def losses(part):
            return cross_entropy(model(X[part]), y[part], reduction="none")

        loss = optimizer.step(Examples(losses, len(y)))  # + indices=which, total=n

The mean of the losses is what is minimised, and all else follows from this function: it
is evaluated on the parts that a method needs, and without a backward pass where losses
are enough. `part` is a slice or whole numbers. The clean pass is the first over all or
some of the examples; shards have one each. In several processes it is refused.

**Methods that ask for more** than gradients. XSAM, SparseSAM and AUSAM go by epochs:
tell `per_epoch`. A value that XSAM looks at costs a pass, backward included but with
`Examples`. EigenSAM has its Hessian-vector products from the closure's own
`loss.backward()`, differentiated once more; not from several processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch.optim import Optimizer

from theory.adapter import edge, saved
from theory.adapter.clock import Clock
from theory.adapter.examples import Examples, Part, one_process
from theory.adapter.layout import Layout, signature
from theory.adapter.outside import check_model, watched
from theory.adapter.passes import Pass, Passes, direct, sample_of
from theory.adapter.replay import Replay
from theory.adapter.replicas import Replicas
from theory.adapter.weights import Weights
from theory.method import Method

__all__ = ["Examples", "SharpnessAware"]

KEPT = ("base", "method", "model", "ascent", "method_state", "clock")


class SharpnessAware(Optimizer):
    r"""Hands a torch optimizer the direction of a method instead of the gradient.

    It shares `param_groups` and `state` with the base, so a scheduler may be attached
    to either. A group may have a radius of its own, `{"params": ..., "rho": 0.1}`; the
    norm goes over all groups. (Adadelta's groups have a `rho` that is another thing:
    there the method's radius holds everywhere.)

    Beside the parameters, their gradients and what the base keeps, a step needs the
    memory of at most three copies of the parameters for SAM and SSAM, and keeps it for
    the next step.

    Args:
        base: a torch optimizer, made of the parameters; no LBFGS.
        method: gives the direction.
        model: whose parameters these are; needed when it has buffers (BatchNorm), and
            by a method that goes by the parameters' names (ASAM). It must hold whatever
            else in a closure changes buffers of its own, as a feature extractor in
            training mode does, trained or not.
        ascent: `synchronised` or `per-replica`, where there are replicas.
        seed: of a method that draws random numbers (EigenSAM, SparseSAM-D), a whole
            number; they are not torch's, and the same on all replicas.
        per_epoch: steps that an epoch takes, by which XSAM, SparseSAM and AUSAM go; at
            1, every step is taken to see all the data.

    Raises:
        ValueError: one of these cannot be used; it names which and why.
    """

    def __init__(
        self,
        base: Optimizer,
        method: Method,
        model: torch.nn.Module | None = None,
        ascent: str = "synchronised",
        seed: int = 0,
        per_epoch: int = 1,
    ) -> None:
        edge.check_base(base)
        edge.check_method(method)
        edge.check_ascent(ascent, model)
        given = (base, method, model, ascent, None, Clock(seed, per_epoch))
        self.__setstate__(dict(zip(KEPT, given, strict=True)))
        edge.check_groups(base)
        check_model(base, model)

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in KEPT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._layout: Layout | None = None
        self._model_checked = False
        super().__setstate__(state)

    def __repr__(self) -> str:
        method = saved.described(self.method)
        named = f"{method['method']} {method['hyperparameters']}"
        return f"SharpnessAware ({named})\n{self.base!r}"

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Those of the base."""
        return self.base.param_groups

    @property
    def state(self) -> dict[torch.Tensor, Any]:
        """That of the base."""
        return self.base.state

    @property
    def defaults(self) -> dict[str, Any]:
        """Those of the base."""
        return self.base.defaults

    def _refuse_scaler(self, _: Any) -> None:
        raise ValueError(
            "a GradScaler cannot step `SharpnessAware`, which evaluates its closure "
            "itself: use bfloat16, or divide by the scale inside the closure."
        )

    # A scaler that sees this flag sets `grad_scale` before it steps: then it hears why.
    _step_supports_amp_scaling = True
    grad_scale = property(fset=_refuse_scaler)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a group to the base."""
        self.base.add_param_group(param_group)
        try:
            edge.check_groups(self.base)
        except ValueError:
            self.param_groups.pop()
            raise
        self._model_checked = False

    @torch.no_grad()
    def step(
        self, closure: Callable | Sequence[Callable] | Examples | None = None
    ) -> Any:
        """One step of the base along the method's direction.

        Args:
            closure: computes the loss, calls `backward()` and returns the loss; it may
                call `zero_grad()`. Or several, the shards of one batch. Or `Examples`.
                Draw the batch before the closure: it is evaluated more than once.

        Returns:
            The loss of the clean pass, as the closure returned it; a mean of several,
            or of examples.

        Raises:
            ValueError: there is no closure, or it leaves no gradient or returns no
                loss, or the method needs `Examples`. Then, and whatever else is raised,
                by the base and its hooks too, parameters, buffers, random numbers and
                the method's state are as they were, and so is the base's state unless
                its own update broke off.
        """
        given = closure if isinstance(closure, Examples) else _closures(closure)
        if not self._model_checked:
            check_model(self.base, self.model)
            given = _watched(given, self.model)
        layout, method = self._now()
        replicas = Replicas(self.model) if self.ascent == "per-replica" else None
        if replicas is not None:
            method = replicas.method(method)
        replay = Replay(layout.devices, self.model)
        weights = Weights(layout, replay, replicas, self.model)
        with weights.unless_raised():
            loss, state = direct(
                method, self.method_state, weights, self._sample(given, weights)
            )
            self.base.step()
        self.method_state, self._model_checked = state, True
        self.clock = replace(self.clock, step=self.clock.step + 1)
        return loss

    def _sample(self, given: Any, weights: Weights) -> Pass | Passes:
        """What the method sees of the step."""
        if isinstance(given, Examples):
            return Part(one_process(given), weights, self.clock)
        return sample_of(given, weights, self.clock)

    def state_dict(self) -> dict[str, Any]:
        """The base's, and beside it the method, its numbers, state and clock."""
        state = saved.packed(self.method_state, self._now()[0])
        own = saved.described(self.method) | {
            "state": state,
            "clock": {**vars(self.clock)},
        }
        return {**self.base.state_dict(), saved.KEY: own}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from a `state_dict`; its numbers replace those given, as in torch.

        Raises:
            ValueError: it is that of another method, or of no method, or malformed.
                Then nothing of it is loaded.
        """
        if not isinstance(state_dict, dict):
            raise saved.malformed(f"it is no dict but {state_dict!r}")
        method = saved.same_method(self.method, state_dict.get(saved.KEY))
        edge.check_method(method)
        clock = saved.clock(self.clock, state_dict[saved.KEY])
        rest = {key: part for key, part in state_dict.items() if key != saved.KEY}
        kept = self.base.state, self.base.param_groups
        try:
            # The groups that are loaded decide in which parts a method's state lies.
            saved.load(self.base, rest)
            edge.check_groups(self.base)
            layout = Layout(self.param_groups, edge.own_radii(self.base))
            state = saved.unpacked(state_dict[saved.KEY]["state"], layout)
        except BaseException:
            self.base.state, self.base.param_groups = kept
            raise
        self.method, self.method_state, self._layout = method, state, layout
        self.clock = clock

    def _now(self) -> tuple[Layout, Method]:
        """The layout of the parameters, and the method with the groups' radii."""
        groups, apart = self.param_groups, edge.own_radii(self.base)
        if self._layout is None or self._layout.key != signature(groups, apart):
            layout = Layout(groups, apart)
            if self._layout is not None and self.method_state:
                self.method_state = saved.moved(self.method_state, self._layout, layout)
            self._layout = layout
        if not apart:
            return self._layout, self.method
        edge.check_radii(groups)
        rho = self.method.get("rho")
        radii = [group.get("rho", rho) for group in groups]
        return self._layout, self.method.having(rho=self._layout.per_part(radii))


def _closures(closure: Any) -> list[Callable]:
    """One or several.

    Raises:
        ValueError: there is none.
    """
    found = list(closure) if isinstance(closure, (list, tuple)) else [closure]
    if not found or not all(callable(each) for each in found):
        raise ValueError(
            "`SharpnessAware.step` needs a closure that calls backward() and returns "
            f"the loss, got {closure!r}. (A GradScaler has none to give: use bfloat16.)"
        )
    return found


def _watched(given: Any, model: torch.nn.Module | None) -> Any:
    """What is given, so that it refuses to change buffers outside the model."""
    if isinstance(given, Examples):
        return replace(given, losses=watched([given.losses], model)[0])
    return watched(given, model)
