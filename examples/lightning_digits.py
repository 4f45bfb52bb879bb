"""Stable SAM in PyTorch Lightning: a small network on handwritten digits.

    make .venv/with-lightning  # or the extras `lightning` and `data` beside a wheel
    python examples/lightning_digits.py

Lightning hands the optimizer a closure that runs `training_step` and `backward`;
`SharpnessAware` calls it once for every gradient of the method. Four things differ
from a module that is trained with SGD, and each is marked below. Schedulers,
checkpoints, resuming and precision `bf16-mixed` are as ever; `16-mixed` on a GPU, which
scales gradients, is refused.
"""

from __future__ import annotations

import lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from landscapes.data import split
from theory.methods import make
from theory.torch_optimizer import SharpnessAware


class Digits(lightning.LightningModule):
    """A network with BatchNorm and dropout, trained with any method."""

    def __init__(self, method: str = "ssam", rho: float = 0.05, lr: float = 0.1):
        super().__init__()
        self.save_hyperparameters()
        self.network = nn.Sequential(
            *(nn.Flatten(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU()),
            *(nn.Dropout(0.1), nn.Linear(32, 10)),
        ).double()

    def training_step(self, batch, _):
        """The loss; nothing is logged here, since every pass of a step comes by."""
        X, y = batch
        return nn.functional.cross_entropy(self.network(X), y)

    def configure_optimizers(self):
        """1. The module itself is handed on, since its BatchNorm has buffers."""
        base = torch.optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)
        # 2. `Trainer(gradient_clip_val=...)` would clip every pass by itself; a hook
        # of the base clips the direction that it follows.
        base.register_step_pre_hook(
            lambda *_: nn.utils.clip_grad_norm_(self.parameters(), 1.0) and None
        )
        method = make(self.hparams.method, rho=self.hparams.rho)
        optimizer = SharpnessAware(base, method, self)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5)
        return [optimizer], [scheduler]

    def on_fit_start(self):
        """4. Refuses what would change the method without a word.

        Gradients that are accumulated over batches are not those of the point to which
        the method ascends, and would be dropped; clipping is done by the hook.
        """
        if self.trainer.accumulate_grad_batches > 1 or self.trainer.gradient_clip_val:
            raise ValueError(
                "with SharpnessAware use larger batches instead of "
                "accumulate_grad_batches, and a hook of the base optimizer instead of "
                "gradient_clip_val."
            )

    def optimizer_step(self, epoch, batch_idx, optimizer, closure=None):
        """3. A step returns the loss of its clean pass, which is the one to log."""
        self.log("train_loss", optimizer.step(closure=closure), prog_bar=True)

    def validation_step(self, batch, _):
        """Logs the accuracy, as ever."""
        X, y = batch
        self.log("accuracy", (self.network(X).argmax(1) == y).float().mean())


def loaders() -> tuple[DataLoader, DataLoader]:
    """Training and test digits; the order is the generator's."""
    digits = split("digits")
    train, test = (
        TensorDataset(*map(torch.as_tensor, part))
        for part in (digits.train, digits.test)
    )
    order = torch.Generator().manual_seed(0)
    return DataLoader(train, 50, shuffle=True, generator=order), DataLoader(test, 200)


def trainer(epochs: int, **options) -> lightning.Trainer:
    """A quiet one, on the CPU."""
    quiet = {"logger": False, "enable_progress_bar": False}
    quiet |= {"enable_model_summary": False, "enable_checkpointing": False}
    return lightning.Trainer(max_epochs=epochs, accelerator="cpu", **quiet | options)


def main() -> None:
    """Trains and prints the accuracy on digits that were not trained on."""
    lightning.seed_everything(0)
    model, (train, test), run = Digits(), loaders(), trainer(5)
    run.fit(model, train, test)
    print(f"accuracy: {float(run.callback_metrics['accuracy']):.3f}")


if __name__ == "__main__":
    main()
