"""Series of models as advisories write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.errors import ParseError
from camscan.identify.globs import compile_glob


@pytest.mark.parametrize(
    ("glob", "model"),
    [
        ("DS-2CD2xx2F-I*", "DS-2CD2032F-I"),
        ("DS-2CD2xx2F-I*", "DS-2CD2032F-IW"),
        ("DS-2CD4x2xFWD*", "DS-2CD4A26FWD-IZS"),
        ("DS-2DFx*", "DS-2DF8236I-AEL"),
        ("DS-96xxxNI-Ix", "DS-96128NI-I16"),
        ("DS-76xxNI-Qx(/xP)", "DS-7616NI-Q2"),
        ("DS-76xxNI-Qx(/xP)", "DS-7616NI-Q2/16P"),
        ("DS-76xxNXI-Ix/S", "DS-7616NXI-I2/16P/S(C)"),
        ("DS-76xxNXI-Ix/VPro", "DS-7616NXI-I2/VPRO"),
        ("DS-2CD1xxxG2", "DS-2CD1043G2-LIU"),
        ("DS-2CD1xxxG0(T)", "DS-2CD1023G0T-I"),
        ("DS-2CD1xxxG0(T)", "DS-2CD1023G0-I(2.8mm)"),
        ("HWI-xxxH(C)", "HWI-140H(C)"),
        ("DS-K1T804AXX", "DS-K1T804AMF"),
        ("DS-2XE6xxxG0", "DS-2XE6142G0"),
        ("iDS-72xxHUHI-M1/T", "iDS-7204HUHI-M1/T"),
        ("IPC-HDW2x2x*", "DH-IPC-HDW2421R"),
        ("ds-2cd2xx2f", "DS-2CD2032F"),
    ],
)
def test_a_model_of_the_series(glob: str, model: str) -> None:
    assert compile_glob(glob).search(model)


@pytest.mark.parametrize(
    ("glob", "model"),
    [
        ("DS-2CD2xx2F-I*", "DS-2CD2032-I"),
        ("DS-2DFx*", "DS-2DE4225"),
        ("DS-2CD1xxxG2", "DS-2CD1043G20"),
        ("DS-2CD1xxxG2", "XDS-2CD1043G2"),
        ("IPC-xxxxH", "IPC-B140HA"),
        ("DS-96xxxNI-Ix", "DS-9632NI-I8"),
        ("DS-2XE6xxxG0", "DS-2CE6142G0"),  # a single capital X is itself
        ("DS-76xxNI-Qx(/xP)", "DS-7616NXI-Q2"),
    ],
)
def test_no_model_of_the_series(glob: str, model: str) -> None:
    assert not compile_glob(glob).search(model)


@pytest.mark.parametrize(
    "glob", ["", "*", "xx", "A*", "-DS", "DS-2CD(", "DS-2CD)", "DS-2CD((x))", "IP\u00e4", "a" * 81]
)
def test_what_is_no_series_is_refused(glob: str) -> None:
    with pytest.raises(ParseError):
        compile_glob(glob)


@given(st.text(max_size=90))
def test_any_text_is_a_series_or_refused(text: str) -> None:
    try:
        pattern = compile_glob(text)
    except ParseError:
        return
    assert pattern.search("") is None


@given(st.from_regex(r"[A-WYZa-wyz0-9]{3}[A-WYZa-wyz0-9/-]{0,20}", fullmatch=True))
def test_a_name_without_wild_characters_is_a_series_of_itself(name: str) -> None:
    assert compile_glob(name).search(name)
    assert not compile_glob(name).search(f"{name}0")
