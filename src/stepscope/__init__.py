"""stepscope names the step, the stage, the sample, the layer, the line and the fix when training breaks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stepscope.checking import check as check
    from stepscope.diagnose import Report as Report
    from stepscope.explaining import explain as explain
    from stepscope.finding import Confidence as Confidence
    from stepscope.finding import Finding as Finding
    from stepscope.finding import Place as Place
    from stepscope.finding import Sample as Sample
    from stepscope.finding import Severity as Severity
    from stepscope.finding import Stage as Stage
    from stepscope.guarding import guard as guard

__version__ = "0.1.0"

_HOMES = {
    "Confidence": "finding",
    "Finding": "finding",
    "Place": "finding",
    "Report": "diagnose",
    "Sample": "finding",
    "Severity": "finding",
    "Stage": "finding",
    "check": "checking",
    "explain": "explaining",
    "guard": "guarding",
}

__all__ = ["Confidence", "Finding", "Place", "Report", "Sample", "Severity", "Stage", "__version__", "check", "explain", "guard"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stepscope' has no attribute {name!r}")
    return getattr(import_module(f"stepscope.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
