from concurrent.futures import ThreadPoolExecutor

from lti_bridge.conferencing.onstream import InMemory, Invitation

ANN = Invitation("4", 2, "https://onstream.example/johndoe/go/ABC123")
BEN = Invitation("5", 1, "https://onstream.example/johndoe/go/DEF456")


def test_what_was_kept_is_found_by_service_session_and_address():
    memory = InMemory()
    memory.keep("a", "1", "x@y", ANN)
    memory.keep("a", "2", "x@y", BEN)
    assert memory.find("a", "1", "x@y") == ANN
    assert memory.find("a", "2", "x@y") == BEN
    assert memory.find("b", "1", "x@y") is None
    assert memory.find("a", "1", "y@x") is None


def test_the_last_word_counts():
    memory = InMemory()
    memory.keep("a", "1", "x@y", ANN)
    memory.keep("a", "1", "x@y", BEN)
    assert memory.find("a", "1", "x@y") == BEN


def test_those_used_longest_ago_are_forgotten():
    memory = InMemory(most=2)
    memory.keep("a", "1", "first", ANN)
    memory.keep("a", "1", "second", ANN)
    assert memory.find("a", "1", "first")
    memory.keep("a", "1", "third", BEN)
    assert memory.find("a", "1", "second") is None
    assert memory.find("a", "1", "first") == ANN
    assert memory.find("a", "1", "third") == BEN


def test_threads_share_it():
    memory = InMemory(most=50)

    def use(number):
        memory.keep("a", str(number), "x", ANN)
        return memory.find("a", str(number % 7), "x")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(use, range(500))) <= {ANN, None}


def test_the_link_does_not_show():
    assert "ABC123" not in repr(ANN)
