"""What crosses into other rooms: frozen, and mute about secrets."""

import pytest
from pydantic import SecretStr, ValidationError

from lti_bridge.settings import Meets, Platform, Security, Settings, load
from tests.unit.settings.files import CONTRACT, KEY, OTHER_KEY, written

SECRETS = {
    "sqlite:///var/bridge.db": "postgresql+psycopg://me:SESAME-database@host/db",
    "redis://127.0.0.1:6379/0": "redis://:SESAME-redis@host/0",
    'username = ""\npassword = ""': 'username = "me"\npassword = "SESAME-meets"',
    "headers  = {}": 'headers = { X-Key = "SESAME-header" }',
    "params   = {}": 'params = { key = "SESAME-param" }',
    "client.meets.example/api/v1": "client.meets.example/SESAME-base",
    "639259d4-9dd8-4b25-bf01-95f9567eaf4b": "SESAME-conferencing",
    "onstream-pass": "SESAME-onstream",
    "engagement-secret": "SESAME-engagement",
    "sakai-shared": "SESAME-shared",
    f'"{KEY}"': f'["SESAME-{KEY}", "SESAME-{OTHER_KEY}"]',
}


@pytest.fixture
def settings(tmp_path):
    text = CONTRACT.replace("=  ", "= ")
    for plain, secret in SECRETS.items():
        if plain.startswith("username"):
            text = text.replace('username = ""', 'username = "me"')
            text = text.replace('password = ""', 'password = "SESAME-meets"')
        else:
            assert plain in text
            text = text.replace(plain, secret)
    return load(written(tmp_path, text), {})


def test_no_text_form_of_any_model_shows_a_secret(settings):
    parts = [
        settings, settings.security, settings.meets, settings.engagement, settings.retention,
        *settings.conferencing, *settings.platform,
    ]  # fmt: skip
    for part in parts:
        for shown in (repr(part), str(part), f"{part}", f"{part!a}", repr(part.__rich_repr__)):
            assert "SESAME" not in shown
    assert "SESAME" not in str(
        {key: value for key, value in settings.model_dump().items() if key != "meets"}
    )


def test_secrets_are_there_when_asked_for(settings):
    assert settings.database_url.get_secret_value().endswith("SESAME-database@host/db")
    assert settings.meets.headers["X-Key"].get_secret_value() == "SESAME-header"
    assert settings.secret_key[1].get_secret_value() == f"SESAME-{OTHER_KEY}"


def test_settings_cannot_be_changed(settings):
    for part, key in ((settings, "public_url"), (settings.security, "allow_http")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, key, True)


def test_the_models_own_errors_show_no_value():
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(
            {"public_url": "SESAME", "secret_key": "SESAME", "SESAME2": "SESAME"}
        )
    assert "input_value" not in str(caught.value)


def test_models_can_be_made_without_a_file():
    made = Settings(
        public_url="http://127.0.0.1:8000",
        database_url=SecretStr("sqlite:///bridge.db"),
        secret_key=(SecretStr(KEY),),
        security=Security(allow_http=True, allow_private_networks=True),
        meets=Meets(url="http://127.0.0.1:9/api/"),
        platform=(
            Platform(
                name="Sakai",
                type="Other",
                version="1.1",
                consumer_key="sakai",
                shared_secret=SecretStr("s"),
                meets_connection=1,
                conferencing="live",
            ),
        ),
    )
    assert made.meets is not None
    assert made.meets.url == "http://127.0.0.1:9/api"
    assert (made.platform[0].issuer, made.platform[0].deployment_ids) == ("", ())
