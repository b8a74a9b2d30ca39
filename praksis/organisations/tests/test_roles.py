"""Who works where: invited by a link that works once, changed, taken back at once; a place always keeps somebody who leads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.organisations import actions
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Host, HostContact, Invitation, Member, Membership, Unit
from praksis.organisations.queries import workplaces_led

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def member() -> Member:
    return Member.objects.create(name="Universitetet", short_name="UiB", kind=MemberKind.UNIVERSITY)


@pytest.fixture
def lead(member: Member) -> User:
    return with_role(member, Role.LEAD, "Lise")


def with_role(member: Member, role: Role, name: str, **more: object) -> User:
    made = User.objects.create(name=name, email=f"{name.lower()}@example.no")
    Membership.objects.create(user=made, member=member, role=role, **more)
    return made


def invitation_to(member: Member, lead: User, email: str = "ny@example.no", role: str = "counsellor") -> str:
    return actions.invite(workplace=member, email=email, role=role, by=lead, starts_on=TODAY())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# ---------------------------------------------------------------- invitations


def test_an_invitation_is_handed_over_and_accepted_by_its_button(member: Member, lead: User) -> None:
    invite = reverse("organisations:invite", args=[member.pk])
    sent = {"email": "Ny@Example.no", "role": "counsellor", "starts_on": TODAY().isoformat()}
    page = signed_in(lead).post(invite, sent).content.decode()
    address = page.partition('href="http://testserver/invitasjon/')[2].partition('"')[0]
    newcomer = Client()
    assert "Du er invitert til Universitetet" in newcomer.get(f"/invitasjon/{address}").content.decode()
    assert not User.objects.filter(email="ny@example.no").exists()
    assert newcomer.post(f"/invitasjon/{address}", {"name": "Ny Veileder"}).headers["Location"] == reverse("web:my_page")
    assert "Ny Veileder" in newcomer.get(reverse("web:my_page")).content.decode()
    assert newcomer.get(reverse("candidates:candidates")).status_code == 200
    assert Client().post(f"/invitasjon/{address}", {"name": "En til"}).status_code == 410
    assert address not in str(Invitation.objects.values())


def test_an_invitation_taken_back_or_too_old_or_replaced_does_not_work(member: Member, lead: User) -> None:
    first = invitation_to(member, lead)
    second = invitation_to(member, lead)
    assert actions.accept_invitation(token=first, name="Ny") is None
    actions.withdraw_invitation(invitation=Invitation.objects.waiting().get(), by=lead)
    assert actions.accept_invitation(token=second, name="Ny") is None
    third = invitation_to(member, lead)
    Invitation.objects.filter(taken_back_at=None).update(expires_at=timezone.now())
    assert actions.accept_invitation(token=third, name="Ny") is None
    assert not Membership.objects.exclude(user=lead).exists()


def test_someone_who_has_the_role_is_not_invited_to_it_again_before_it_has_ended(member: Member, lead: User) -> None:
    with_role(member, Role.COUNSELLOR, "Vera", starts_on=TODAY() - timedelta(days=9), ends_on=TODAY())
    with pytest.raises(ValidationError, match="har rollen allerede"):
        invitation_to(member, lead, "vera@example.no")
    Membership.objects.filter(role="counsellor").update(ends_on=TODAY() - timedelta(days=1))
    vera = actions.accept_invitation(token=invitation_to(member, lead, "vera@example.no"), name="Vera")
    assert vera
    assert vera.memberships.current().count() == 1


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COUNSELLOR, Role.BOARD])
def test_only_a_lead_invites(member: Member, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        invitation_to(member, with_role(member, role, "Kari"))


def test_an_operator_invites_where_there_is_no_lead_and_only_there(member: Member) -> None:
    region = Member.objects.create(name="Regionen", short_name="Regionen", kind=MemberKind.REGION)
    operator = with_role(region, Role.OPERATOR, "Drift")
    assert workplaces_led(operator) == [region, member]
    token = invitation_to(member, operator, role="lead")
    assert workplaces_led(operator) == [region, member]
    actions.accept_invitation(token=token, name="Lise")
    assert workplaces_led(operator) == [region]
    page = signed_in(operator).get(reverse("organisations:staff", args=[member.pk]))
    assert page.status_code == 404


def test_a_hosts_contact_invites_colleagues() -> None:
    host = Host.objects.create(name="Verten", number="900000001", field="health", municipality="4601")
    contact = User.objects.create(name="Vert", email="vert@example.no")
    HostContact.objects.create(user=contact, host=host)
    token = actions.invite(workplace=host, email="ny@example.no", role="supervisor", by=contact, starts_on=TODAY())
    newcomer = actions.accept_invitation(token=token, name="Ny")
    assert newcomer
    assert [one.role for one in host.contacts.current().order_by("role")] == ["contact", "supervisor"]
    client = signed_in(newcomer)
    places = reverse("catalogue:host_places", args=[host.pk])
    assert client.get(places).status_code == 200
    actions.take_back_role(held=HostContact.objects.get(user=newcomer), by=contact)
    assert client.get(places).status_code == 404


def test_whoever_holds_a_token_takes_what_it_gives_and_nothing_else(member: Member, lead: User) -> None:
    """By SQL of one's own, past the application."""
    other = Member.objects.create(name="NAV", short_name="NAV", kind=MemberKind.NAV)
    newcomer = User.objects.create(name="Ny", email="ny@example.no")
    digest = actions.digest_of(invitation_to(member, lead))
    acted = Identity(user=str(newcomer.pk), purpose="invitation", key=digest)
    for wrong in (
        Membership(user=newcomer, member=other, role="counsellor"),
        Membership(user=newcomer, member=member, role="lead"),
        Membership(user=lead, member=member, role="counsellor"),
        Membership(user=newcomer, member=member, role="counsellor", starts_on=TODAY() - timedelta(days=1)),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"), acting(acted), transaction.atomic():
            wrong.save(force_insert=True)
    with acting(acted), transaction.atomic():
        Membership(user=newcomer, member=member, role="counsellor").save(force_insert=True)


# ---------------------------------------------------------------- taken back, changed


def test_a_role_taken_back_is_gone_at_the_next_request(member: Member, lead: User) -> None:
    counsellor = with_role(member, Role.COUNSELLOR, "Vera")
    theirs, ours = signed_in(counsellor), signed_in(lead)
    page = reverse("candidates:candidates")
    assert theirs.get(page).status_code == 200
    held = Membership.objects.get(user=counsellor)
    answer = ours.post(reverse("organisations:take_back_role", args=[held.pk]))
    assert answer.headers["Location"] == reverse("organisations:staff", args=[member.pk])
    assert theirs.get(page).status_code == 404
    assert "Har sluttet" in ours.get(answer.headers["Location"]).content.decode()


def test_a_member_keeps_a_lead_without_a_last_day(member: Member, lead: User) -> None:
    held = Membership.objects.get(user=lead)
    client = signed_in(lead)
    answer = client.post(reverse("organisations:take_back_role", args=[held.pk]), follow=True)
    assert "Inviter en ny leder først" in answer.content.decode()
    change = reverse("organisations:change_role", args=[held.pk])
    for sent in ({"role": "coordinator"}, {"role": "lead", "ends_on": (TODAY() + timedelta(days=30)).isoformat()}):
        answer = client.post(change, sent)
        assert answer.status_code == 422
        assert "Inviter en ny leder først" in answer.content.decode()
    assert list(member.memberships.current().values_list("role", "ends_on")) == [("lead", None)]
    with_role(member, Role.LEAD, "Nora")
    assert client.post(change, {"role": "coordinator"}).status_code == 302
    assert client.get(change).status_code == 404


def test_two_leads_who_end_each_others_roles_at_once_do_not_both_succeed(member: Member, lead: User) -> None:
    other = with_role(member, Role.LEAD, "Nora")
    both = [(Membership.objects.get(user=theirs), mine) for theirs, mine in ((lead, other), (other, lead))]
    ready = Barrier(2)

    def take_back(held: Membership, by: User) -> bool:
        try:
            with transaction.atomic():
                Membership.objects.count()
                ready.wait(5)
                actions.take_back_role(held=held, by=by)
        except (ValidationError, PermissionDenied):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(take_back, *zip(*both, strict=True)))
    assert sorted(done) == [False, True]
    assert member.memberships.current().count() == 1


