"""What every test shares: how hard hypothesis tries, and a guard against loose threads."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from cli_tools import Demo

# No deadline: a busy machine is not a bug, and no test here measures time.
settings.register_profile("fast", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("CAMSCAN_HYPOTHESIS", "fast"))


# A run in the background begins with SIGINT ignored, and so would every program that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fails a test that leaves a thread running which would keep the interpreter alive."""
    before = set(threading.enumerate())
    yield
    left = _new_threads(before)
    for thread in left:
        thread.join(timeout=2)
    left = _new_threads(before)
    assert not left, f"threads left running: {[thread.name for thread in left]}"


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> "Demo":
    """What `camscan demo` leaves behind and said. It scans for some 20 seconds, so the whole session shares it."""
    from cli_tools import run_demo

    return run_demo(tmp_path_factory.mktemp("demo"))
