from django.urls import path

from praksis.catalogue import host_views, resource_views, saved_views, scheme_views, views

app_name = "catalogue"
urlpatterns = [
    path("finn/", views.find, name="find"),
    path("finn/forslag/", views.suggestions, name="suggest"),
    path("finn/lagre/", saved_views.save, name="save_search"),
    path("min-side/sok/", saved_views.searches, name="saved_searches"),
    path("min-side/sok/<uuid:search_id>/", saved_views.change, name="change_search"),
    path("min-side/sok/<uuid:search_id>/stopp/", saved_views.stop, name="stop_search"),
    path("min-side/sok/<uuid:search_id>/behold/", saved_views.keep, name="keep_search"),
    path("min-side/sok/<uuid:search_id>/slett/", saved_views.delete, name="delete_search"),
    path("lagret-sok/stopp/<str:token>/", saved_views.stop_by_link, name="stop_by_link"),
    path("lagret-sok/behold/<str:token>/", saved_views.keep_by_link, name="keep_by_link"),
    path("plass/<uuid:place_id>/", views.place, name="place"),
    path("plass/<uuid:place_id>/endre/", views.edit_place, name="edit_place"),
    path("plass/<uuid:place_id>/lukk/", views.close, name="close_place"),
    path("plass/<uuid:place_id>/godkjenn/", views.approve, name="approve_place"),
    path("plasser/nye/", views.new_places, name="new_places"),
    path("ordning/<uuid:scheme_id>/", scheme_views.scheme, name="scheme"),
    path("ordning/<uuid:scheme_id>/endre/", scheme_views.edit_scheme, name="edit_scheme"),
    path("ordning/<uuid:scheme_id>/bekreft/", scheme_views.confirm, name="confirm_scheme"),
    path("ordninger/ny/", scheme_views.new_scheme, name="new_scheme"),
    path("ordninger/vare/", scheme_views.own_schemes, name="own_schemes"),
    path("virksomhet/<uuid:host_id>/", host_views.host, name="host"),
    path("virksomhet/<uuid:host_id>/endre/", host_views.edit_host, name="edit_host"),
    path("virksomhet/<uuid:host_id>/plasser/", host_views.host_places, name="host_places"),
    path("ressurspersoner/", resource_views.people, name="people"),
    path("ressurspersoner/<uuid:person_id>/", resource_views.ask, name="ask_person"),
    path("min-side/ressursperson/<uuid:person_id>/", resource_views.my_resource, name="my_resource"),
    path("min-side/ressursperson/<uuid:person_id>/skjul/", resource_views.hide_resource, name="hide_resource"),
    path("register/", host_views.register, name="register"),
    path("register/les/", host_views.follow_register, name="follow_register"),
    path("tilby/", views.offer, name="offer"),
    path("tilby/takk/<uuid:place_id>/", views.offered, name="offered"),
]
