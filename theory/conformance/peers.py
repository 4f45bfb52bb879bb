"""Optimizers of others, as they are made by their own documentation.

They are no dependency: `pip install 'sharpness-regimes[peers]'`.
"""

from dataclasses import replace

from theory.conformance.peer import Peer

_CLASS = "(model.parameters(), Base, rho=rho, {more}**options)"
_EVALUATED = '''
def step(optimizer, loss):
    """Its closure enables gradients itself and returns outputs and loss."""

    def evaluate():
        optimizer.zero_grad()
        with torch.enable_grad():
            value = loss()
        value.backward()
        return None, value.detach()

    return optimizer.step(evaluate)[1]
'''
_ACCUMULATED = '''
def step(optimizer, loss):
    """It zeroes gradients itself, and wants a closure as its documentation has it."""

    def evaluate():
        value = loss()
        value.backward()
        return value

    return optimizer.step(evaluate)
'''


def _wrapper(package: str, name: str, method: str, form: str, more: str = "", **values):
    build = name + _CLASS.format(more=more)
    return Peer(f"{package}:{name}", method, form, build, **values)


PEERS = (
    _wrapper("pytorch_optimizer", "SAM", "sam", "prior-backward"),
    _wrapper(
        "pytorch_optimizer",
        "SAM",
        "asam",
        "prior-backward",
        "adaptive=True, ",
        values={"eta_T": 0.0, "everywhere": True},
        note="`adaptive=True`: every parameter counts as a weight, and nothing is "
        "added to its size; judged so.",
    ),
    Peer(
        "pytorch_optimizer:GSAM",
        "gsam",
        "closure",
        "GSAM(model.parameters(), Base(model.parameters(), **options), model, "
        "type('Constant', (), {'step': lambda self: rho})(), alpha=0.4)",
        values={"alpha": 0.4},
        step=_EVALUATED,
        note="the radius is held constant; alpha = 0.4, its default.",
    ),
    _wrapper(
        "pytorch_optimizer",
        "LookSAM",
        "looksam",
        "prior-backward",
        "k=5, alpha=0.7, ",
        values={"k": 5, "alpha": 0.7},
        note="k = 5 and alpha = 0.7, as published. It projects and scales tensor by "
        "tensor; with the definition's sums taken so, seven steps agree to 1e-9.",
    ),
    _wrapper(
        "pytorch_optimizer",
        "FriendlySAM",
        "friendly-sam",
        "prior-backward",
        "sigma=1.0, lmbda=0.9, ",
        values={"sigma": 1.0, "lam": 0.9},
        note="sigma = 1 and lambda = 0.9, its defaults.",
    ),
    Peer(
        "pytorch_optimizer:WSAM",
        "sam",
        "closure",
        "WSAM(model, model.parameters(), Base, rho=rho, gamma=0.5, decouple=False, "
        "**options)",
        note="at gamma = 1/2, without decoupling, WSAM is SAM.",
    ),
    _wrapper("unifiedsam", "unifiedSAM", "sam", "prior-backward", "lambd=1.0, "),
    _wrapper(
        "unifiedsam",
        "unifiedSAM",
        "unified-sam",
        "two-step",
        "lambd=0.5, ",
        values={"lam": 0.5},
    ),
    Peer(
        "temperon:Temperon",
        "sam",
        "closure",
        "Temperon(Base(model.parameters(), **options), total_steps=1000, "
        "tail_frac=1.0, rho=rho)",
        note="`tail_frac=1`: SAM at every step.",
    ),
    Peer(
        "sam:SAM",
        "sam",
        "closure",
        "SAM(model.parameters(), Base(model.parameters(), **options), rho=rho)",
    ),
    Peer(
        "sam_sps:SAM_SPS",
        "sam-polyak",
        "closure",
        "SAM_SPS(model.parameters(), weight_decay=0.0, rho=rho)",
        step=_ACCUMULATED,
        lr=1.0,
        base=False,
        documented={"returned loss": "it returns the loss at the perturbed point"},
    ),
)


OURS = "theory.torch_optimizer:SharpnessAware"


def ours(method: str) -> Peer:
    """This toolkit's optimizer."""
    made = f"make({method!r}, rho=rho), model)"
    return Peer(
        OURS,
        method,
        build="SharpnessAware(Base(model.parameters(), **options), " + made,
        imports=("from theory.methods import make",),
        epsilon=0.0,
    )


def stock(target: str, method: str = "") -> Peer:
    """The entry of a target, and of a method if one is named; else one guessed."""
    if target == OURS:
        return ours(method or "sam")
    fits = [p for p in PEERS if p.target == target and method in ("", p.method)]
    return fits[0] if fits else guessed(target, method or "sam")


def guessed(target: str, method: str) -> Peer:
    """One that is not listed: two-step if it has both steps, else by a closure."""
    bare = Peer(target, method)
    steps = ("first_step", "second_step")
    both = all(hasattr(bare.found, each) for each in steps)
    return replace(bare, form="two-step" if both else "closure")
