# What each rule of code.yml must find (ruleid) and must let pass (ok). It is read, and never run.
import http.client
import os
import pickle
import subprocess

import requests
import yaml
from django.db.models.expressions import RawSQL
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt


def markup(name):
    # ruleid: text-taken-for-markup
    mark_safe(name)
    # ruleid: text-taken-for-markup
    SafeString(f"<b>{name}</b>")
    # ruleid: text-taken-for-markup
    format_html(f"<b>{name}</b>")
    # ok: text-taken-for-markup
    format_html("<b>{}</b>", name)


def statements(cursor, name, ids):
    # ruleid: statement-with-values
    cursor.execute(f"select * from people where name = '{name}'")
    # ruleid: statement-with-values
    cursor.execute("select * from people where name = '" + name + "'")
    # ruleid: statement-with-values
    cursor.execute("select * from people where name = '%s'" % name)
    # ruleid: statement-with-values
    cursor.executemany("select * from {}".format(name), ids)
    # ruleid: statement-with-values
    Person.objects.raw(f"select * from {name}")
    # ruleid: statement-with-values
    Person.objects.extra(where=["name = %s"], params=[name])
    # ruleid: statement-with-values
    Person.objects.annotate(x=RawSQL(name, []))
    # ok: statement-with-values
    cursor.execute("select * from people where name = %s", [name])


def programs(name):
    # ruleid: program-through-a-shell
    subprocess.run(f"ls {name}", shell=True)
    # ruleid: program-through-a-shell
    os.system(name)
    # ruleid: program-through-a-shell
    os.popen(name)
    # ruleid: program-through-a-shell
    subprocess.getoutput(name)
    # ok: program-through-a-shell
    subprocess.run(["ls", name], check=True)


def code(text):
    # ruleid: runs-what-was-sent
    eval(text)
    # ruleid: runs-what-was-sent
    exec(text)
    # ruleid: runs-what-was-sent
    pickle.loads(text)
    # ruleid: runs-what-was-sent
    yaml.load(text)
    # ok: runs-what-was-sent
    yaml.safe_load(text)


def asking(url):
    # ruleid: asks-without-end
    requests.get(url)
    # ruleid: asks-without-end
    requests.post(url, data={})
    # ruleid: asks-without-end
    http.client.HTTPConnection("127.0.0.1", 80)
    # ok: asks-without-end
    requests.get(url, timeout=5)
    # ok: asks-without-end
    http.client.HTTPConnection("127.0.0.1", 80, timeout=2)


# ruleid: form-of-any-site
@csrf_exempt
def form(request): ...


# ok: form-of-any-site
@require_POST
def another_form(request): ...


def pages(request, pk):
    # ruleid: person-past-the-first-lock
    Candidate.objects.all()
    # ruleid: person-past-the-first-lock
    get_object_or_404(Candidate, pk=pk)
    # ruleid: person-past-the-first-lock
    Entry.objects.get(pk=pk)
    # ok: person-past-the-first-lock
    get_object_or_404(Candidate.objects.placed_by(request.user), pk=pk)
    # ok: person-past-the-first-lock
    get_object_or_404(Scheme, pk=pk)


def logs(user, token):
    # ruleid: secret-in-the-log
    log.info("a link: %s", token)
    # ruleid: secret-in-the-log
    log.warning("signed in: %s", user.email)
    # ruleid: secret-in-the-log
    log.info(f"signed in with {user.session_key}")
    # ok: secret-in-the-log
    log.info("signed in: %s", user.pk)


def redirects(request):
    # ruleid: redirect-to-where-was-asked
    redirect(request.GET["next"])
    there = request.POST.get("next", "")
    # ruleid: redirect-to-where-was-asked
    HttpResponseRedirect(there)
    # ok: redirect-to-where-was-asked
    redirect("web:front")
    # ok: redirect-to-where-was-asked
    redirect(reverse("web:front"))


def checked_redirect(request):
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}):
        # ok: redirect-to-where-was-asked
        return redirect(there)
    return redirect("web:front")


def comparing(given, kept):
    # ruleid: secret-compared-by-steps
    sha256(given).hexdigest() == kept
    # ruleid: secret-compared-by-steps
    kept == sha256(given).digest()
    # ok: secret-compared-by-steps
    constant_time_compare(sha256(given).hexdigest(), kept)
