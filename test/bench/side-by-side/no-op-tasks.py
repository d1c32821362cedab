"""What a task of Prefect costs: a flow of tasks that do nothing, on the server that Prefect starts for itself.

    python test/bench/side-by-side/no-op-tasks.py <tasks>

Prints JSON: milliseconds per task, the smaller of what calling each and what submitting all to threads takes.
"""

import json
import sys
import time

from prefect import flow, task


@task
def no_op(i):
    return i


@flow
def called(tasks):
    for i in range(tasks):
        no_op(i)


@flow
def submitted(tasks):
    for future in [no_op.submit(i) for i in range(tasks)]:
        future.wait()


def milliseconds(of, tasks):
    started = time.perf_counter()
    of(tasks)
    return (time.perf_counter() - started) / tasks * 1000


tasks = int(sys.argv[1])
called(1)  # starts the server
ways = {way.name: milliseconds(way, tasks) for way in (called, submitted)}
print(json.dumps({"milliseconds": min(ways.values()), "ways": ways}))
