"""An inventory on a network drive is refused with a sentence."""

import sys
from pathlib import Path

import pytest

from camscan.errors import InventoryError
from camscan.inventory import Inventory, _linux_mounts, sqlite_file
from camscan.inventory.network_drive import network_drive


def test_this_very_folder_is_local(tmp_path: Path) -> None:
    assert network_drive(tmp_path) is None


def test_other_systems_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(_linux_mounts, "network_file_system", lambda _: "nfs4")
    assert network_drive(tmp_path) is None


def test_it_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "network_drive", lambda _: "cifs")
    with pytest.raises(InventoryError, match=r"network drive \(cifs\).*\n.*postgresql://"):
        Inventory.open(tmp_path / "camscan.db")
    assert list(tmp_path.iterdir()) == []


def test_an_old_one_there_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Inventory.open(tmp_path / "camscan.db").close()
    monkeypatch.setattr(sqlite_file, "network_drive", lambda _: "nfs4")
    with pytest.raises(InventoryError, match="network drive"):
        Inventory.open(tmp_path / "camscan.db", create=False)
