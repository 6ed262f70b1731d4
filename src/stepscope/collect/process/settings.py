"""What the user asked of a guarded run; it travels in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

POLICIES = ("continue", "stop", "skip")
_PREFIX = "STEPSCOPE_"


@dataclass(frozen=True)
class Settings:
    """How a guarded process behaves.

    `on_nonfinite` is what follows the diagnosis of a step that is not finite: "continue" (the script goes on as it would have), "stop" (the run ends), or
    "skip" (the update is dropped). `budget` is the share of the run's time (0 to 1) that checks of gradients may take. `skip_bad_samples` is how many
    different samples may be replaced by others where they cannot be loaded, as a number ("100") or a share of the data set ("1%"), empty for none.
    `skip_list` is a file of samples to leave out, to which new ones are added.
    """

    on_nonfinite: str = "continue"
    budget: float = 0.01
    skip_bad_samples: str = ""
    skip_list: str = ""

    def __post_init__(self) -> None:
        if self.on_nonfinite not in POLICIES:
            raise ValueError(f"on_nonfinite is one of {', '.join(POLICIES)}, not {self.on_nonfinite!r}")
        if not 0 <= self.budget <= 1:
            raise ValueError(f"a budget is a share from 0 to 1, not {self.budget}")

        if self.skip_bad_samples:
            try:
                fits = float(self.skip_bad_samples.removesuffix("%")) >= 0
            except ValueError:
                fits = False
            if not fits:
                raise ValueError(f"skip_bad_samples is a number of samples (100), or a share of the data set (1%), not {self.skip_bad_samples!r}")

    def environment(self) -> dict[str, str]:
        """The variables that bring these settings to the processes of a run."""
        return {f"{_PREFIX}{name.upper()}": str(value) for name, value in vars(self).items()}

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the environment brings; what it does not say, or not rightly, is as usual."""
        given = {name: variables[f"{_PREFIX}{name.upper()}"] for name in cls.__dataclass_fields__ if f"{_PREFIX}{name.upper()}" in variables}
        try:
            return cls(**{**given, "budget": float(given.get("budget", cls.budget))})  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return cls()
