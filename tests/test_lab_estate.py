"""Estates from data: the demonstration, generated ones, and data that is wrong."""

from pathlib import Path

import pytest

from camscan.device import Kind
from camscan.errors import UsageError
from camscan.lab.estate import Estate, envelopes, profiles


def test_the_demo_has_some_of_everything() -> None:
    devices = Estate.demo().devices
    makers = {device.profile.maker for device in devices}
    kinds = {device.profile.kind for device in devices}
    assert len(devices) >= 24
    assert {
        "hikvision",
        "dahua",
        "axis",
        "uniview",
        "bosch",
        "hanwha",
        "tp-link",
        "reolink",
        "xiongmai",
        None,
    } <= makers
    assert {Kind.CAMERA, Kind.RECORDER, Kind.INTERCOM, Kind.OTHER} <= kinds
    assert any(device.profile.brand not in (None, device.profile.maker) for device in devices)


def test_the_same_data_gives_the_same_devices() -> None:
    assert Estate.generate(50, 7).devices == Estate.generate(50, 7).devices
    assert Estate.generate(50, 7).devices != Estate.generate(50, 8).devices


def test_generated_devices_differ_in_mac_and_serial() -> None:
    devices = Estate.generate(1000, 1).devices
    assert len({device.mac for device in devices}) == len(devices)
    assert {device.host for device in devices} == set(range(1, 1001))
    serials = [device.serial for device in devices if device.serial and "#" in device.profile.serial]
    assert len(set(serials)) == len(serials)


def test_macs_stay_within_the_profile_s_prefixes() -> None:
    for device in Estate.generate(300, 2).devices:
        bare = device.mac.replace(":", "")
        assert len(bare) == 12
        assert bare.startswith(tuple(prefix.lower() for prefix in device.profile.mac))


def test_what_an_entry_states_wins() -> None:
    estate = Estate.load(
        'name = "x"\n[[device]]\nprofile = "axis-camera"\nhost = 9\nmodel = "Q6135-LE"\nmac = "AC:CC:8E:00:00:01"\n'
        'serial = "S1"\nfirmware = "1.2"\ntitle = "gate"\nmutes = ["wsd"]\n'
    )
    (device,) = estate.devices
    assert (device.model, device.mac, device.serial, device.firmware) == ("Q6135-LE", "ac:cc:8e:00:00:01", "S1", "1.2")
    assert device.speaks("mdns")
    assert not device.speaks("wsd")
    assert not device.speaks("dhip")


def test_an_estate_may_bring_profiles_of_its_own() -> None:
    estate = Estate.load(
        'name = "x"\n[[profile]]\nname = "mine"\nkind = "camera"\nmodels = ["M"]\nmac = ["020000"]\nbasis = ["ours"]\n'
        '[[device]]\nprofile = "mine"\nhost = 1\n'
    )
    assert estate.devices[0].model == "M"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = \n", "line 1"),
        ('name = "x"\n', "device: Field required"),
        ('name = "x"\n[[device]]\nprofile = "a"\nhost = 0\n', "device.0.host"),
        ('name = "x"\n[[device]]\nprofile = "a"\nhost = 1\ncolour = "red"\n', "device.0.colour"),
    ],
)
def test_wrong_data_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"town\.toml") as caught:
        Estate.load(text, "town.toml")
    assert says in str(caught.value)


def test_data_that_does_not_hold_together_is_refused() -> None:
    twice = 'name = "x"\n' + '[[device]]\nprofile = "wiki"\nhost = 1\n' * 2
    with pytest.raises(UsageError, match="host number 1"):
        _ = Estate.load(twice).devices
    with pytest.raises(UsageError, match="no profile is called 'ghost'"):
        _ = Estate.only("ghost").devices


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.toml"):
        Estate.read(tmp_path / "absent.toml")
    (tmp_path / "one.toml").write_text('name = "x"\n[[device]]\nprofile = "wiki"\nhost = 3\n')
    assert Estate.read(tmp_path / "one.toml").devices[0].host == 3


def test_every_profile_says_where_its_words_are_from() -> None:
    for profile in profiles().values():
        assert profile.basis, profile.name
        assert all(basis.strip() for basis in profile.basis), profile.name
        if profile.kind is Kind.OTHER:
            assert profile.synthetic, profile.name


def test_every_profile_speaks_something() -> None:
    spoken = ("http", "rtsp", "sadp", "dhip", "wsd", "ssdp", "mdns", "sdk", "silent")
    for name in profiles():
        (device,) = Estate.only(name).devices
        assert any(device.speaks(protocol) for protocol in spoken), name


def test_envelopes_that_profiles_name_exist() -> None:
    for profile in profiles().values():
        assert profile.wsd is None or profile.wsd.envelope in envelopes().envelope
        for web in profile.http:
            assert web.onvif is None or web.onvif.style in envelopes().soap


def test_the_hostile_estate_points_elsewhere_and_misbehaves() -> None:
    devices = {device.profile.name: device for device in Estate.hostile().devices}
    web = devices["leads-elsewhere"].profile.http[0]
    assert web.onvif is not None
    assert web.onvif.base.startswith("http://${elsewhere}")
    quirks = {name for device in devices.values() for name in device.awkward.model_dump(exclude_defaults=True)}
    assert {
        "tcp_drip",
        "endless_body",
        "tcp_mute",
        "dies_at",
        "udp_truncate",
        "tcp_garbage_first",
        "tcp_late",
    } <= quirks
    assert all(device.profile.synthetic for device in devices.values() if device.mac.startswith("02:ba:0e"))
