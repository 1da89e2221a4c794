"""Certificates with the names that real devices carry."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lab_tools import host, place, with_server

from camscan.lab.certificate import context
from camscan.lab.host import Host
from camscan.lab.model import Tls
from camscan.lab.place import Place
from camscan.lab.serve import Server


def spec(device: Host) -> Tls:
    return next(web.tls for web in device.device.profile.http if web.tls)


def chain(device: Host, folder: Path) -> list[x509.Certificate]:
    context(device, spec(device), folder)
    (file,) = folder.glob("*.pem")
    return x509.load_pem_x509_certificates(file.read_bytes())


def test_the_names_stand_in_the_device_s_order(tmp_path: Path) -> None:
    device = host("dahua-recorder")
    (leaf,) = chain(device, tmp_path)
    assert [item.rfc4514_string() for item in leaf.subject.rdns] == [f"CN={device.place.ip}", "C=CN"]
    assert leaf.issuer.rfc4514_string().endswith("CN=NVR")
    assert "ZheJiang Dahua Technology CO.\\,LTD." in leaf.issuer.rfc4514_string()
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days == 10950


def test_the_issuer_may_be_sent_along(tmp_path: Path) -> None:
    leaf, issuer = chain(host("dahua-camera-2020"), tmp_path)
    assert leaf.issuer == issuer.subject
    leaf.verify_directly_issued_by(issuer)


def test_old_devices_have_short_keys(tmp_path: Path) -> None:
    (leaf,) = chain(host("hikvision-recorder"), tmp_path)
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 1024
    assert leaf.subject == leaf.issuer


def test_alternative_names(tmp_path: Path) -> None:
    device = host("axis-camera")
    (leaf,) = chain(device, tmp_path)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [f"axis-{device.device.mac.replace(':', '')}.local"]


@pytest.mark.parametrize(("profile", "version"), [("hikvision-recorder", "TLSv1.2"), ("dahua-camera-2020", "TLSv1.3")])
def test_a_device_speaks_the_versions_of_its_age(profile: str, version: str) -> None:
    assert with_server([where := place(profile)], lambda _: agreed(where)) == version


async def agreed(where: Place) -> str:
    import asyncio

    settings = ssl.create_default_context()
    settings.check_hostname, settings.verify_mode = False, ssl.CERT_NONE
    settings.set_ciphers("ALL:@SECLEVEL=0")
    reader, writer = await asyncio.open_connection(str(where.ip), where.port(443), ssl=settings)
    found: str = writer.get_extra_info("ssl_object").version()
    writer.close()
    await reader.read()
    return found


def test_every_certificate_of_the_profiles_can_be_made() -> None:
    async def nothing(server: Server) -> int:
        return len(server.hosts)

    for name in ("hikvision-camera-2021", "bosch-camera", "vivotek-camera", "axis-camera"):
        assert with_server([place(name)], nothing) == 1
