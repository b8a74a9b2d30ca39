from django.urls import path

from praksis.accounts import views

app_name = "accounts"
urlpatterns = [
    path("logg-inn/", views.sign_in, name="sign_in"),
    path("logg-inn/sendt/", views.link_sent, name="link_sent"),
    path("logg-inn/med/<slug:provider>/", views.ask_provider, name="ask_provider"),
    path("logg-inn/med/<slug:provider>/svar/", views.provider_answers, name="provider_answers"),
    path("logg-inn/<str:token>/", views.follow_link, name="follow_link"),
    path("logg-ut/", views.sign_out, name="sign_out"),
    path("logg-ut/<slug:provider>/", views.signed_out, name="signed_out"),
    path("innlogging/", views.my_sign_ins, name="my_sign_ins"),
    path("innlogging/kode/", views.second_factor, name="second_factor"),
    path("innlogging/kode/passnokkel/", views.give_passkey, name="give_passkey"),
    path("innlogging/passnokkel/", views.add_passkey, name="add_passkey"),
    path("innlogging/totrinn/", views.set_up_second_factor, name="set_up_second_factor"),
    path("innlogging/totrinn/senere/", views.put_off_second_factor, name="put_off_second_factor"),
    path("innlogging/totrinn/fjern/", views.remove_second_factor, name="remove_second_factor"),
    path("innlogging/koble/<slug:provider>/", views.connect_provider, name="connect_provider"),
    path("innlogging/koble-fra/<slug:provider>/", views.disconnect_provider, name="disconnect_provider"),
    path("innlogging/logg-ut-overalt/", views.sign_out_everywhere, name="sign_out_everywhere"),
]
