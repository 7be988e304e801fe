from large_places import large_places


def test_long_files_and_functions_are_listed_and_docstrings_are_not_counted(tmp_path):
    told = '    """A long story.\n' + "    ...\n" * 100 + '    """\n'
    (tmp_path / "short.py").write_text("def explained():\n" + told + "    x = 1\n" * 59)
    (tmp_path / "long.py").write_text("x = 1\n" * 400 + "def endless():\n" + told + "    x = 1\n" * 60)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001.py").write_text("x = 1\n" * 500)
    long = tmp_path / "long.py"
    assert large_places(tmp_path) == [f"{long}: 563 lines", f"{long}:401: endless has 61 lines"]
