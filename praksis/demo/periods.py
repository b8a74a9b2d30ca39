"""When places run: school years, half-years and weeks as they are in the region. Places of a week keep clear of
the winter holiday (week 9) and Easter."""

from datetime import date, timedelta

from praksis.base.codes import TargetGroup
from praksis.catalogue.choices import Extent
from praksis.demo.draw import Draw

SPRING, AUTUMN = "2027-spring", "2027-autumn"

type Period = tuple[date, date, str]

_LONG: dict[str, dict[str, list[Period]]] = {
    SPRING: {
        TargetGroup.STUDENT_MANDATORY: [
            (date(2027, 1, 11), date(2027, 3, 19), Extent.FULL),
            (date(2027, 1, 25), date(2027, 3, 19), Extent.FULL),
            (date(2027, 4, 5), date(2027, 5, 28), Extent.FULL),
        ],
        TargetGroup.STUDENT_ELECTIVE: [
            (date(2027, 1, 18), date(2027, 5, 14), Extent.HALF),
            (date(2027, 1, 25), date(2027, 5, 14), Extent.TWO_DAYS),
        ],
        TargetGroup.APPRENTICE: [(date(2027, 1, 4), date(2029, 1, 3), Extent.FULL)],
        TargetGroup.WORK_TRAINING: [
            (date(2027, 1, 11), date(2027, 4, 9), Extent.THREE_DAYS),
            (date(2027, 2, 1), date(2027, 4, 30), Extent.FULL),
            (date(2027, 2, 15), date(2027, 6, 11), Extent.HALF),
        ],
        TargetGroup.LANGUAGE_PRACTICE: [
            (date(2027, 1, 19), date(2027, 4, 22), Extent.TWO_DAYS),
            (date(2027, 2, 9), date(2027, 5, 13), Extent.TWO_DAYS),
        ],
    },
    AUTUMN: {
        TargetGroup.STUDENT_MANDATORY: [
            (date(2027, 8, 30), date(2027, 11, 5), Extent.FULL),
            (date(2027, 10, 11), date(2027, 12, 3), Extent.FULL),
        ],
        TargetGroup.STUDENT_ELECTIVE: [(date(2027, 8, 23), date(2027, 12, 10), Extent.HALF)],
        TargetGroup.APPRENTICE: [(date(2027, 8, 16), date(2029, 8, 15), Extent.FULL)],
        TargetGroup.WORK_TRAINING: [(date(2027, 8, 23), date(2027, 11, 19), Extent.THREE_DAYS)],
        TargetGroup.LANGUAGE_PRACTICE: [(date(2027, 8, 31), date(2027, 12, 2), Extent.TWO_DAYS)],
    },
}
_MONDAYS = {
    SPRING: [date(2027, 1, 25), date(2027, 2, 8), date(2027, 2, 15), date(2027, 3, 8), date(2027, 4, 12), date(2027, 4, 26)],
    AUTUMN: [date(2027, 9, 13), date(2027, 9, 27), date(2027, 10, 18), date(2027, 11, 1)],
}
_HALF_YEAR = {
    SPRING: (date(2027, 1, 25), date(2027, 5, 14)),
    AUTUMN: (date(2027, 8, 30), date(2027, 12, 3)),
}


def period_of(group: str, season: str, draw: Draw) -> Period:
    """First day, last day and extent of an ordinary place for a group."""
    if group == TargetGroup.PUPIL:
        return period_with(Extent.ONE_WEEK, season, draw)
    return draw.one(_LONG[season][group])


def period_with(extent: str, season: str, draw: Draw) -> Period:
    """First day, last day and the extent given: for tandems, which say theirs themselves."""
    monday = draw.one(_MONDAYS[season])
    if extent == Extent.ONE_DAY:
        tuesday = monday + timedelta(days=1)
        return tuesday, tuesday, extent
    if extent == Extent.ONE_WEEK:
        return monday, monday + timedelta(days=4), extent
    return *_HALF_YEAR[season], extent
