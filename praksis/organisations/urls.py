from django.urls import path

from praksis.organisations import views

app_name = "organisations"
urlpatterns = [
    path("start/<str:token>/", views.first_run, name="first_run"),
    path("folk/<uuid:workplace_id>/", views.staff, name="staff"),
    path("folk/<uuid:workplace_id>/inviter/", views.invite, name="invite"),
    path("folk/<uuid:workplace_id>/enheter/", views.new_unit, name="new_unit"),
    path("medlemmer/ny/", views.new_member, name="new_member"),
    path("roller/<uuid:held_id>/", views.change_role, name="change_role"),
    path("roller/<uuid:held_id>/ta-tilbake/", views.take_back_role, name="take_back_role"),
    path("invitasjoner/<uuid:workplace_id>/<uuid:invitation_id>/ta-tilbake/", views.withdraw, name="withdraw"),
    path("folk/<uuid:workplace_id>/ressurspersoner/<uuid:person_id>/fjern/", views.remove_resource, name="remove_resource"),
    path("invitasjon/<str:token>/", views.follow_invitation, name="follow_invitation"),
]
