r"""Conformance: the checks of this toolkit's optimizer, for anybody's.

    python -m theory.conformance pytorch_optimizer:LookSAM
    python -m theory.conformance sam:SAM --form two-step --method sam --scripts out

An optimizer is put through the checks of `checks`, on the problems of `problems`, in
one of the `forms` in which published optimizers take a step. What is right is this
toolkit's definition of the method (`reference`), or bitwise equality with itself or
with the base optimizer. Each check measures a deviation, which is shown whether it
passes or not; a failure comes with a script that needs torch and the optimizer only
(`reproduce`): its text is the check's own source.
"""
