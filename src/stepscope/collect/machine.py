"""What a process finds around itself: versions, memory, limits. Reads, never asks a device."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from contextlib import suppress

from stepscope.evidence import Machine

_MEGA = 1024 * 1024
_VARIABLES = ("CUDA_VISIBLE_DEVICES", "CUDA_LAUNCH_BLOCKING", "OMP_NUM_THREADS", "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK")


def machine_now() -> Machine:
    """The machine as this process sees it now; what the system does not tell stays None."""
    torch = sys.modules.get("torch")
    files, files_limit = _open_files()
    shared = _disk("/dev/shm")
    multiprocessing = sys.modules.get("multiprocessing")
    return Machine(
        python=platform.python_version(),
        framework=f"torch {getattr(torch, '__version__', '')}" if torch else "",
        accelerator_built=bool(torch.version.cuda or getattr(torch.version, "hip", None)) if torch else None,
        accelerators=_devices() if torch else None,
        memory_megabytes=_meminfo("MemTotal"),
        resident_megabytes=_resident(),
        address_limit_megabytes=_limit("RLIMIT_AS"),
        shared_memory_megabytes=shared[0],
        shared_memory_free_megabytes=shared[1],
        open_files=files,
        open_files_limit=files_limit,
        disk_free_megabytes=_disk(os.getcwd())[1],
        start_method=(multiprocessing.get_start_method(allow_none=True) or "") if multiprocessing else "",
        variables={name: os.environ[name] for name in _VARIABLES if name in os.environ},
    )


def _devices() -> int | None:
    """Devices without waking a driver: none in a build for the CPU; else what the framework has already counted."""
    torch = sys.modules["torch"]
    if not torch.version.cuda:
        return 0
    with suppress(Exception):
        return int(torch.cuda.device_count())
    return None


def _meminfo(name: str) -> float | None:
    with suppress(OSError, ValueError, IndexError), open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    return None


def _resident() -> float | None:
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MEGA
    return None


def _limit(name: str) -> float | None:
    with suppress(ImportError, AttributeError, OSError):
        import resource

        soft, _ = resource.getrlimit(getattr(resource, name))
        return None if soft == resource.RLIM_INFINITY else soft / _MEGA
    return None


def _open_files() -> tuple[int | None, int | None]:
    with suppress(ImportError, OSError):
        import resource

        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        with suppress(OSError):
            return len(os.listdir("/proc/self/fd")), limit
        return None, limit
    return None, None


def _disk(path: str) -> tuple[float | None, float | None]:
    with suppress(OSError):
        usage = shutil.disk_usage(path)
        return usage.total / _MEGA, usage.free / _MEGA
    return None, None
