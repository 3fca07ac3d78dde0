"""gristmill.toml: every problem told at once, with its line; layers in order."""

import pytest

from gristmill import project
from gristmill.catalog import Catalog
from gristmill.errors import ConfigError, TemplateError

TEMPLATE = "-- Say {what}.\n--\n-- grain  one row\nselect {n} as n\n"


def make(tmp_path, text='[project]\nname = "acme"\n'):
    (tmp_path / "gristmill.toml").write_text(text, encoding="utf-8")
    return tmp_path


def template(root, name, n=1, what="it"):
    path = root / "sql" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE.format(n=n, what=what), encoding="utf-8")
    return path


def test_a_project_is_found_from_a_folder_inside_it(tmp_path):
    make(tmp_path)
    inner = tmp_path / "data" / "deep"
    inner.mkdir(parents=True)
    assert project.load(inner).root == tmp_path
    assert project.load(inner).name == "acme"


def test_where_there_is_no_project_the_error_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="gristmill init"):
        project.load(tmp_path)


def test_every_problem_of_the_file_is_told_with_its_line(tmp_path):
    make(
        tmp_path,
        '[projct]\n[project]\nlocal = "ko"\nkeep_runs = "three"\n[sources.crm]\nfile = "x.csv"\n[pins]\n"a/b" = 0\n',
    )
    with pytest.raises(ConfigError) as caught:
        project.load(tmp_path)
    text = str(caught.value)
    assert "gristmill.toml:1 has an unknown section 'projct'" in text and "did you mean project?" in text
    assert "gristmill.toml:3 has an unknown key 'local'" in text
    assert "gristmill.toml:4 keep_runs is 'three'" in text
    assert "has no path" in text
    assert "The pin of a/b is 0" in text


def test_broken_toml_names_its_line(tmp_path):
    make(tmp_path, "[project]\nname = acme\n")
    with pytest.raises(ConfigError, match=r"gristmill\.toml:2"):
        project.load(tmp_path)


def test_the_nearest_layer_wins_then_the_highest_version_then_a_pin(tmp_path):
    (tmp_path / "shared").mkdir()
    make(tmp_path, '[project]\nlayers = ["shared"]\n[pins]\n"mine/b" = 1\n')
    template(tmp_path, "mine/a_v1.sql", 1)
    template(tmp_path / "shared", "mine/a_v2.sql", 2)
    template(tmp_path, "mine/b_v1.sql", 1)
    template(tmp_path, "mine/b_v2.sql", 2)
    template(tmp_path / "shared", "mine/c_v1.sql", 1)
    template(tmp_path / "shared", "mine/c_v3.sql", 3)
    catalog = Catalog(project.load(tmp_path))
    assert catalog.get("mine/a").ref == "mine/a@1"
    assert catalog.get("mine/a@2").layer == "shared"
    assert catalog.get("shared:mine/a").version == 2
    assert catalog.get("mine/b").version == 1
    assert catalog.get("mine.c").version == 3
    assert [t.ref for t in catalog.candidates("mine/a")] == ["mine/a@1", "mine/a@2"]
    assert catalog.get("base:segment/rfm").layer == "base"


def test_an_unknown_template_gets_the_nearest_name(tmp_path):
    make(tmp_path)
    with pytest.raises(TemplateError, match="did you mean segment/rfm"):
        Catalog(project.load(tmp_path)).get("segment/rmf")


def test_a_pin_of_nothing_is_refused(tmp_path):
    make(tmp_path, '[pins]\n"segment/rfm" = 99\n"segment/rmf" = 1\n')
    with pytest.raises(TemplateError) as caught:
        Catalog(project.load(tmp_path)).winners()
    assert "pins segment/rfm@99, which does not exist" in str(caught.value)
    assert "did you mean segment/rfm" in str(caught.value)
