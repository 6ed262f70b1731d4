import linecache

from stepscope.collect.owner import is_users


class Compiled:
    """The loader of a compiled extension, which has no source."""

    def get_source(self, name):
        return None


def test_the_source_of_a_compiled_extension_is_not_the_users_after_a_traceback_was_printed():
    file = "made/random/of_c.pyx"
    linecache.lazycache(file, {"__name__": "made.random", "__loader__": Compiled()})

    assert file in linecache.cache
    assert not is_users(file)


def test_source_that_was_found_in_an_installed_package_is_not_the_users(tmp_path, monkeypatch):
    folder = tmp_path / "lib" / "site-packages"
    (folder / "made").mkdir(parents=True)
    (folder / "made" / "fast.pyx").write_text("def crop(): pass\n")
    monkeypatch.syspath_prepend(folder)

    assert linecache.getlines("made/fast.pyx")
    assert not is_users("made/fast.pyx")


def test_a_cell_of_a_notebook_is_the_users():
    name = "/nowhere/ipykernel_12/345.py"
    linecache.cache[name] = (9, None, ["x = 1 / 0"], name)

    assert is_users(name)
