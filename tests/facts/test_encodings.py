"""Text in other encodings than the one agreed: nothing is found in it, so nothing is proven or disproven by it."""

import json

import pytest

from secaudit.lab.answers import answer_names, platform_of
from secaudit.model.capture import Section, SectionStatus
from secaudit.model.fact import Known
from tests.facts.test_degraded import CAPTURES, changed, nothing_new

LINUX = [name for name in answer_names() if platform_of(name) == "posix"]
WINDOWS = [name for name in answer_names() if platform_of(name) == "windows"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", [*LINUX, *WINDOWS])
def test_a_section_in_utf_16_proves_nothing(name, encoding):
    for section in CAPTURES[name].sections:
        if section.status is SectionStatus.OK and section.body:
            body = section.body.decode("utf-8", "replace").encode(encoding)
            nothing_new(
                name, changed(CAPTURES[name], {section.name: Section(section.name, SectionStatus.OK, body, 0)}), section.name
            )


SERVICES = '{"from":"manager","rows":[{"name":"BkavService","state":4}]}'


def test_names_in_the_vietnamese_code_page_are_kept_as_far_as_they_go(posix, windows):
    """Windows-1258 is no UTF-8: the letters are lost, the fact is not."""
    facts = posix(os_release=b'PRETTY_NAME="M\xe1y ch\xf9 x\xe3"\nID=debian\nVERSION_ID="12"\n')
    assert facts["os.id"] == Known("debian", "os-release")
    assert facts["os.name"].value == "M\ufffdy ch\ufffd x\ufffd"
    row = {"name": "Bkav Pro", "state": 0x041000, "path": "C:\\b\\b.exe", "exists": True}
    document = json.dumps({"AntiVirusProduct": [row], "FirewallProduct": []}).encode().replace(b"Pro", b"Pr\xf4\xec")
    products = windows(wsc=document, services=SERVICES, processes='{"names":[]}')["protection.products"]
    assert [product["id"] for product in products.value] == ["bkav"]


def test_a_lone_surrogate_and_a_nul_in_a_name_reach_nobody(windows):
    row = '{"name":"Bkav \\ud800 \\u0000","state":266240,"path":"C:/b.exe","exists":true}'
    wsc = '{"AntiVirusProduct":[' + row + '],"FirewallProduct":[]}'
    products = windows(wsc=wsc, services=SERVICES, processes='{"names":[]}')["protection.products"]
    assert products.value
    for product in products.value:
        product["name"].encode("utf-8")
        assert "\0" not in product["name"]
