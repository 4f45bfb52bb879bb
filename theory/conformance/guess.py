"""How an optimizer in front of a base is made, from the names of its arguments."""

from collections.abc import Sequence

CLASS = "{name}(model.parameters(), Base, rho=rho, **options)"
INSTANCE = "{name}(model.parameters(), Base(model.parameters(), **options), rho=rho)"
WRAPPER = "{name}(Base(model.parameters(), **options), rho=rho)"


def expression(name: str, arguments: Sequence[str]) -> str:
    """An expression of `model`, `rho`, `Base` and `options`.

    Args:
        name: the class.
        arguments: of its constructor: the parameters first, or else a base optimizer;
            beside parameters, `base_optimizer` is a class, and what else is named after
            an optimizer an instance, as is usual.
    """
    first, *others = arguments or ("",)
    if first not in ("params", "parameters"):
        return WRAPPER.format(name=name)
    bases = [each for each in others if "opt" in each or "base" in each]
    of_class = not bases or bases[0] == "base_optimizer"
    return (CLASS if of_class else INSTANCE).format(name=name)
