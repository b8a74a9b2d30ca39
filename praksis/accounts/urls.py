from django.urls import path

from praksis.accounts import views

app_name = "accounts"
urlpatterns = [
    path("logg-inn/", views.sign_in, name="sign_in"),
    path("logg-inn/sendt/", views.link_sent, name="link_sent"),
    path("logg-inn/<str:token>/", views.follow_link, name="follow_link"),
    path("logg-ut/", views.sign_out, name="sign_out"),
    path("innlogging/", views.my_sign_ins, name="my_sign_ins"),
    path("innlogging/logg-ut-overalt/", views.sign_out_everywhere, name="sign_out_everywhere"),
]
