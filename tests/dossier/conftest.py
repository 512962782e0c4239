"""One province with evidence for all tests here: it is read, never changed."""

from collections.abc import Iterator

import pytest

from secaudit.pipeline.province import load_province
from secaudit.store import Store
from tests.dossier.kit import ANSWERS, Ready, keep_answers, ready, write_province
from tests.evidence.kit import CHECKS


@pytest.fixture(scope="session", name="known")
def read_once(tmp_path_factory) -> Iterator[Ready]:
    """Loaded, judged and assessed once."""
    written = write_province(tmp_path_factory.mktemp("dossiers"))
    province = load_province(written.folder, CHECKS, None)
    with Store.open(written.database) as store:
        keep_answers(store, province, ANSWERS)
        yield ready(written, province, store)
