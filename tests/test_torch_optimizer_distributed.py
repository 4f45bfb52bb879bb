"""Two processes: replicas stay equal, and each ascent is the one that its name says."""

import os
from datetime import timedelta

import pytest
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from landscapes.network import Network
from theory.adapter.replicas import Replicas
from theory.iterate import iterate
from theory.methods import make
from theory.methods.msam import MSAM
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.torch_optimizer import SharpnessAware

STEPS, ETA, RHO, HALF = 4, 0.1, 0.3, 12
MODES = ("synchronised", "per-replica")
METHODS = ("sam", "usam", "ssam", "ssam-n")
draw = torch.Generator().manual_seed(0)
X = torch.randn(2 * HALF, 6, generator=draw, dtype=torch.float64)
Y = torch.randint(3, (2 * HALF,), generator=draw)


def network(*more):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 8), *more, nn.Tanh(), nn.Linear(8, 3)).double()


def trained(module, X, y, spec, **options):
    """The weights after some steps of the optimizer on one batch."""
    base = torch.optim.SGD(module.parameters(), lr=ETA)
    optimizer = SharpnessAware(base, make(spec, rho=RHO), module, **options)

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(X), y)
        loss.backward()
        return loss

    for _ in range(STEPS):
        optimizer.step(closure)
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def replica(rank, folder):
    """One of the two processes: every method and ascent, on its half of the data."""
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{folder}/store",
        rank=rank,
        world_size=2,
        timeout=timedelta(seconds=60),
    )
    mine = slice(rank * HALF, (rank + 1) * HALF)
    found = {}
    for mode in MODES:
        for spec in METHODS:
            for name, more in (("smooth", ()), ("noisy", noise())):
                module = DistributedDataParallel(network(*more))
                torch.manual_seed(rank)  # replicas draw dropout of their own
                ends = trained(module, X[mine], Y[mine], spec, ascent=mode)
                found[mode, spec, name] = ends
        found[mode, "heads"] = heads(rank, X[mine], mode)
        found[mode, "buffers"] = statistics(X[mine], Y[mine], mode)
    # Faults, which must be seen: every replica for itself, and DDP's own silence.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Replicas, "anywhere", lambda self, used, device: used)
        found["own", "heads"] = heads(rank, X[mine], "per-replica")
        patch.setattr(Replicas, "alone", lambda self: self.model.no_sync())
        found["own", "buffers"] = statistics(X[mine], Y[mine], "per-replica")
    torch.save(found, f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


class Heads(nn.Module):
    """A common trunk, a head for each replica, and one that nobody uses."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.trunk = nn.Linear(6, 4)
        self.heads = nn.ModuleList([nn.Linear(4, 2) for _ in range(3)])
        self.double()

    def forward(self, x, head):
        return self.heads[head](self.trunk(x).tanh())


def squares(module, x, head):
    def closure():
        loss = module(x, head).square().mean()
        loss.backward()
        return loss

    return closure


def weights(module):
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def optimizer_of(module, lr=ETA, **options):
    base = torch.optim.SGD(module.parameters(), lr=lr, weight_decay=0.1)
    return SharpnessAware(base, options.pop("method", SAM(RHO)), module, **options)


def heads(rank, x, mode):
    """The weights after three steps, each replica through a head of its own."""
    module = DistributedDataParallel(Heads(), find_unused_parameters=True)
    optimizer = optimizer_of(module, ascent=mode)
    for _ in range(3):
        optimizer.step(squares(module, x, rank))
    assert all(p.grad is None for p in module.module.heads[2].parameters())
    return weights(module)


def statistics(x, y, mode):
    """BatchNorm's after three steps of length zero."""
    module = DistributedDataParallel(network(nn.BatchNorm1d(8)))
    optimizer = optimizer_of(module, lr=0.0, ascent=mode)
    for _ in range(3):
        optimizer.step(lambda: backward(nn.functional.cross_entropy(module(x), y)))
    return torch.cat([b.double().reshape(-1) for b in module.buffers()])


def backward(loss):
    loss.backward()
    return loss


def noise():
    return nn.BatchNorm1d(8), nn.Dropout(0.2)


@pytest.fixture(scope="module")
def replicas(tmp_path_factory):
    """What each of the two processes found."""
    folder = tmp_path_factory.mktemp("replicas")
    started = torch.multiprocessing.start_processes(
        replica, (str(folder),), nprocs=2, join=False, start_method="spawn"
    )
    try:
        for _ in range(120):
            if started.join(timeout=1):
                break
        else:
            pytest.fail("two processes did not end within two minutes")
    finally:
        for process in started.processes:
            process.kill()
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.mark.parametrize("name", ["smooth", "noisy"])
@pytest.mark.parametrize("spec", METHODS)
@pytest.mark.parametrize("mode", MODES)
def test_replicas_stay_equal_to_the_last_bit(replicas, mode, spec, name):
    first, second = (found[mode, spec, name] for found in replicas)
    assert torch.equal(first, second) and first.isfinite().all()


@pytest.mark.parametrize("spec", METHODS)
def test_a_synchronised_ascent_is_one_process_on_the_whole_batch(replicas, spec):
    expected = trained(network(), X, Y, spec)
    found = replicas[0]["synchronised", spec, "smooth"]
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("spec", "method"),
    [("sam", MSAM(RHO, m=2)), ("ssam-n", Stable(MSAM(RHO, m=2)))],
    ids=["sam", "ssam-n"],
)
def test_an_ascent_per_replica_is_msam_of_two_shards(replicas, spec, method):
    landscape = Network(network(), X, Y)
    rows = torch.arange(2 * HALF).numpy()

    def sample(t):
        return landscape.sample(rows, t)

    run = iterate(landscape, method, landscape.start, ETA, STEPS, sample=sample)
    expected = [state.x for state in run][-1]
    found = replicas[0]["per-replica", spec, "smooth"]
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("spec", METHODS)
def test_the_two_ascents_differ(replicas, spec):
    first, second = (replicas[0][mode, spec, "smooth"] for mode in MODES)
    assert not torch.allclose(first, second, rtol=1e-3)


@pytest.mark.parametrize("mode", MODES)
def test_a_parameter_that_one_replica_uses_moves_on_all(replicas, mode):
    first, second = (found[mode, "heads"] for found in replicas)
    assert torch.equal(first, second)
    moved = first != weights(Heads())
    assert moved[:-10].all() and not moved[-10:].any()  # the last head is nobody's


def test_heads_of_replicas_are_shards_of_msam(replicas):
    module = Heads()
    optimizer = optimizer_of(module, method=MSAM(RHO, m=2))
    for _ in range(3):
        shards = [(X[:HALF], 0), (X[HALF:], 1)]
        optimizer.step([squares(module, *shard) for shard in shards])
    found = replicas[1]["per-replica", "heads"]
    torch.testing.assert_close(found, weights(module), rtol=1e-12, atol=1e-14)


def test_buffers_are_those_of_the_synchronised_ascent(replicas):
    for found in replicas:
        assert torch.equal(*(found[mode, "buffers"] for mode in MODES))


@pytest.mark.parametrize("what", ["heads", "buffers"])
def test_replicas_left_to_themselves_are_seen(replicas, what):
    second = replicas[1]
    assert not torch.equal(second["own", what], second["per-replica", what])