def test_units_are_a_counsellors_and_the_members_own(member: Member, lead: User) -> None:
    other = Member.objects.create(name="NAV", short_name="NAV", kind=MemberKind.NAV)
    unit, foreign = Unit.objects.create(member=member, name="MN"), Unit.objects.create(member=other, name="Fana")
    for role, where, says in (("lead", unit, "Bare en veileder"), ("counsellor", foreign, "egne enheter")):
        with pytest.raises(ValidationError, match=says):
            actions.invite(workplace=member, email="ny@example.no", role=role, by=lead, starts_on=TODAY(), unit=where)
    with pytest.raises(IntegrityError):
        with_role(member, Role.COUNSELLOR, "Vera", unit=foreign)


def test_a_lead_adds_units_and_an_operator_members(member: Member, lead: User) -> None:
    client, address = signed_in(lead), reverse("organisations:new_unit", args=[member.pk])
    assert client.post(address, {"name": "Fakultetet"}).status_code == 302
    assert client.post(address, {"name": "Fakultetet"}).status_code == 422
    top = Unit.objects.get()
    client.post(address, {"name": "Instituttet", "above": top.pk})
    client.post(address, {"name": "Gruppen", "above": Unit.objects.get(name="Instituttet").pk})
    assert client.post(address, {"name": "For dypt", "above": Unit.objects.get(name="Gruppen").pk}).status_code == 422
    assert {unit.name for unit in Unit.objects.within([top.pk])} == {"Fakultetet", "Instituttet", "Gruppen"}
    region = Member.objects.create(name="Regionen", short_name="Regionen", kind=MemberKind.REGION)
    operator = signed_in(with_role(region, Role.OPERATOR, "Drift"))
    sent = {"name": "Voss herad", "short_name": "Voss", "kind": "municipality"}
    answer = operator.post(reverse("organisations:new_member"), sent)
    made = Member.objects.get(name="Voss herad")
    assert answer.headers["Location"] == reverse("organisations:staff", args=[made.pk])
    assert operator.post(reverse("organisations:new_member"), sent).status_code == 422
