"""No password leaves in an address."""

import pytest

from evalpkg.addresses import without_userinfo


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("see https://a:b@c/d and http://e/f@g", "see https://c/d and http://e/f@g"),
        ("git+https://token@host/x?y=@z", "git+https://host/x?y=@z"),
        ("https://user:p@ss@host:8000/v1", "https://host:8000/v1"),
        ("https://host?mail=a@b", "https://host?mail=a@b"),
        ("https://:@host#a@b", "https://host#a@b"),
        ("mail a@b", "mail a@b"),
    ],
)
def test_passwords_are_cut_out_of_urls(address: str, shown: str) -> None:
    assert without_userinfo(address) == shown
