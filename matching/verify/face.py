"""What is left of the model when the levels so far keep their values, and what prices of its rows prove of the next.

All sums are of whole numbers, so nothing is rounded by machine. Weak duality: when every row is given a price, above 0
for what must be at least so much and below 0 for what may be at most so much, no point costs less than

    sum of price * limit over the rows + sum of reduced cost * the better end over the columns.

Columns that rows join are a component, and each component costs a whole number, so its bound is rounded up. Where the sum
of those is the value of the level, every point with that value costs exactly its bound in each component: a column whose
reduced cost is more than the rounding gave cannot move, and a row with such a price is at its limit.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from matching.verify.model import Model, Row

type Numbers = Mapping[int, int]  # by column


class UnfitError(ValueError):
    """A certificate that does not fit the model."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """What prices prove of the columns that can move: a bound for each component, all numbers times `scale`."""

    scale: int
    prices: Mapping[str, int]  # by row
    reduced: Numbers
    label: Numbers  # column -> component
    bounds: Numbers  # component -> bound
    raised: dict[int, int] = field(default_factory=dict)  # component -> what a tree proved of it, not times scale
    settled: dict[int, int] = field(default_factory=dict)  # columns that the trees settle -> their value

    def floor(self, component: int) -> int:
        """The least whole number that the component can cost; this one not times scale."""
        least = -(-self.bounds[component] // self.scale)
        return max(least, self.raised.get(component, least))

    def rest(self, column: int) -> int:
        """How much the bound of the column's component was rounded up."""
        component = self.label[column]
        return self.floor(component) * self.scale - self.bounds[component]

    @property
    def whole(self) -> int:
        """What no point costs less than; not times scale."""
        return sum(self.floor(component) for component in self.bounds)


