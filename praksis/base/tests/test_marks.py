"""The marks' geometry and what screen readers are told."""

import pytest

from praksis.base import charts, svg
from praksis.base.codes import TargetGroup


def test_the_halves_of_a_tandem_are_the_same_piece_turned_half_a_turn() -> None:
    a = svg.half_a(0, 0, 36, 36, 2.4)
    b = svg.half_b(0, 0, 36, 36, 2.4)
    assert [(36 - x, 36 - y) for x, y in a] == b


def test_the_halves_of_a_tandem_are_as_far_apart_as_the_gap_everywhere() -> None:
    a = svg.half_a(0, 0, 90, 60, 6)
    b = svg.half_b(0, 0, 90, 60, 6)
    assert b[1][0] - a[3][0] == 6  # the upright edges below the step
    assert b[3][0] - a[1][0] == 6  # the upright edges above the step
    assert b[2][1] - a[2][1] == 6  # the step itself


def test_an_outline_stays_inside_its_piece() -> None:
    inner = svg.half_a(0, 0, 90, 60, 6, inset=2)
    outer = svg.half_a(0, 0, 90, 60, 6)
    assert list(inner[0]) == [2, 2]
    assert all(x < right for (x, _y), (right, _z) in zip(inner[1:4], outer[1:4], strict=True))


def test_every_group_has_an_icon() -> None:
    assert sorted(svg.GROUP_ICONS) == sorted(TargetGroup)


@pytest.mark.parametrize("state", [*svg.TILES, "hidden", "protected"])
def test_a_tile_without_words_is_hidden_and_one_with_words_is_an_image(state: str) -> None:
    assert 'aria-hidden="true"' in svg.tile(state)
    labelled = svg.tile(state, label="Ledig <plass>")
    assert 'role="img" aria-label="Ledig &lt;plass&gt;"' in labelled
    assert "aria-hidden" not in labelled


@pytest.mark.parametrize("size", [14, 44])
@pytest.mark.parametrize("state", ["taken", "open", "missing"])
def test_no_mark_has_a_style_attribute(state: str, size: int) -> None:
    drawings = [svg.tandem(state, state, size=size), *(svg.tile(name, size=size) for name in svg.TILES), svg.logo(), svg.busy()]
    assert not any("style=" in drawing for drawing in drawings)


def test_coordinates_have_a_point_whatever_the_language() -> None:
    assert svg.number(1.5) == "1.5"
    assert svg.number(2.0) == "2"
    assert svg.number(0.333333) == "0.33"


def test_a_bar_is_never_longer_than_its_track_and_never_divides_by_nothing() -> None:
    assert 'class="bar-fill" width="100%"' in charts.bar(12, 10)
    assert 'class="bar-fill" width="0%"' in charts.bar(0, 0)
    assert 'class="bar-fill" width="62.5%"' in charts.bar(5, 8)


def test_a_stripe_tells_all_six_numbers_and_fills_its_width() -> None:
    stripe = charts.stripe("Optimal", [1052, 331, 158, 104, 44, 173])
    assert stripe.label.startswith("Optimal: 1. ønske 1\xa0052, 2. ønske 331")
    assert stripe.label.endswith("uten plass 173")
    assert sum(float(part.width) for part in stripe.parts) == pytest.approx(100, abs=0.1)
    assert float(stripe.parts[1].x) == pytest.approx(100 * 1052 / 1862, abs=0.01)


def test_a_stripe_writes_a_number_only_where_it_fits() -> None:
    parts = charts.stripe("Kø", [960, 20, 20, 0, 0, 0]).parts
    assert [part.text for part in parts] == ["960", "", ""]


def test_a_stripe_of_nobody_is_empty() -> None:
    assert charts.stripe("Optimal", [0] * 6).parts == []


def test_a_shortage_never_rounds_anyone_away() -> None:
    drawing = charts.shortage(60, 1, unit=20)
    assert drawing.count('class="m-person"') == 1
    assert drawing.count('class="m-solid"') == 3
    assert 'aria-label="60 med plass, 1 uten plass"' in drawing


def test_one_tile_is_ten_places_and_a_tandem_tile_is_ten_tandems() -> None:
    assert charts.place_tiles("pupil", 31, 10).count("<svg") == 4
    assert charts.place_tiles("tandem", 40, 10).count("<svg") == 2
