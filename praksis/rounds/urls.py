from django.urls import path

from praksis.rounds.views import audits, draws, erasing, results, rounds, runs, wishes

app_name = "rounds"
urlpatterns = [
    path("kandidater/<uuid:candidate_id>/slett/", erasing.erase, name="erase"),
    path("onsker/", wishes.wishes, name="wishes"),
    path("onsker/legg-til/<uuid:place_id>/", wishes.add, name="add"),
    path("onsker/<uuid:entry_id>/", wishes.wishes_of, name="wishes_of"),
    path("resultat/", results.result, name="result"),
    path("resultat/<uuid:entry_id>/", results.result_of_entry, name="result_of"),
    path("resultat/<uuid:entry_id>/trekning/", draws.own_draw, name="result_draw"),
    path("resultat/<uuid:entry_id>/trekning.json", draws.own_draw_file, name="result_draw_file"),
    path("trekning/<uuid:round_id>/", draws.draw, name="draw"),
    path("runder/", rounds.rounds, name="rounds"),
    path("runder/ny/", rounds.new_round, name="new_round"),
    path("runder/<uuid:round_id>/", rounds.round_, name="round"),
    path("runder/<uuid:round_id>/apne/", rounds.open_, name="open"),
    path("runder/<uuid:round_id>/lukk/", rounds.close, name="close"),
    path("runder/<uuid:round_id>/gjenapne/", rounds.reopen, name="reopen"),
    path("runder/<uuid:round_id>/meld-inn/<uuid:member_id>/", rounds.enter, name="enter"),
    path("runder/<uuid:round_id>/ny-kjoring/", runs.new_run, name="new_run"),
    path("runder/<uuid:round_id>/kandidater/", results.own_people, name="own_people"),
    path("runder/<uuid:round_id>/resultater/", results.own, name="own_results"),
    path("runder/<uuid:round_id>/publiser/<uuid:member_id>/", runs.publish, name="publish"),
    path("runder/<uuid:round_id>/kontrollorer/", audits.auditors, name="auditors"),
    path("kontrollorer/<uuid:auditor_id>/avslutt/", audits.end_auditor, name="end_auditor"),
    path("kontroll/<uuid:round_id>/", audits.audit, name="audit"),
    path("kontroll/<uuid:run_id>/<str:name>.json.gz", audits.audit_file, name="audit_file"),
    path("kjoringer/<uuid:run_id>/", runs.run, name="run"),
]
