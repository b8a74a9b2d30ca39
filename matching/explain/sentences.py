"""Reasons in plain words, in three languages: bokmål (nb), nynorsk (nn) and English (en).

Counts of other people below five are said as "fewer than five". The amount of a cost is told as it is.
"""

from collections.abc import Mapping
from typing import Any

from matching.explain.reasons import Reason

FEWEST_TOLD = 5

type Texts = dict[str, str]

NB: Texts = {
    "few": "færre enn fem",
    "or": " eller ",
    "excluded": "Du kan ikke få denne plassen ({excluded}).",
    "missing": "du mangler {tags}",
    "accepts": "den er for {tags}",
    "not_eligible": "Du oppfyller ikke kravene: {lacks}.",
    "tandem_missing": "Plassen åpnet ikke: det manglet søkere til {kinds}.",
    "closed": "Plassen åpnet ikke: det var for få søkere.",
    "closed:enough": "Plassen åpnet ikke: nok ønsket den, men samlet ble det bedre uten den.",
    "closed:left": "Plassen åpnet ikke: mange nok søkte, men for mange av dem fikk noe de heller ville ha.",
    "closed:ready": "Plassen åpnet ikke, selv om mange nok ønsket den: det lot seg ikke gjøre uten å bryte reglene ved "
    "andre plasser, eller ble ikke funnet.",
    "closed:pool": "Plassen kunne ikke åpne: grensen {pool} har ikke rom for minstetallet.",
    "cost": "Hadde du fått plassen, {loss}. {moved} andre måtte ha byttet plass.",
    "cost:at_most": "Hadde du fått plassen, {loss}, eller mindre enn det. {moved} andre måtte ha byttet plass.",
    "class": "ville {amount} færre i prioritet {number} fått plass",
    "placed": "ville {amount} færre fått plass",
    "reserves": "ville det manglet {amount} flere på plasser satt av til en gruppe",
    "ranks": "ville alle til sammen ha kommet {amount} trinn lenger ned på listene sine",
    "profile": "ville {amount} flere endt på valg nummer {part}",
    "kept": "ville {amount} færre beholdt plassen de har",
    "lottery": "ville resultatet ellers vært like godt; trekningen avgjorde",
    "none": "ville resultatet vært like godt",
    "impossible": "Du kunne ikke få plassen slik plassene er åpnet: {rule}.",
    "not_found": "Vi fant ingen måte å gi deg plassen på slik plassene er åpnet: {rule}.",
    "pool": "plasser som deler en grense, er fulle",
    "equal": "plassen skal ha like mange av hvert slag",
    "minimum": "plassen du fikk, ville komme under minstetallet sitt",
    "partner": "personer som skal være sammen, kan ikke skilles",
    "pin": "noen plasser er gitt for hånd og står fast",
    "capacity": "den har ingen plass av et slag som passer for deg",
    "by:class": "{n} etter prioritet",
    "by:tier": "{n} etter vertens rekkefølge",
    "by:arrival": "{n} som søkte før",
    "by:draw": "{n} etter trekning",
    "full": "Plassen er full. {before}",
    "full:equal": "Plassen skal ha like mange av hvert slag, og har ikke rom for en til. {before}",
    "before": "Foran deg: {before}.",
    "before:none": "De som er der, kunne ikke gi rom for deg.",
    "pool_full": "Det er en ledig plass der, men plasser som deler grensen {pool}, er fulle. {before}",
    "partner_stays": "Den du skal være sammen med, eller dere to til sammen, ville heller ha det dere fikk.",
    "room_later": "Det var fullt da det var din tur; det ble rom først senere.",
    "blocking": "Verten ville heller hatt deg der, men vi fant ikke noe resultat der ingen kan si det.",
    "by:pinned": "{n} som er gitt plass for hånd",
}

