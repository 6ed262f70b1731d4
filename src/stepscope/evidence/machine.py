"""The machine and the installation that a run had."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    """What the process found around itself; None where it could not be told. Sizes in megabytes."""

    python: str = ""
    framework: str = ""
    accelerator_built: bool | None = None
    accelerators: int | None = None
    memory_megabytes: float | None = None
    resident_megabytes: float | None = None
    address_limit_megabytes: float | None = None
    shared_memory_megabytes: float | None = None
    shared_memory_free_megabytes: float | None = None
    open_files: int | None = None
    open_files_limit: int | None = None
    disk_free_megabytes: float | None = None
    start_method: str = ""
    variables: dict[str, str] = field(default_factory=dict)
