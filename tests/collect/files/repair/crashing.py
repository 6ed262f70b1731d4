"""Kills a repair, and then its undoing, at every step that touches the disk: `python crashing.py SET FOLDER` prints what was not as before."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from tests.collect.files.repair.sets import bytes_in, snapshot

from stepscope.collect.files.repair.in_place import recovered
from stepscope.collect.files.repair.plan import Wanted
from stepscope.collect.files.repair.undoing import undo
from stepscope.repairing import repair

TOUCHING = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.utime", "os.chmod", "shutil.rmtree")


def killed(deed, at):
    """Whether a child that does the deed was killed before its disk operation of this number."""
    child = os.fork()
    if child == 0:
        met = 0

        def hook(event, arguments):
            nonlocal met
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if event in TOUCHING or writes:
                met += 1
                if met == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            deed()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def rounds(source, root, deed, ready, check):
    """Do the deed on fresh copies, killed one operation later each time, until it comes to its end."""
    for at in range(1, 1000):
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(source, root)
        ready()
        if not killed(deed, at):
            return at - 1, []
        wrong = check()
        if wrong:
            return at, wrong
    raise SystemExit("never ended")


def main(source, root):
    before = snapshot(source)
    wanted = Wanted(truncated=True)

    def differences():
        """The root's own time aside: a kill may come between a change of it and the note of what it was."""
        after = snapshot(root)
        return [name for name in before.keys() | after.keys() if name not in (".", ".stepscope") and before.get(name) != after.get(name)]

    def after_repair():
        if any((root / ".stepscope").glob("journal-*")):
            finished = not recovered(root)
            if finished:
                undo(root)
        return differences()

    def after_undo():
        lost = {content for _, _, content in before.values()} - set(bytes_in(root).values())
        if lost:
            return ["lost"]
        if any((root / ".stepscope").glob("journal-*")):
            undo(root)
        return differences()

    repaired = rounds(source, root, lambda: repair(root, wanted, None), lambda: None, after_repair)
    undone = rounds(source, root, lambda: undo(root), lambda: repair(root, wanted, None), after_undo)
    print(json.dumps({"repaired": repaired, "undone": undone}))


main(Path(sys.argv[1]), Path(sys.argv[2]))