NN: Texts = {
    "few": "færre enn fem",
    "or": " eller ",
    "excluded": "Du kan ikkje få denne plassen ({excluded}).",
    "missing": "du manglar {tags}",
    "accepts": "han er for {tags}",
    "not_eligible": "Du oppfyller ikkje krava: {lacks}.",
    "tandem_missing": "Plassen opna ikkje: det mangla søkjarar til {kinds}.",
    "closed": "Plassen opna ikkje: det var for få søkjarar.",
    "closed:enough": "Plassen opna ikkje: nok ønskte han, men samla vart det betre utan han.",
    "closed:left": "Plassen opna ikkje: mange nok søkte, men for mange av dei fekk noko dei heller ville ha.",
    "closed:ready": "Plassen opna ikkje, sjølv om mange nok ønskte han: det let seg ikkje gjere utan å bryte reglane ved "
    "andre plassar, eller vart ikkje funne.",
    "closed:pool": "Plassen kunne ikkje opne: grensa {pool} har ikkje rom for minstetalet.",
    "cost": "Hadde du fått plassen, {loss}. {moved} andre måtte ha bytt plass.",
    "cost:at_most": "Hadde du fått plassen, {loss}, eller mindre enn det. {moved} andre måtte ha bytt plass.",
    "class": "ville {amount} færre i prioritet {number} fått plass",
    "placed": "ville {amount} færre fått plass",
    "reserves": "ville det mangla {amount} fleire på plassar sette av til ei gruppe",
    "ranks": "ville alle til saman ha kome {amount} trinn lenger ned på listene sine",
    "profile": "ville {amount} fleire enda på val nummer {part}",
    "kept": "ville {amount} færre halde på plassen dei har",
    "lottery": "ville resultatet elles vore like godt; trekninga avgjorde",
    "none": "ville resultatet vore like godt",
    "impossible": "Du kunne ikkje få plassen slik plassane er opna: {rule}.",
    "not_found": "Vi fann ingen måte å gi deg plassen på slik plassane er opna: {rule}.",
    "pool": "plassar som deler ei grense, er fulle",
    "equal": "plassen skal ha like mange av kvart slag",
    "minimum": "plassen du fekk, ville kome under minstetalet sitt",
    "partner": "personar som skal vere saman, kan ikkje skiljast",
    "pin": "nokre plassar er gitt for hand og står fast",
    "capacity": "han har ingen plass av eit slag som passar for deg",
    "by:class": "{n} etter prioritet",
    "by:tier": "{n} etter rekkjefølgja til verten",
    "by:arrival": "{n} som søkte før",
    "by:draw": "{n} etter trekning",
    "full": "Plassen er full. {before}",
    "full:equal": "Plassen skal ha like mange av kvart slag, og har ikkje rom for ein til. {before}",
    "before": "Framfor deg: {before}.",
    "before:none": "Dei som er der, kunne ikkje gi rom for deg.",
    "pool_full": "Det er ein ledig plass der, men plassar som deler grensa {pool}, er fulle. {before}",
    "partner_stays": "Den du skal vere saman med, eller de to til saman, ville heller ha det de fekk.",
    "room_later": "Det var fullt da det var din tur; det vart rom først seinare.",
    "blocking": "Verten ville heller hatt deg der, men vi fann ikkje noko resultat der ingen kan seie det.",
    "by:pinned": "{n} som er gitt plass for hand",
}

EN: Texts = {
    "few": "fewer than five",
    "or": " or ",
    "excluded": "You may not have this place ({excluded}).",
    "missing": "you lack {tags}",
    "accepts": "it is for {tags}",
    "not_eligible": "You do not meet the requirements: {lacks}.",
    "tandem_missing": "The place did not open: too few applied for {kinds}.",
    "closed": "The place did not open: too few applied.",
    "closed:enough": "The place did not open: enough people wanted it, but the whole was better without it.",
    "closed:left": "The place did not open: enough applied, but too many of them got something they would rather have.",
    "closed:ready": "The place did not open, though enough people wanted it: that could not be done without breaking the "
    "rules at other places, or was not found.",
    "closed:pool": "The place could not open: the limit {pool} has no room for its minimum.",
    "cost": "Had you got this place, {loss}. {moved} others would have had to change places.",
    "cost:at_most": "Had you got this place, {loss}, or less than that. {moved} others would have had to change places.",
    "class": "{amount} fewer of priority {number} would have a place",
    "placed": "{amount} fewer would have a place",
    "reserves": "places set aside for a group would lack {amount} more",
    "ranks": "everybody together would have come {amount} steps further down their lists",
    "profile": "{amount} more would have ended at choice number {part}",
    "kept": "{amount} fewer would have kept the place they have",
    "lottery": "the result would otherwise be as good; the draw decided",
    "none": "the result would be as good",
    "impossible": "You could not get this place with the places that are open: {rule}.",
    "not_found": "We found no way to give you this place with the places that are open: {rule}.",
    "pool": "places that share a limit are full",
    "equal": "the place must have equally many of each kind",
    "minimum": "the place you got would fall below its minimum",
    "partner": "people who are to be together cannot be parted",
    "pin": "some places are given by hand and stand fast",
    "capacity": "it has no seat of a kind that fits you",
    "by:class": "{n} by priority",
    "by:tier": "{n} by the host's order",
    "by:arrival": "{n} who applied earlier",
    "by:draw": "{n} by the draw",
    "full": "The place is full. {before}",
    "full:equal": "The place must have equally many of each kind, and has no room for one more. {before}",
    "before": "Before you: {before}.",
    "before:none": "Those who are there could not make room for you.",
    "pool_full": "There is a free seat, but places that share the limit {pool} are full. {before}",
    "partner_stays": "The one you are to be together with, or you two taken together, would rather have what you got.",
    "room_later": "It was full when it was your turn; there was room only later.",
    "blocking": "The host would rather have had you there, but we found no result in which nobody can say so.",
    "by:pinned": "{n} who were given a seat by hand",
}

