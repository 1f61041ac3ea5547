"""Recall at equal false-match rates, by figures that can be checked with a pencil; labels, and who is whose kin."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from registry.cli.bench.asking import Query, Shared
from registry.cli.bench.attacks import ATTACKS
from registry.cli.bench.baselines import PDQMatcher
from registry.cli.bench.cost import Cost, Costs, Price
from registry.cli.bench.figures import measured, score_above
from registry.cli.bench.kin import kindred
from registry.cli.bench.labels import SameObject, read_labels
from registry.cli.bench.running import Answers, Trial
from registry.cli.bench.subjects import Subject, chosen, subjects_in
from registry.cli.bench.telling import Report, percent, screen
from registry.errors import InvalidInput


def subject(folder: str, name: str) -> Subject:
    return Subject(folder, name, Path(folder) / name)


def test_the_score_of_a_rate_lets_so_many_false_pairs_through_and_no_more() -> None:
    falling = np.array([9, 8, 8, 7, 1], dtype=np.float32)
    assert score_above(falling, 1000, 0.0005) == 9  # not one pair is allowed
    assert score_above(falling, 1000, 0.001) == 8  # one
    assert score_above(falling, 1000, 0.002) == 8  # two, but two of a score can't be told apart
    assert score_above(falling, 1000, 0.003) == 7
    assert score_above(falling, 1000, 0.005) == 0  # every false pair that got a score: any score is a match
    assert score_above(np.array([], dtype=np.float32), 1000, 0.001) == 0


def trial() -> Trial:
    """Two works in a folder, both attacked, and a stranger. The first is found by 10, 20, 30…, the second never."""
    works = subject("art", "a.png"), subject("art", "b.png")
    stranger = subject("others", "s.png")
    queries = [Query(work, attack.name) for work in works for attack in ATTACKS] + [Query(stranger, None)]
    count = len(ATTACKS)
    answers = Answers(
        true=np.array([10.0 * (i + 1) for i in range(count)] + [0.0] * count, dtype=np.float32),
        false_score=np.array([300, 200, 235], dtype=np.float32),
        false_query=np.array([0, 1, len(queries) - 1], dtype=np.int32),
        false_work=np.array([1, 1, 0], dtype=np.int32),
        same=np.array([250, 1], dtype=np.float32),
    )
    return Trial(
        works=works,
        attacked=works,
        strangers=(stranger,),
        queries=tuple(queries),
        refused=(),
        false_pairs=100,
        same_pairs=4,
        shared=Shared((PDQMatcher(),)),
        answers=(answers,),
    )


def test_recall_is_counted_above_the_score_of_a_rate_and_from_a_rule_s_own() -> None:
    (one,) = measured(trial(), [0.001, 0.01, 0.5], 10)
    none, single, any_, own = one.points
    assert (none.score, none.false, none.same) == (300, 0, 0)
    assert (none.folder("art").found, none.folder("art").asked) == (25, 110)  # 310 to 550
    assert (single.score, single.false, single.same) == (235, 1, 1)
    assert single.folder("art").found == 32  # 240 to 550
    assert (any_.score, any_.false, any_.same) == (0, 3, 2)
    assert any_.folder("art").found == 55
    assert (own.rule, own.score, own.false) == ("31 bits", 225, 2)
    assert own.folder("art").found == 33  # 230 to 550
    assert own.false_rate == pytest.approx(0.02)
    assert single.recall["art"][ATTACKS[23].name].share == 0.5  # 240, and nothing for the other work
    assert single.recall["art"][ATTACKS[22].name].share == 0


def test_a_curve_rises_from_no_false_match_to_all_that_got_a_score() -> None:
    (one,) = measured(trial(), [0.01], 10)
    curve = one.curves["art"]
    rates = [rate for rate, _ in curve]
    shares = [share for _, share in curve]
    assert rates == sorted(rates)
    assert shares == sorted(shares)
    assert rates[0] == pytest.approx(0.01)
    assert shares[-1] == pytest.approx(0.5)


def test_the_highest_false_pairs_tell_two_pictures_once() -> None:
    (one,) = measured(trial(), [0.01], 10)
    told = [(pair.query, pair.work, pair.score) for pair in one.highest_false]
    assert told == [(0, 1, 300), (110, 0, 235)]  # b's second false score is of the same two pictures
    (few,) = measured(trial(), [0.01], 1)
    assert len(few.highest_false) == 1


def test_kin_are_equal_pictures_and_labelled_ones_with_their_equals() -> None:
    everyone = [subject("w", name) for name in ("a", "b", "twin of a", "c")] + [
        subject("s", name) for name in ("x", "y")
    ]
    labels = SameObject([("w/a", "b"), ("x", "c")], everyone)
    found = kindred([b"A", b"B", b"A", b"C"], [b"X", b"C"], labels)
    assert [set(its.equal) for its in found] == [{0, 2}, {1}, {0, 2}, {3}, set(), {3}]
    assert [set(its.same) for its in found] == [{1}, {0, 2}, {1}, set(), {3}, set()]


def test_labels_are_lines_of_two_files_and_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text("# seen by eye\n\na.png\tart/b.png\tthe same mug, photographed twice\n", "utf-8")
    assert read_labels(file) == (("a.png", "art/b.png"),)


@pytest.mark.parametrize("line", ["a.png\tb.png", "a.png\tb.png\t ", "a.png b.png reason", "a\tb\tc\td"])
def test_a_label_without_a_reason_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.tsv"
    file.write_text(f"# remark\n{line}\n", "utf-8")
    with pytest.raises(InvalidInput, match="Line 2"):
        read_labels(file)


def test_labels_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read"):
        read_labels(tmp_path / "none.tsv")


def test_which_works_are_attacked_depends_on_names_and_seed_alone() -> None:
    names = [f"{number}.png" for number in range(40)]
    here = [subject("art", name) for name in names] + [subject("more", name) for name in names]
    first = chosen(here, 5, "")
    assert [one.folder for one in first] == ["art"] * 5 + ["more"] * 5
    assert {one.title for one in chosen(here[::-1], 5, "")} == {one.title for one in first}
    assert {one.title for one in chosen(here, 5, "another")} != {one.title for one in first}
    assert len(chosen(here, 100, "")) == 80


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for parent in ("one", "two"):
        (tmp_path / parent / "art").mkdir(parents=True)
        (tmp_path / parent / "art" / "a.png").write_bytes(b"")
    found = subjects_in([tmp_path / "one" / "art", tmp_path / "two" / "art"])
    assert len({one.title for one in found}) == 2
    assert [one.name for one in found] == ["a.png", "a.png"]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        subjects_in([tmp_path / "none"])


def test_a_person_gets_tables() -> None:
    made = trial()
    stages = {"read": Price(2, 0.25, 0.3, 5.25)}
    cost = Costs(2000, 21.0, (Cost("PDQ", "a registration", Price(3, 0.5, 0.75, 10.5), stages),), {"PDQ": 1032.0})
    report = Report(made, measured(made, [1e-6, 0.01], 10), cost)
    console = Console(width=120, record=True, file=io.StringIO())
    for part in screen(report):
        console.print(part)
    out = console.export_text()
    assert "110 copies of 2 works and 1 strangers, held against 2 works: 100 pairs" in out
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "PDQ 1 in 1,000,000 22.7 % 0 0 of 4" in rows
    assert "1 in 100 29.1 % 1 1 of 4" in rows
    assert "its own: 31 bits 30.0 % 2 1 of 4" in rows
    assert "jpeg-75 mild 0 / 0" in rows
    assert "cost among 2,000 works of SIFT alone (21 ms) median p90 ms" in rows
    assert "PDQ a registration 0.50× 0.75× 10.5" in rows
    assert "read 0.25× 0.30× 5.2" in rows
    assert "PDQ bytes for one work 1,032" in rows
    assert "100 pairs can't show a rate of 1 in 1,000,000" in out


def test_a_share_is_a_hundred_per_cent_only_where_it_is_all() -> None:
    assert [percent(share) for share in (1, 0.9999, 0.98765, 0)] == ["100.0", "99.9", "98.8", "0.0"]
