import pytest
from answers import Answer, answers, label, wire

from camscan.discover import sadp
from camscan.errors import ParseError
from camscan.evidence import Evidence

XML_ROWS = [row for row in answers("sadp") if row["fidelity"] != "fields"]


def read(text: str) -> dict[str, str]:
    return as_dict(sadp.parse(text.encode()))


def as_dict(evidence: tuple[Evidence, ...]) -> dict[str, str]:
    values = {item.name: item.value for item in evidence}
    assert len(values) == len(evidence)
    return values


@pytest.mark.parametrize("row", XML_ROWS, ids=label)
def test_real_answers(row: Answer) -> None:
    found = as_dict(sadp.parse(wire(row)))
    assert found["sadp.answer"] == "yes"
    assert found["sadp.model"] == row["model"]
    assert found["sadp.serial"].startswith(row["model"])


def test_every_field_of_a_full_answer() -> None:
    assert as_dict(sadp.parse(wire(XML_ROWS[0]))) == {
        "sadp.answer": "yes",
        "sadp.model": "DS-2CD2385G1-I",
        "sadp.serial": "DS-2CD2385G1-I20200414AAWRE33842150",
        "sadp.firmware": "V5.6.2build 190701",
        "sadp.dsp": "V7.3 build 190626",
        "sadp.ip": "192.168.124.40",
        "sadp.device_type": "141945",
        "sadp.oem_code": "1",
        "sadp.channels_digital": "1",
        "sadp.channels_analog": "0",
        "sadp.http_port": "80",
        "sadp.command_port": "8000",
        "sadp.mac": "58:50:ed:1f:e3:85",
        "sadp.activated": "true",
    }


def test_the_request_asks_and_changes_nothing() -> None:
    (request,) = sadp.requests(7)
    assert request.count(b"<Types>") == 1
    assert b"<Types>inquiry</Types>" in request
    assert request == sadp.requests(7)[0]
    assert request != sadp.requests(8)[0]


def test_our_own_request_is_no_answer() -> None:
    with pytest.raises(ParseError):
        sadp.parse(sadp.requests(0)[0])


@pytest.mark.parametrize("root", ["ProbeMatch", "Probematch", "PROBEMATCH"])
def test_root_in_any_case(root: str) -> None:
    assert read(f"<{root}><MAC>44:19:B6:00:00:01</MAC></{root}>")["sadp.mac"] == "44:19:b6:00:00:01"


@pytest.mark.parametrize("text", ["<Hello><MAC>44-19-b6-00-00-01</MAC></Hello>", "<ProbeMatch><Types>hello</Types>"])
def test_a_hello_says_so(text: str) -> None:
    whole = text if text.startswith("<Hello>") else f"{text}<DeviceSN>X</DeviceSN></ProbeMatch>"
    assert read(whole)["sadp.answer"] == "hello"


@pytest.mark.parametrize(
    ("stated", "meant"), [("true", "true"), ("True", "true"), ("false", "false"), ("flase", "false"), ("maybe", None)]
)
def test_activation_as_firmware_spells_it(stated: str, meant: str | None) -> None:
    found = read(f"<ProbeMatch><DeviceSN>X</DeviceSN><Activated>{stated}</Activated></ProbeMatch>")
    assert found.get("sadp.activated") == meant


def test_windows_line_ends_and_a_bare_ampersand() -> None:
    found = read(
        "<?xml version='1.0' encoding='UTF-8'?>\r\n"
        "<ProbeMatch>\r\n<DeviceDescription>\r\nDS-1\r\n</DeviceDescription>\r\n"
        "<OEMinfo>Lock & Key</OEMinfo>\r\n</ProbeMatch>\r\n"
    )
    assert found["sadp.model"] == "DS-1"
    assert found["sadp.oem_info"] == "Lock & Key"


def test_of_repeated_tags_the_first_that_says_something_counts() -> None:
    found = read(
        "<ProbeMatch><DeviceSN></DeviceSN><DeviceSN>A</DeviceSN><DeviceSN>B</DeviceSN><OEMCode>7</OEMCode></ProbeMatch>"
    )
    assert found["sadp.serial"] == "A"
    assert found["sadp.oem_code"] == "7"


def test_the_detailed_oem_code_comes_first() -> None:
    found = read(
        "<ProbeMatch><OEMCode>7</OEMCode><DetailOEMCode>201</DetailOEMCode><DeviceSN>X</DeviceSN></ProbeMatch>"
    )
    assert found["sadp.oem_code"] == "201"


def test_the_verification_code_is_never_read_out() -> None:
    found = read("<ProbeMatch><DeviceSN>X</DeviceSN><EZVIZCode>ABCDEF</EZVIZCode></ProbeMatch>")
    assert found["sadp.ezviz_code"] == "present"
    assert "ABCDEF" not in found.values()


def test_a_mac_that_is_none_is_left_out() -> None:
    found = read("<ProbeMatch><DeviceSN>X</DeviceSN><MAC>00-00-00-00-00-00</MAC></ProbeMatch>")
    assert "sadp.mac" not in found


@pytest.mark.parametrize(
    ("serial", "model"),
    [
        ("DS-2CD2432F-IW20150126CCCH502126167", "DS-2CD2432F-IW"),
        ("DS-2CD2146G2-ISU20220822AAWRK12345678", "DS-2CD2146G2-ISU"),
        ("DS-2SE4C425MWG-E/2620230101AAWRFC1234567", "DS-2SE4C425MWG-E/26"),
        ("DS-7616NI-K21620181230CCRRC12345678WCVU", "DS-7616NI-K2"),
        ("DS-7616NI-Q2/16P 1620181230CCRRC12345678WCVU", "DS-7616NI-Q2/16P"),
        ("DS-7732NI-M4-3220200715CCRRL12345678WCVU", "DS-7732NI-M4"),
        ("iDS-7208HQHI-M1(A)/S(C)0820210310CCWRFD1234567WCVU", "iDS-7208HQHI-M1(A)/S(C)"),
        ("F12345678", None),
        ("20200101AAWR12345678", None),
        ("", None),
    ],
)
def test_model_from_the_serial(serial: str, model: str | None) -> None:
    assert sadp.model_of_serial(serial) == model
    found = read(f"<ProbeMatch><MAC>44-19-b6-00-00-01</MAC><DeviceSN>{serial}</DeviceSN></ProbeMatch>")
    assert found.get("sadp.model") == model


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not XML",
        "<ProbeMatch/>",
        "<ProbeMatch><HttpPort>80</HttpPort></ProbeMatch>",
        "<ProbeMatch><Device><DeviceSN>nested</DeviceSN></Device></ProbeMatch>",
        "<Other><DeviceSN>X</DeviceSN></Other>",
        "<d:ProbeMatch xmlns:d='http://schemas.xmlsoap.org/ws/2005/04/discovery'><d:MAC>441</d:MAC></d:ProbeMatch>",
        "<!DOCTYPE ProbeMatch><ProbeMatch><DeviceSN>X</DeviceSN></ProbeMatch>",
    ],
)
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(ParseError):
        sadp.parse(text.encode())


def test_the_row_of_fields_is_no_answer() -> None:
    (row,) = [row for row in answers("sadp") if row["fidelity"] == "fields"]
    with pytest.raises(ParseError):
        sadp.parse(wire(row))