class Face:
    """The points that are left: columns between 0 and `upper` that can still move, and the rows that still bind them."""

    def __init__(self, names: Mapping[str, int], upper: Numbers, rows: Mapping[str, Row]) -> None:
        self.names = names  # column by name
        self.upper = dict(upper)
        self.fixed: dict[int, int] = {}
        self.rows = {name: Row(row.entries, row.least, row.most) for name, row in rows.items()}
        self._fix({column: 0 for column, upper in self.upper.items() if upper == 0})

    @classmethod
    def of(cls, model: Model) -> Self:
        """All points of a model."""
        return cls({name: at for at, name in enumerate(model.names)}, dict(enumerate(model.upper)), model.rows)

    def part(self, columns: Container[int]) -> "Face":
        """The points of one component."""
        rows = {name: row for name, row in self.rows.items() if any(column in columns for column in row.entries)}
        return Face(self.names, {column: upper for column, upper in self.upper.items() if column in columns}, rows)

    def with_(self, column: int, value: int) -> "Face":
        """The points with the column, which goes from 0 to 1, at this value."""
        narrower = Face(self.names, self.upper, self.rows)
        narrower.fixed = dict(self.fixed)
        narrower._fix({column: value})
        return narrower

    @property
    def is_empty(self) -> bool:
        """Whether a row is plainly broken: no column of it can move, and it is not kept."""
        return any(not row.entries for row in self.rows.values())

    def movable(self, name: str) -> int:
        """A column that can move, by name. Raises UnfitError."""
        column = self.names.get(name, -1)
        if column not in self.upper:
            raise UnfitError(f"there is no column {name} that can move")
        return column

    def given(self, cost: Numbers) -> int:
        """What the columns that cannot move cost."""
        return sum(each * self.fixed.get(column, 0) for column, each in cost.items())

    def add_cut(self, name: str, of: Mapping[str, int], full: Iterable[str]) -> None:
        """Add half the sum of rows and of upper ends of columns, rounded down: every whole-number point keeps it.

        `of` says how often each row is taken: above 0 as at most so much, below 0 as at least so much.
        """
        entries: dict[int, int] = defaultdict(int)
        most = 0
        for row, times in of.items():
            most += times * self._limit(row, upper=times > 0)
            for column, factor in self.rows[row].entries.items():
                entries[column] += times * factor
        for column in map(self.movable, full):
            entries[column] += 1
            most += self.upper[column]
        halved = {column: factor // 2 for column, factor in entries.items() if factor // 2}
        if not halved:
            raise UnfitError(f"the cut {name} is empty")
        self.rows[name] = Row(halved, None, most // 2)

    def _limit(self, name: str, *, upper: bool) -> int:
        if name not in self.rows:
            raise UnfitError(f"there is no row {name} that still binds")
        limit = self.rows[name].most if upper else self.rows[name].least
        if limit is None:
            raise UnfitError(f"the row {name} has no limit on that side")
        return limit

    def bounded(self, cost: Numbers, value: int | None, scale: int, prices: Mapping[str, int]) -> Bounded:
        """What the prices prove. Components are not told apart where the bound is the value without rounding."""
        reduced = {column: cost.get(column, 0) * scale for column in self.upper}
        for name, price in prices.items():
            self._limit(name, upper=price < 0)
            for column, factor in self.rows[name].entries.items():
                reduced[column] -= price * factor
        of_rows = {name: price * self._limit(name, upper=price < 0) for name, price in prices.items()}
        of_columns = {column: min(0, each) * self.upper[column] for column, each in reduced.items()}
        exact = value is not None and sum(of_rows.values()) + sum(of_columns.values()) == value * scale
        label = dict.fromkeys(self.upper, 0) if exact else self._components()
        bounds: dict[int, int] = defaultdict(int)
        for column, each in of_columns.items():
            bounds[label[column]] += each
        for name, each in of_rows.items():
            bounds[label[next(iter(self.rows[name].entries))]] += each
        return Bounded(scale, prices, reduced, label, bounds)

    def _components(self) -> dict[int, int]:
        """For each column the least column that rows join it with, through others too."""
        above = {column: column for column in self.upper}

        def top(column: int) -> int:
            while above[column] != column:
                above[column] = above[above[column]]
                column = above[column]
            return column

        for row in self.rows.values():
            tops = {top(column) for column in row.entries}
            least = min(tops, default=0)
            for one in tops:
                above[one] = least
        return {column: top(column) for column in self.upper}

    def hold(self, name: str, cost: Numbers, found: Bounded) -> None:
        """Keep only the points that cost what was proven: fix what cannot move, and add a row where that is not enough."""
        for row, price in found.prices.items():
            self._tighten(self.rows[row], price, found)
        loose: dict[int, dict[int, int]] = defaultdict(dict)
        for column, each in cost.items():
            if column in self.upper and found.rest(column):
                loose[found.label[column]][column] = each
        for number, component in enumerate(sorted(loose)):
            self.rows[f"{name}/{number}"] = Row(loose[component], None, found.floor(component))
        self._fix(self.settled(found) | found.settled)

    def settled(self, found: Bounded) -> dict[int, int]:
        """The columns that cannot move without costing more than was proven, and where they are."""
        far = {column: each for column, each in found.reduced.items() if abs(each) > found.rest(column)}
        return {column: 0 if each > 0 else self.upper[column] for column, each in far.items()}

    def _tighten(self, row: Row, price: int, found: Bounded) -> None:
        if not row.entries:
            return
        if abs(price) > found.rest(next(iter(row.entries))):
            limit = row.least if price > 0 else row.most
            row.least, row.most = limit, limit

    def _fix(self, fixed: Numbers) -> None:
        """Take out columns that cannot move, and rows that no point can break any more."""
        self.fixed.update(fixed)
        for column in fixed:
            del self.upper[column]
        for name, row in list(self.rows.items()):
            given = sum(factor * self.fixed[column] for column, factor in row.entries.items() if column in fixed)
            row.entries = {column: factor for column, factor in row.entries.items() if column not in fixed}
            row.least = None if row.least is None else row.least - given
            row.most = None if row.most is None else row.most - given
            if not self._binds(row):
                del self.rows[name]

    def _binds(self, row: Row) -> bool:
        ends = [factor * self.upper[column] for column, factor in row.entries.items()]
        least, most = sum(end for end in ends if end < 0), sum(end for end in ends if end > 0)
        return (row.least is not None and least < row.least) or (row.most is not None and most > row.most)
