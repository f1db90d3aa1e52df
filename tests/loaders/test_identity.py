"""Which lake it is: made once, by the first load, and read wherever the lake is."""

import json

import pytest

from loaders.declarations import Stream
from loaders.errors import ConfigurationError
from loaders.identity import IDENTITY, identify, lake_id
from loaders.lake import Store
from loaders.landing import begin
from loaders.log import Log
from loaders.maintenance import remove_unseen

SHOP = Stream(source="shop", name="orders", loader="files", record_key="id")


def test_the_first_load_gives_a_lake_its_identity_and_no_other_does(store: Store) -> None:
    assert lake_id(store) is None
    log = Log(store, "shop", "orders")
    with begin(store, SHOP, log, None) as load:
        load.begin_input("a", "1", {})
        load.land([b'{"id":1}'])
        assert lake_id(store) is None  # what is not committed leaves nothing
        first = load.commit({})
    identity = lake_id(store)
    assert identity
    assert len(identity) == 32
    with begin(store, SHOP, log, first) as load:
        load.begin_input("b", "1", {})
        load.commit({})
    log.seen()
    remove_unseen(store)
    assert lake_id(store) == identity


def test_a_lake_of_before_gets_one_with_a_load_that_finds_nothing(store: Store) -> None:
    Log(store, "shop", "orders").seen()
    assert lake_id(store)


def test_of_two_that_give_one_the_first_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    create = store.create

    def after_another(key: str, data: bytes) -> bool:
        create(key, b'{"lake_id":"theirs"}')
        return create(key, data)

    monkeypatch.setattr(store, "create", after_another)
    identify(store)
    assert lake_id(store) == "theirs"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"lake_id":""}', '{"lake_id":7}', "\udcff"])
def test_what_is_no_identity_is_an_error_that_says_the_way_on(store: Store, content: str) -> None:
    store.put(IDENTITY, content.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError, match=r"not a lake's identity \(.*restore it as it was written"):
        lake_id(store)
    store.put(IDENTITY, json.dumps({"lake_id": "it", "more": 1}).encode())
    assert lake_id(store) == "it"
