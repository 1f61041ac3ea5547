"""`/metrics`: what Prometheus reads, told without names."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.house import House
from tests.api.pictures import drawing, png

STAGES = {"read", "codes", "features", "guesses"}
STAGE = "originmark_matching_stage_"


def told(house: House) -> dict[tuple[str, str], float]:
    """Every sample, by its name and its one label's value, empty where it has none."""
    answer = house.client().get("/metrics")
    assert answer.status_code == 200
    samples: Iterator[tuple[tuple[str, str], float]] = (
        ((sample.name, next(iter(sample.labels.values()), "")), sample.value)
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    )
    return dict(samples)


def check(house: House, picture: bytes) -> str:
    answer = house.client("check").post("/v1/checks", files={"file": ("listing.png", picture)})
    assert answer.status_code == 201
    return str(answer.json()["decision"])


def test_the_answer_is_what_prometheus_reads(house: House) -> None:
    answer = house.client().get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    families = {family.name: family.type for family in text_string_to_metric_families(answer.text)}
    assert families[f"{STAGE}runs"] == families[f"{STAGE}seconds"] == "counter"
    assert families["originmark_index_position"] == families["originmark_index_bytes"] == "gauge"


def test_a_stranger_s_picture_runs_every_stage_and_a_copy_that_is_blocked_the_first_two(house: House) -> None:
    before = told(house)
    assert {stage for name, stage in before if name == f"{STAGE}runs_total"} == STAGES
    assert check(house, png(drawing("nobody's"))) == "allow"
    between = told(house)
    assert check(house, house.public_file) == "block"
    after = told(house)
    for stage in STAGES:
        runs = (f"{STAGE}runs_total", stage)
        assert between[runs] == before[runs] + 1
        assert after[runs] == between[runs] + (stage in {"read", "codes"})
        assert between[f"{STAGE}seconds_total", stage] > before[f"{STAGE}seconds_total", stage]
    assert between[f"{STAGE}settled_total", "codes"] == before[f"{STAGE}settled_total", "codes"]
    assert after[f"{STAGE}settled_total", "codes"] == before[f"{STAGE}settled_total", "codes"] + 1
    assert after[f"{STAGE}found_total", "codes"] > between[f"{STAGE}found_total", "codes"]


def test_indexes_are_told_as_they_stand(house: House) -> None:
    check(house, png(drawing("nobody's either")))  # brings both up to the feed
    figures = told(house)
    head = house.registry.follower.catch_up().feed_position
    assert figures["originmark_index_position", "codes"] == figures["originmark_index_position", "features"] == head
    assert figures["originmark_indexed_works", ""] == len(house.registry.follower.index) >= 2
    assert figures["originmark_indexed_parts", ""] == len(house.registry.parts_follower.index) >= 2
    assert figures["originmark_index_bytes", "features"] == house.registry.parts_follower.index.nbytes > 0
    file = {"file": ("new.png", png(drawing("after the check")))}
    assert house.client("register").post("/v1/works", files=file).status_code == 201
    assert told(house)["originmark_index_position", "features"] == head, "asking for figures moves none"


@pytest.mark.parametrize("key", [None, "register", "check"])
def test_nothing_names_a_work_an_account_or_a_file(house: House, key: str | None) -> None:
    text = house.client(key).get("/metrics").text
    for name in (house.public.id, house.private.id, house.studio.id, house.studio.name, house.private.sha256.hex()):
        assert name not in text
