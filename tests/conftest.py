"""What every test needs: one thread a worker, and the same examples every time."""

import os
import warnings

import pytest
from hypothesis import settings

# Two workers on two cores: neither BLAS nor the compiler should start its own pool.
for name in ("OMP_NUM_THREADS", "TORCHINDUCTOR_COMPILE_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS", "0")

settings.register_profile(
    "deterministic", derandomize=True, deadline=None, max_examples=20, database=None
)
settings.load_profile("deterministic")


@pytest.fixture
def compiler():
    """The compiled engine, or a skip where no compiler works.

    While it compiles, torch itself warns of its own deprecated parts.
    """
    from theory import compiled

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not compiled.compiler_works():
            pytest.skip("no working C++ compiler")
        yield compiled
