"""What every test needs: one thread a worker, and the same examples every time.

`make test` leaves out the tests marked `long`; `make test-all` runs them too, and
`tests/kill_sweep.py`. They are broad, and of each a smaller one always runs:

- a compiled kernel of every method and kind of landscape (always: six kernels, and the
  graph of every pair eagerly);
- the commands of README and docs that take minutes (always: all are parsed, the quick
  ones run), and the whole documentation (always: a small one, of the same settings);
- 200 sweeps killed at random moments and resumed (always: five).
"""

import gc
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


def pytest_collection_finish():
    """Takes what was collected, which lives to the end, from the garbage collector.

    It would walk these millions of objects again and again, a third of a second each.
    """
    gc.collect()
    gc.freeze()


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
