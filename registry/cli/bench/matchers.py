"""The matchers that a bench holds side by side, the registry's own first."""

from registry.cli.bench.baselines import PDQMatcher, PHashMatcher
from registry.cli.bench.matcher import Matcher
from registry.cli.bench.ours import OwnMatcher

MATCHERS: tuple[Matcher, ...] = (OwnMatcher(), OwnMatcher(codes_only=True), PDQMatcher(), PHashMatcher())
