"""Starting and ending serving processes."""

import os
import sys

import pytest
from lab_tools import fresh_network

from camscan.errors import UsageError
from camscan.lab import workers
from camscan.lab.estate import Estate
from camscan.lab.place import loopback_layout
from camscan.lab.plan import write
from camscan.lab.workers import Workers, module_argv, module_environment, shares


def test_few_devices_need_one_process() -> None:
    assert shares(0) == shares(1) == shares(workers.DEVICES_EACH) == 1


def test_many_need_more_but_not_more_than_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert shares(workers.DEVICES_EACH + 1) == 2
    assert shares(100_000) == workers.MOST
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert shares(100_000) == 2


def test_processes_serve_their_share_and_end() -> None:
    estate = Estate.only("wiki", "nas", "printer")
    places = loopback_layout(estate.devices, fresh_network()).places
    running = Workers(2)
    try:
        running.begin([write(estate, places[at::2]) for at in range(2)])
        assert running.multicast
        counted = [set(answer["devices"]) for answer in running.ask("stats")]
        assert counted == [{str(place.ip) for place in places[at::2]} for at in range(2)]
    finally:
        running.stop()
    running.stop()


def test_a_process_that_cannot_start_is_an_error_with_its_reason() -> None:
    running = Workers(1, [sys.executable, "-c", "import sys; sys.exit(3)"])
    try:
        with pytest.raises(UsageError, match="code 3"):
            running.begin(["{}"])
    finally:
        running.stop()


def test_a_folder_with_odd_names_does_not_disturb(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("socket.py", "w") as file:  # noqa: PTH123 - what somebody's folder may hold
        file.write("raise SystemExit('not this one')")
    assert "-P" in module_argv("camscan.lab.worker")
    estate = Estate.only("wiki")
    running = Workers(1)
    try:
        running.begin([write(estate, loopback_layout(estate.devices, fresh_network()).places)])
    finally:
        running.stop()
    assert module_environment()["PYTHONPATH"]
