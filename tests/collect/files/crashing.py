"""Stands in the place of the inspection in a process of its own: some names of files make it crash, hang or end."""

import os
import signal
import time

from stepscope.collect.files.looking import inspected


def crashing(given, items, alive):
    for path, _ in items:
        if "segfault" in path:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang" in path:
            time.sleep(1000)
        if "exit" in path:
            os._exit(3)
    return inspected(given, items, alive)


def stillborn(given, items, alive):
    os._exit(1)


if os.environ.get("STEPSCOPE_TEST_STILLBORN"):
    os._exit(1)
