"""What the comparisons on a CPU share: a command's JSON with its peak memory, and several commands at once."""

import json
import os
import statistics
import subprocess
import sys


def start(command, env=None):
    """A running command and the end of the pipe that it prints into."""
    read, write = os.pipe()
    child = subprocess.Popen([str(c) for c in command], stdout=write, env={**os.environ, **(env or {})})
    os.close(write)
    return child, read


def finish(child, read):
    """The JSON that it printed, with its peak memory in MB."""
    with os.fdopen(read) as text:
        printed = text.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(child.args)} failed")
    return json.loads(printed) | {"peak_mb": used.ru_maxrss / 1024}


def together(commands, env=None):
    """What commands give that run at the same time."""
    return [finish(*running) for running in [start(command, env) for command in commands]]


def middle(results, field):
    """The median of a field."""
    return statistics.median(r[field] for r in results)
