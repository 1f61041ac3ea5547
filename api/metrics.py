"""`/metrics`: how matching is getting on, in the text format of Prometheus.

It needs no key, as `/livez` and `/readyz` need none: a collector of metrics keeps no secrets, and there are none here.
Every figure is a count of this process since it started, or a size; none is about a work, an account or a listing.
Nothing is looked up to answer, so asking often costs nothing: an index that is behind is told as it stands.
"""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from api.callers import Running
from registry.assemble import Registry

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}})
def metrics(registry: Running) -> Response:
    """Stages of matching, and the indexes that they look through."""
    return Response(generate_latest(_Told(registry)), media_type=CONTENT_TYPE_LATEST, headers=_FRESH)


_FRESH = {"Cache-Control": "no-store"}


class _Told:
    """What is told of a registry, gathered as it is asked for: no copy of a count is kept that could be behind."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        yield from self._stages()
        yield from self._indexes()

    def _stages(self) -> Iterator[Metric]:
        tallies = self._registry.stages.tallies()
        for name, told, figures in (
            ("runs", "Times that a stage of matching ran.", {stage: its.runs for stage, its in tallies.items()}),
            ("seconds", "Seconds that a stage took.", {stage: its.seconds for stage, its in tallies.items()}),
            ("found", "Works that a stage found.", {stage: its.found for stage, its in tallies.items()}),
            ("settled", "Checks that a stage settled.", {stage: its.settled for stage, its in tallies.items()}),
        ):
            family = CounterMetricFamily(f"originmark_matching_stage_{name}", told, labels=["stage"])
            for stage, figure in figures.items():
                family.add_metric([stage.value], figure)
            yield family

    def _indexes(self) -> Iterator[Metric]:
        codes, features = self._registry.follower.index, self._registry.parts_follower.index
        yield GaugeMetricFamily("originmark_indexed_works", "Works in the index of codes.", len(codes))
        yield GaugeMetricFamily("originmark_indexed_parts", "Parts of works in the index of features.", len(features))
        position = GaugeMetricFamily(
            "originmark_index_position", "The last event of the code feed that an index has taken in.", labels=["index"]
        )
        size = GaugeMetricFamily("originmark_index_bytes", "Bytes that an index looks through.", labels=["index"])
        for name, index in (("codes", codes), ("features", features)):
            position.add_metric([name], index.position)
            size.add_metric([name], index.nbytes)
        yield position
        yield size
