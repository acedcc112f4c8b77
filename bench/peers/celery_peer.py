"""Celery as a contender: `python3 celery_peer.py URL` reads one JSON request a line and answers one a line.

The rate of a drain is taken from the times at which its results were stored, so the start of the worker does not count.
"""
import json
import os
import subprocess
import sys
import time
from datetime import datetime

import redis
from celery import Celery, chain, chord, group

URL = os.environ.get("CELERY_PEER_URL") or sys.argv[1]
app = Celery("celery_peer", broker=URL, backend=URL)
app.conf.update(task_serializer="json", result_serializer="json", worker_prefetch_multiplier=100, result_expires=3600)


@app.task(name="noop")
def noop(order):
    return order["order"]


@app.task(name="add")
def add(x, y):
    return x + y


@app.task(name="total")
def total(numbers):
    return sum(numbers)


def publish(request):
    begin = time.perf_counter()
    for _ in range(request["count"]):
        noop.apply_async((request["payload"],), queue=request["queue"])
    return {"count": request["count"], "ms": (time.perf_counter() - begin) * 1000}


def drain(request):
    store = redis.Redis.from_url(URL)
    keys = "celery-task-meta-*"
    with worker(request["queue"], request.get("pool", "prefork"), request["concurrency"]):
        deadline = time.time() + 120
        while len(list(store.scan_iter(keys, count=10000))) < request["count"]:
            if time.time() > deadline:
                raise TimeoutError("the queue was not drained in time")
            time.sleep(0.2)
    metas = store.mget(list(store.scan_iter(keys, count=10000)))
    times = sorted(datetime.fromisoformat(json.loads(meta)["date_done"]).timestamp() for meta in metas)
    return {"count": len(times), "ms": (times[-1] - times[0]) * 1000}


def workflow(request):
    size = request["size"]
    tree = {
        "chain": lambda: chain([add.s(0, 0), *[add.s(1) for _ in range(size - 1)]]),
        "group": lambda: group(add.s(i, i) for i in range(size)),
        "chord": lambda: chord([add.s(i, i) for i in range(size)], total.s()),
        "mapreduce": lambda: chord([chord([add.s(i, j) for j in range(size)], total.s()) for i in range(size)], total.s()),
    }[request["shape"]]()
    with worker("celery", "prefork", 2):
        add.delay(1, 1).get(timeout=60)
        begin = time.perf_counter()
        tree.apply_async().get(timeout=request.get("timeout", 300))
        return {"count": request["tasks"], "ms": (time.perf_counter() - begin) * 1000}


class worker:
    def __init__(self, queue, pool, concurrency):
        command = [sys.executable, "-m", "celery", "-A", "celery_peer", "worker", "-Q", queue, "-P", pool]
        flags = ["-c", str(concurrency), "--without-gossip", "--without-mingle", "-l", "error"]
        environment = {**os.environ, "CELERY_PEER_URL": URL, "PYTHONWARNINGS": "ignore"}
        folder = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(command + flags, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


if __name__ == "__main__":
    sys.modules["celery_peer"] = sys.modules["__main__"]
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"publish": publish, "drain": drain, "workflow": workflow}[request["work"]](request)
        except Exception as error:  # told to the other side, which stops the run
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
