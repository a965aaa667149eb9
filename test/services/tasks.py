"""A Celery application: the tasks that the worker runs and Flower watches.

The broker is a folder, so that nothing besides these packages has to run.
"""

import os
import pathlib
import time

from celery import Celery

folder = pathlib.Path(os.environ["CELERY_FOLDER"])
for name in ("queue", "control", "results"):
    (folder / name).mkdir(parents=True, exist_ok=True)

app = Celery("tasks", broker="filesystem://", backend=f"file://{folder}/results")
app.conf.broker_transport_options = {
    "data_folder_in": f"{folder}/queue",
    "data_folder_out": f"{folder}/queue",
    "control_folder": f"{folder}/control",
    "polling_interval": 0.1,
}
app.conf.broker_connection_retry_on_startup = True
app.conf.task_track_started = True
app.conf.worker_hijack_root_logger = False


@app.task(name="add")
def add(a, b):
    return a + b


@app.task(name="fail")
def fail(why):
    raise ValueError(why)


@app.task(name="wait")
def wait(seconds):
    time.sleep(seconds)
    return seconds