TEXTS = {"nb": NB, "nn": NN, "en": EN}


def sentence(reason: Reason, language: str) -> str:
    """One or two sentences to the candidate, led by the place id. Raises KeyError for an unknown language."""
    texts = TEXTS[language]
    return f"{reason.place}: {_told(reason, texts)}"


def _told(reason: Reason, texts: Texts) -> str:
    facts = reason.facts
    if reason.code == "not_eligible":
        return _requirements(reason, texts)
    if reason.code == "tandem_missing":
        wanted = [kind["kind"] for kind in facts["kinds"] if kind["wanted"]]
        return texts["tandem_missing"].format(kinds=", ".join(wanted))
    if reason.code == "closed":
        return texts[_closed(facts)].format(pool=facts["pool"])
    if reason.code == "cost":
        moved = _count(facts["moved"], texts)
        which = "cost" if facts["exact"] else "cost:at_most"
        return _with_capitals(texts[which].format(loss=_loss(reason, texts), moved=moved))
    if reason.code in {"full", "pool_full"}:
        which = "full:equal" if facts.get("rule") == "equal" else reason.code
        return texts[which].format(before=_before(facts, texts), pool=facts.get("pool"))
    if reason.code == "partner":
        return texts["partner_stays"]
    return texts[reason.code].format(rule=texts[facts["rule"]] if "rule" in facts else "")


def _closed(facts: Mapping[str, Any]) -> str:
    """Which of the texts about a place that did not open."""
    if facts["short"]:
        return "closed"
    if facts["pool"]:
        return "closed:pool"
    if "left_short" not in facts:
        return "closed:enough"
    return "closed:left" if facts["left_short"] else "closed:ready"


def _before(facts: Mapping[str, Any], texts: Texts) -> str:
    """Who is before, by what decides; nothing of what does not."""
    counts = {**facts["before"], "pinned": facts["pinned"]}
    ahead = [texts[f"by:{by}"].format(n=_count(n, texts)) for by, n in counts.items() if n]
    return texts["before"].format(before=", ".join(ahead)) if ahead else texts["before:none"]


def _requirements(reason: Reason, texts: Texts) -> str:
    if reason.facts["excluded"] is not None:
        return texts["excluded"].format(excluded=reason.facts["excluded"])
    lacks = [
        ", ".join(texts[key].format(tags=", ".join(kind[key])) for key in ("missing", "accepts") if kind[key])
        for kind in reason.facts["kinds"]
    ]
    return texts["not_eligible"].format(lacks=texts["or"].join(dict.fromkeys(lacks)))


def _loss(reason: Reason, texts: Texts) -> str:
    level = reason.facts["level"] or "none"
    name, _, number = level.partition(":")
    return texts[name].format(amount=reason.facts["amount"], part=reason.facts["part"], number=number)


def _count(n: int, texts: Texts) -> str:
    return str(n) if n >= FEWEST_TOLD else texts["few"]


def _with_capitals(text: str) -> str:
    """The same text with every sentence begun by a capital."""
    return ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))
