"""Style sheets, settled as browsers settle them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import MediaTooLarge
from registry.media.svg.style import Stylesheet, Subject

PROPERTIES = frozenset({"fill", "stroke", "opacity", "marker-start", "marker-mid", "marker-end"})
ROOT = Subject("svg", None, ())
GROUP = Subject("g", "top", ("outer",))
PATH = Subject("path", "one", ("a", "b"))


def fill(
    css: str, own: str = "", subject: Subject = PATH, ancestors: tuple[Subject, ...] = (ROOT, GROUP)
) -> str | None:
    return Stylesheet(css, PROPERTIES).styles(subject, list(ancestors), own).get("fill")


@pytest.mark.parametrize(
    "css",
    [
        "path{fill:red}",
        "*{fill:red}",
        ".a{fill:red}",
        "#one{fill:red}",
        "path.a.b#one{fill:red}",
        ".x, .b ,.y{fill:red}",
        "svg path{fill:red}",
        "svg > g>path{fill:red}",
        "g .a{fill:red}",
        "#top.outer > .a{fill:red}",
        "/* {} */ .a { /* ; */ fill : red ; stroke: url(#x) }",
        "@import url(x.css); @font-face{font-family:x;src:url(x)} @media print{.a{fill:blue}} .a{fill:red}",
        "@charset 'x';.x{}.a{fill:red}",
        ".a{FILL:red}",
        ".a{fill:red;fill:re\\64}",
        ".a{stroke:blue}.a{fill:red}",
    ],
)
def test_what_applies(css: str) -> None:
    assert fill(css) == "red"


@pytest.mark.parametrize(
    "css",
    [
        "rect{fill:red}",
        ".c{fill:red}",
        ".a.c{fill:red}",
        "#two{fill:red}",
        "svg > path{fill:red}",
        "path g{fill:red}",
        "rect path{fill:red}",
        "> path{fill:red}",
        "g > > path{fill:red}",
        "path >{fill:red}",
        "path:hover{fill:red}",
        "path[d]{fill:red}",
        "g + path{fill:red}",
        "#one#two{fill:red}",
        ".\\61{fill:red}",
        ".a{font:red}",
        ".a{fill:red !ie}",
        ".a{fill}",
        ".a{fill:}",
        "}}}",
        "",
    ],
)
def test_what_does_not_apply(css: str) -> None:
    assert fill(css) is None


@pytest.mark.parametrize(
    ("css", "own", "winner"),
    [
        (".a{fill:one}.b{fill:two}", "", "two"),
        (".b{fill:two}.a{fill:one}", "", "one"),
        ("#one{fill:id}.a.b{fill:class}path{fill:tag}*{fill:any}", "", "id"),
        ("path.a{fill:both}.a{fill:class}", "", "both"),
        ("g path{fill:within}path{fill:tag}", "", "within"),
        ("#one{fill:id}", "fill:own", "own"),
        (".a{fill:strong!important}#one{fill:id}", "fill:own", "strong"),
        (".a{fill:strong !IMPORTANT}", "fill:own!important", "own"),
        (".a{fill:one;fill:two}", "", "two"),
    ],
)
def test_who_wins(css: str, own: str, winner: str) -> None:
    assert fill(css, own) == winner


def test_one_word_for_all_markers() -> None:
    found = Stylesheet("path{marker:url(#m)}", PROPERTIES).styles(PATH, [], "marker-mid:none")
    assert found == {"marker-start": "url(#m)", "marker-mid": "none", "marker-end": "url(#m)"}


@pytest.mark.parametrize(
    "css",
    [
        ".a{fill:red}" * 2000,
        f".a{{{'fill:red;' * 2000}}}",
        ("g " * 20 + "path{fill:red}") * 500,
        "g .zz path{fill:red}" * 1000,
    ],
)
def test_there_is_an_end_to_applying_rules(css: str) -> None:
    sheet = Stylesheet(css, PROPERTIES)

    def apply(times: int) -> None:
        for _ in range(times):
            sheet.styles(PATH, [GROUP] * 30, "")

    with pytest.raises(MediaTooLarge, match="style rules"):
        apply(1000)


@given(
    st.text(alphabet="abg .#>*{}:;,@!/\\\"'()url\n", max_size=60), st.text(alphabet="fil:;!/{}'\\ur(#)", max_size=30)
)
def test_no_style_sheet_is_too_odd(css: str, own: str) -> None:
    found = Stylesheet(css, PROPERTIES).styles(PATH, [ROOT, GROUP], own)
    assert found.keys() <= PROPERTIES
    assert all(value and "\\" not in value and ";" not in value for value in found.values())
