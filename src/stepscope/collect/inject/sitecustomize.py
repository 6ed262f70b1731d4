"""Runs first in every Python process of a guarded run, and hands over to the `sitecustomize` that would have run without us.

The supervisor puts this folder ahead on PYTHONPATH. Nothing here may fail or print, and the path is left as it would be.
"""

import os
import sys


def _begin() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    if not os.environ.get("STEPSCOPE_RUN"):
        return
    package = os.path.dirname(os.path.dirname(here))
    if "stepscope" not in sys.modules:
        import importlib.util

        spec = importlib.util.spec_from_file_location(
            "stepscope", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
        )
        if spec is None or spec.loader is None:
            return
        module = sys.modules["stepscope"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    from stepscope.collect.process.member import join

    join()


def _hand_over() -> None:
    """Run the `sitecustomize` behind us, as Python would have done; none there is no error, as in Python itself."""
    import importlib.machinery
    import importlib.util

    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        sys.modules.pop("sitecustomize", None)
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    _begin()
except Exception as problem:
    print(f"stepscope: this process is not guarded: {type(problem).__name__}: {problem}", file=sys.stderr)
_hand_over()
