import pytest


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Mails of events bring files along, which are kept beside what people upload."""
    settings.MEDIA_ROOT = tmp_path / "media"
