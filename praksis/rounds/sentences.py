"""From data to plain words: reasons, fits, levels and problems. No group, name or scheme of anyone is ever said.

Numbers of other people under five come as None (they are stored so) and are «færre enn fem».
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from praksis.base.codes import Paper
from praksis.base.dates import short_day
from praksis.rounds.choices import RunState
from praksis.rounds.models import Round, Run
from praksis.rounds.rules import Fit

FEWEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Told:
    """A reason in words: `kind` is a status (ok, warn, error, info), `word` its short name, then one or two sentences."""

    kind: str
    word: str
    text: str
    picture: str = ""


def number_word(count: int) -> str:
    """A whole number in running text: words up to twelve, then digits."""
    words = [
        pgettext("tall", "null"),
        pgettext("tall", "én"),
        pgettext("tall", "to"),
        pgettext("tall", "tre"),
        pgettext("tall", "fire"),
        pgettext("tall", "fem"),
        pgettext("tall", "seks"),
        pgettext("tall", "sju"),
        pgettext("tall", "åtte"),
        pgettext("tall", "ni"),
        pgettext("tall", "ti"),
        pgettext("tall", "elleve"),
        pgettext("tall", "tolv"),
    ]
    return words[count] if count < len(words) else str(localize(count))


def few(count: int | None) -> str:
    """A number of other people: «færre enn fem» where it may not be shown."""
    return _("færre enn fem") if count is None else str(localize(count))


def received(rank: int, name: str = "") -> str:
    """«Du fikk ditt tredje ønske», or what `name` got, for those who follow the person. After the tenth with a number."""
    facts = {"name": name, "ordinal": _ordinal(rank), "rank": rank}
    if facts["ordinal"]:
        return (_("%(name)s fikk sitt %(ordinal)s ønske") if name else _("Du fikk ditt %(ordinal)s ønske")) % facts
    return (_("%(name)s fikk ønske nummer %(rank)d") if name else _("Du fikk ønske nummer %(rank)d")) % facts


def _ordinal(rank: int) -> str:
    words = [
        _("første"),
        _("andre"),
        _("tredje"),
        _("fjerde"),
        _("femte"),
        _("sjette"),
        _("sjuende"),
        _("åttende"),
        _("niende"),
        _("tiende"),
    ]
    return words[rank - 1] if rank <= len(words) else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- whether a place fits


def fit_sentence(fits: Fit, round_: Round) -> str:
    """What a place lacks for the reader, and what to do. Empty when it fits."""
    if fits.status == "ok":
        return ""
    if fits.status == "lacks_paper":
        due = short_day(round_.papers_due_on)
        papers = _listed(fits.papers)
        return _("Du kan ønske deg plassen nå. Lever %(papers)s før %(date)s.") % {"papers": papers, "date": due}
    return _NEVER[fits.code]()


def fit_word(fits: Fit) -> tuple[str, str]:
    """A status kind, and the fit in a few words."""
    if fits.status == "ok":
        return "ok", _("Du oppfyller alle krav")
    if fits.status == "lacks_paper":
        return "warn", _("Mangler %s") % _listed(fits.papers)
    return "error", _("Plassen passer ikke lenger")


def _listed(papers: Any) -> str:
    names = [str(Paper(paper).label) for paper in papers]
    return _(" og ").join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


_NEVER: dict[str, Callable[[], str]] = {
    "group": lambda: _("Plassen er for andre enn det du søker som. Velg en annen plass."),
    "place_closed": lambda: _("Plassen er ikke ledig lenger. Velg en annen plass."),
    "worked_there": lambda: _("Du har jobbet hos denne virksomheten. Da kan du ikke ha praksis der. Velg en annen plass."),
    "relation": lambda: _("Du har en nær relasjon hos denne virksomheten. Da kan du ikke ha praksis der. Velg en annen plass."),
    "training_approval": lambda: _("Virksomheten er ikke godkjent som lærebedrift nå. Velg en annen plass."),
}


# ---------------------------------------------------------------- why not this place


def reason_told(reason: Mapping[str, Any], *, placed: bool) -> Told:
    """A stored reason (`bridge.reason_data`) in words, to somebody who got a place or none."""
    return _REASONS[reason["code"]](dict(reason, placed=placed))


def _not_eligible(reason: Mapping[str, Any]) -> Told:
    if reason["excluded"]:
        return _EXCLUDED[reason["excluded"]]()
    if reason["papers"]:
        papers = _listed(reason["papers"])
        text = _("Plassen krever %s. Det var ikke levert da plassene ble fordelt.") % papers
        return Told("warn", _("Manglet %s") % papers, text)
    return Told("error", _("Passet ikke"), _("Plassen er for andre enn det du søker som. Derfor ble ønsket hoppet over."))


_EXCLUDED: dict[str, Callable[[], Told]] = {
    "place_closed": lambda: Told(
        "info", _("Plassen ble lukket"), _("Plassen ble lukket etter at du satte den opp. Det hadde ikke noe med deg å gjøre.")
    ),
    "worked_there": lambda: Told(
        "error", _("Du har jobbet der"), _("Du har jobbet hos denne virksomheten. Da kan du ikke ha praksis der.")
    ),
    "relation": lambda: Told(
        "error", _("Nær relasjon"), _("Du har en nær relasjon hos denne virksomheten. Da kan du ikke ha praksis der.")
    ),
    "training_approval": lambda: Told(
        "info",
        _("Ikke godkjent lærebedrift"),
        _("Virksomheten var ikke godkjent som lærebedrift da plassene ble fordelt. Det hadde ikke noe med deg å gjøre."),
    ),
}


def _tandem_missing(reason: Mapping[str, Any]) -> Told:
    if reason["other_half"]:
        text = _("Den andre halvdelen ble ikke fylt, og da starter ikke plassen. Det hadde ikke noe med deg å gjøre.")
    else:
        text = _("For få som kunne ta din halvdel, ønsket seg plassen. Da starter den ikke.")
    return Told("warn", _("Tandemen åpnet ikke"), text, "tandem")


def _closed(reason: Mapping[str, Any]) -> Told:
    if reason["pool"]:
        text = _("Virksomheten har en grense for hvor mange den kan ta imot samtidig. Det var ikke rom for å åpne denne plassen.")
    else:
        text = _("Plassen starter bare når nok er der samtidig. Skulle den åpnet, måtte andre mistet plassene sine.")
    return Told("warn", _("Plassen åpnet ikke"), text)


def _cost(reason: Mapping[str, Any]) -> Told:
    full = (FEWEST_SHOWN - 1 if reason["asked"] is None else reason["asked"]) >= reason["capacity"]
    word = _("Fullt") if full else _("Gikk ikke opp")
    return Told("warn", word, f"{_seats_and_askers(reason)} {_what_it_costs(reason)}", "full" if full else "")


def _seats_and_askers(reason: Mapping[str, Any]) -> str:
    capacity, asked = reason["capacity"], reason["asked"]
    seats = ngettext("%s plass", "%s plasser", capacity) % number_word(capacity)
    if asked is None:
        return _capital(_("%s, færre enn fem ville ha den.") % seats)
    return _capital(_("%(seats)s, %(asked)s ville ha den.") % {"seats": seats, "asked": number_word(asked)})


def _what_it_costs(reason: Mapping[str, Any]) -> str:
    level, amount, exact = reason["level"], reason["amount"], reason["exact"]
    if level is None or level == "lottery":
        return _("Det sto likt mellom deg og andre, og loddtrekningen avgjorde.")
    if level.startswith("class:") or level == "placed":
        without = ngettext("%s annen", "%s andre", amount) % number_word(amount)
        return _WITHOUT[level == "class:0", exact]() % without
    if not reason["placed"]:
        return _("Hadde du fått plass her, måtte en annen stått uten, og samlet ville det blitt dårligere.")
    return _OTHER_COSTS[level]()


_WITHOUT: dict[tuple[bool, bool], Callable[[], str]] = {
    (True, True): lambda: _("Hadde du fått plass her, ville %s som må ha praksis, stått uten."),
    (True, False): lambda: _("Hadde du fått plass her, kunne %s som må ha praksis, ha stått uten."),
    (False, True): lambda: _("Hadde du fått plass her, ville %s stått helt uten plass."),
    (False, False): lambda: _("Hadde du fått plass her, kunne %s ha stått helt uten plass."),
}
"""By whether it is those who must have practice, and whether the number is exact or «at most»."""

_OTHER_COSTS: dict[str, Callable[[], str]] = {
    "reserves": lambda: _("Hadde du fått plass her, ville et mål som er satt for runden, ikke blitt nådd."),
    "ranks": lambda: _("Hadde du fått plass her, ville andre til sammen falt lenger ned på listene sine enn du kom opp på din."),
    "profile": lambda: _("Hadde du fått plass her, ville andre falt lenger ned på listene sine."),
    "kept": lambda: _("Hadde du fått plass her, ville andre måttet flytte fra plassen de hadde."),
}


def _impossible(reason: Mapping[str, Any]) -> Told:
    return Told("warn", _("Ikke mulig"), _RULES[reason["rule"]](), "")


def _not_found(_reason: Mapping[str, Any]) -> Told:
    text = _("Vi fant ingen måte å gi deg plassen på uten å bryte en regel for andre. Det kan likevel finnes en.")
    return Told("warn", _("Fullt"), text)


_RULES: dict[str, Callable[[], str]] = {
    "pool": lambda: _("Virksomheten har en grense for hvor mange den kan ta imot samtidig. Den var nådd."),
    "equal": lambda: _("Plassen tar like mange av hver. Med deg ville det ikke gått opp."),
    "minimum": lambda: _("En annen plass ville da fått for få til å starte."),
    "partner": lambda: _("Du og den du skal være sammen med, må ha plass på samme sted. Det gikk ikke her."),
    "pin": lambda: _("Plassen var gitt til noen på forhånd."),
    "capacity": lambda: _("Plassene som passer for deg, var tatt."),
}


def _full(reason: Mapping[str, Any]) -> Told:
    text = _RULES[reason["rule"]]()
    ahead = [_BEFORE[by]() % few(count) for by, count in reason["before"].items()]
    if ahead:
        text += " " + _("Foran deg: %s.") % ", ".join(ahead)
    elif reason["pinned"]:
        text += " " + _RULES["pin"]()
    return Told("warn", _("Fullt"), text, "full")


_BEFORE: dict[str, Callable[[], str]] = {
    "class": lambda: _("%s som skal ha praksis først"),
    "tier": lambda: _("%s som verten satte foran"),
    "arrival": lambda: _("%s som søkte før"),
    "draw": lambda: _("%s etter loddtrekning"),
}
"""By what others come before, under the rules that go by order."""


def _partner(_reason: Mapping[str, Any]) -> Told:
    return Told("warn", _("Ikke mulig"), _RULES["partner"]())


def _room_later(_reason: Mapping[str, Any]) -> Told:
    return Told("warn", _("Fullt"), _("Det var fullt da det var din tur. Det ble rom først senere."))


def _blocking(_reason: Mapping[str, Any]) -> Told:
    text = _("Verten ville heller hatt deg, men vi fant ingen fordeling der alle slike ønsker gikk opp.")
    return Told("warn", _("Gikk ikke opp"), text)


_REASONS: dict[str, Callable[[Mapping[str, Any]], Told]] = {
    "not_eligible": _not_eligible,
    "tandem_missing": _tandem_missing,
    "closed": _closed,
    "cost": _cost,
    "impossible": _impossible,
    "not_found": _not_found,
    "full": _full,
    "pool_full": _full,
    "partner": _partner,
    "room_later": _room_later,
    "blocking": _blocking,
}


# ---------------------------------------------------------------- runs


def level_name(level: str) -> str:
    """What a level of the objective asks for, in words."""
    return _LEVELS[level]() if level in _LEVELS else _("Flest mulig i klasse %s får plass") % level.removeprefix("class:")


_LEVELS: dict[str, Callable[[], str]] = {
    "class:0": lambda: _("Flest mulig av dem som må ha praksis, får plass"),
    "reserves": lambda: _("Minst mulig mangler på målene for runden"),
    "placed": lambda: _("Flest mulig får plass"),
    "ranks": lambda: _("Så høyt på listene som mulig til sammen"),
    "profile": lambda: _("Færrest mulig langt ned på listene"),
    "kept": lambda: _("Flest mulig blir der de var"),
    "lottery": lambda: _("Loddtrekningen avgjør mellom like"),
}


def step_name(step: str) -> str:
    """What the worker does just now."""
    steps = {
        "read": _("Henter ønsker og plasser"),
        "solve": _("Regner ut fordelingen"),
        "verify": _("Et uavhengig program kontrollerer"),
        "explain": _("Lager begrunnelser"),
        "done": _("Ferdig"),
    }
    return steps.get(step, _("Venter på tur"))


def run_verdict(run: Run) -> str:
    """Whether what a run came to is proven, in a word or two; empty for one that gave no result."""
    if run.state != RunState.DONE:
        return ""
    if run.proven:
        return _("bevist")
    return _("ikke bevist, stoppet av tidsgrensen") if run.limit else _("ikke bevist")


def problem_sentence(run: Run) -> str:
    """Why a run failed, and what to do."""
    problems = {
        "not_verified": _(
            "Kontrollen godtok ikke resultatet, og ingenting er lagret. Kjør på nytt. Skjer det igjen, si fra til driften."
        ),
        "input": _("Noen er satt på en bestemt plass de ikke har ønsket seg eller ikke kan ha. Rett det, og kjør på nytt."),
        "crashed": _("Noe gikk galt underveis. Ingenting er lagret. Kjør på nytt, og si fra til driften om det skjer igjen."),
    }
    return problems.get(run.problem, problems["crashed"])
