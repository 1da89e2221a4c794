"""``python -m camscan`` is camscan."""

from cli_tools import process

from camscan import __version__


def test_the_module_runs_the_program() -> None:
    ran = process("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"camscan {__version__}\n", "")
