"""The components as page writers use them: through a template."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from praksis.base.codes import TargetGroup


class PlaceForm(forms.Form):
    title = forms.CharField(label="Hva får de gjøre?", help_text="Skriv som til en ny kollega.")
    email = forms.EmailField(label="E-post", required=False)
    groups = forms.MultipleChoiceField(label="Hvem passer?", choices=TargetGroup.choices, widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="Jeg har lest avtalen")

    def clean(self) -> None:
        if self.cleaned_data.get("email") == "no@skole.example":
            self.add_error(None, "Plassen finnes fra før.")


def render(source: str, address: str = "/", **context: Any) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get(address))


def test_a_field_ties_label_help_and_error_to_its_input() -> None:
    html = render("{% field form.title %}", form=PlaceForm({}))
    assert '<label for="id_title">Hva får de gjøre?</label>' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_that_may_be_left_out_says_so() -> None:
    assert "(valgfritt)" in render("{% field form.email %}", form=PlaceForm())
    assert "(valgfritt)" not in render("{% field form.title %}", form=PlaceForm())


def test_what_was_written_wrongly_is_kept() -> None:
    assert 'value="ola&lt;"' in render("{% field form.email %}", form=PlaceForm({"email": "ola<"}))


def test_a_group_of_boxes_is_one_fieldset_with_the_groups_icons() -> None:
    html = render(
        '{% field form.groups style="cards" hints=hints %}', form=PlaceForm({"groups": ["pupil"]}), hints={"pupil": "Én uke"}
    )
    assert html.count("<fieldset") == 1
    assert html.count('type="checkbox"') == 6
    assert html.count(" checked") == 1
    assert html.count('class="icon"') == 6
    assert "<small>Én uke</small>" in html


def test_filters_tell_how_many_each_choice_has_and_are_never_called_optional() -> None:
    html = render("{% field form.groups counts=counts %}", form=PlaceForm(), counts={"pupil": 0, "apprentice": 34})
    assert '<span class="check-count">34</span>' in html
    assert '<span class="check-count">0</span>' in html
    assert "valgfritt" not in html


def test_the_error_summary_links_to_each_field_and_takes_the_focus() -> None:
    html = render("{% error_summary form %}", form=PlaceForm({"email": "no@skole.example"}))
    assert "4 ting må rettes" in html
    assert 'href="#id_title">Hva får de gjøre? ' in html
    assert 'href="#id_groups_0"' in html
    assert "<li>Plassen finnes fra før.</li>" in html
    assert "autofocus" in html


def test_nothing_wrong_means_no_summary() -> None:
    assert render("{% error_summary form %}", form=PlaceForm()).strip() == ""


def test_sorting_keeps_the_other_choices_and_starts_at_the_first_page() -> None:
    html = render('{% sort_header "Plass" "title" swap="results" %}', "/?group=pupil&page=3")
    assert 'href="?group=pupil&amp;sort=title"' in html
    assert 'data-hx-target="#results"' in html
    assert "aria-sort" not in html


def test_sorting_twice_turns_the_order() -> None:
    html = render('{% sort_header "Plass" "title" %}', "/?sort=title")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-title"' in html
    assert "data-hx" not in html
    assert 'aria-sort="descending"' in render('{% sort_header "Plass" "title" %}', "/?sort=-title")


def test_paging_tells_where_one_is() -> None:
    page = Paginator(range(25), 10).page(2)
    html = render("{% pages page %}", "/?q=helse&page=2", page=page)
    assert "Viser 11–20 av 25" in html
    assert 'href="?q=helse&amp;page=1"' in html
    assert 'href="?q=helse&amp;page=3"' in html


def test_one_page_has_no_way_to_others() -> None:
    html = render("{% pages page %}", page=Paginator(range(5), 10).page(1))
    assert "Viser 1–5 av 5" in html
    assert "<a" not in html


def test_the_breadcrumb_ends_at_this_page() -> None:
    html = render('{% breadcrumb "Finn plass" "/finn/" "Helse" %}')
    assert '<a href="/finn/">Finn plass</a>' in html
    assert '<li aria-current="page">Helse</li>' in html


def test_icons_alone_still_say_their_names() -> None:
    html = render("{% group_icons groups %}", groups=["pupil", "apprentice"])
    assert '<span class="sr">Elev, </span>' in html
    assert "2 grupper" in html


def test_seats_are_said_in_words() -> None:
    assert "1 av 4 ledig<" in render('{% seats 3 4 group="pupil" %}')
    assert "3 av 4 ledige<" in render("{% seats 1 4 %}")
    assert "<svg" not in render("{% seats 1 40 %}")


def test_a_figure_is_written_as_numbers_are_in_norwegian() -> None:
    assert "1\xa0689" in render('{% figure 1689 "Plassert" %}')


def test_progress_tells_its_numbers_without_separators() -> None:
    html = render('{% progress 1200 1862 "1 200 av 1 862 har sendt inn" %}')
    assert 'aria-valuemax="1862"' in html
    assert 'aria-valuenow="1200"' in html
    assert html.count("<svg") == 20


def test_a_source_nobody_stood_for_says_so() -> None:
    html = render('{% source_line "uib.no" season="høst 2019" owner_confirmed=False %}')
    assert "Kilde: uib.no, høst 2019. Ikke bekreftet av eieren" in html


def test_what_people_write_is_escaped_everywhere() -> None:
    bad = "<script>"
    sources = [
        '{% status "ok" bad %}',
        "{% figure bad bad unit=bad note=bad %}",
        '{% breadcrumb bad "/x/" bad %}',
        "{% source_line bad season=bad %}",
        "{% empty bad %}{{ bad }}{% endempty %}",
        '{% notice "info" title=bad %}{{ bad }}{% endnotice %}',
        "{% progress 1 2 bad %}",
        '{% tile "open" label=bad %}',
        "{% rank_profile rows %}",
        "{% busy bad %}",
    ]
    for source in sources:
        html = render(source, bad=bad, rows=[(bad, [1, 0, 0, 0, 0, 1])])
        assert bad not in html, source
        assert "&lt;script&gt;" in html, source


def test_the_tiles_of_open_places_lead_to_what_they_count() -> None:
    source = '{% group_tiles counts unit=5 find="/finn/" %}'
    html = render(source, counts=[("pupil", 20), ("shared", 5), ("tandem", 8)])
    assert '<a href="/finn/?type=place&amp;group=pupil">Elev</a>' in html
    assert '<a href="/finn/?form=tandem">Tandemplasser</a>' in html
    assert html.count("<a ") == 2


def test_a_tandem_whose_people_got_other_places_is_drawn_too() -> None:
    assert "<b>1</b> søkerne fikk plass andre steder" in render("{% tandem_chart 2 0 0 1 %}")
    assert "andre steder" not in render("{% tandem_chart 2 0 0 %}")
    many = render("{% tandem_chart 600 1 300 %}")
    assert "Én brikke er 10 tandemplasser." in many
    assert many.count("<svg") == 60 + 1 + 30 + 3  # what is there at all is drawn, and the legend has one of each
