"""Webhooks are made with their key shown once, tell plainly how they stand, are sent again at a press, and end."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.utils import timezone

from issues.hooks import Event, end_webhook, key_of, make_webhook
from issues.models import Delivery, Webhook
from issues.telling import tell_of_new
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_issue
from tests.staff import make_person, sign_in
from web import hooks, outgoing
from web.hooks import deliver_hooks
from web.outgoing import AddressRefusedError
from web.pages.hook_words import CONDITION_WORDS, EVENT_WORDS, MESSAGE_WORDS, said

pytestmark = pytest.mark.django_db
AT = "/en/webhooks/"
RIGHT = {"name": "Dispatch, Dan I.", "url": "https://hooks.example.org/in", "events": ["issue.raised", "issue.changed"]}


@pytest.fixture
def chief():
    return make_person("chief", Role.ADMINISTRATOR)


@pytest.fixture
def desk(client, chief):
    sign_in(client, chief)
    return client


@pytest.fixture
def hook(chief):
    return make_webhook(name="Dispatch", url="https://hooks.example.org/in", events=list(Event), by=chief)[0]


@pytest.fixture
def told(hook):
    """An issue of which the webhook is to hear."""
    make_boundaries(["Fabric"])
    tell_of_new(make_issue("roads", place="fabric"))
    return Delivery.objects.get()


@pytest.fixture
def answers(monkeypatch):
    """How the receiver answers from now on."""

    def answering(answer):
        def post(url, body, headers):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(hooks, "post", post)

    return answering


def page_of(desk, hook):
    return desk.get(f"{AT}{hook.pk}/").content.decode()


def test_a_new_one_is_made_and_its_key_shown_once(desk, chief):
    answer = desk.post(AT, RIGHT)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    made, secret = Webhook.objects.get(), answer.context["secret"]
    assert (made.name, made.url, made.made_by) == (RIGHT["name"], RIGHT["url"], chief)
    assert made.events == ["issue.changed", "issue.raised"]
    assert secret.encode() in answer.content
    assert base64.b64decode(secret.removeprefix("whsec_")).hex() == key_of(made)
    for at in (AT, f"{AT}{made.pk}/"):
        page = desk.get(at).content.decode()
        assert secret not in page
        assert key_of(made) not in page
        assert "hooks.example.org/in" in page


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": ""}, "Write whose it is"),
        ({"name": "x" * 101}, "Write whose it is"),
        ({"url": ""}, "Write the address"),
        ({"url": "https://example.org/" + "x" * 500}, "Write the address"),
        ({"url": "hooks.example.org"}, "begins with https://"),
        ({"url": "http://hooks.example.org/in"}, "begins with https://"),
        ({"url": "https://"}, "needs a name"),
        ({"url": "https://dan:secret@example.org/"}, "neither user nor password"),
        ({"url": "https://example.org:22/"}, "Only the ports"),
        ({"url": "https://["}, "This is no address"),
        ({"url": "https://example.org/\0"}, "Write the address"),
        ({"events": []}, "Choose what it hears of"),
        ({"events": ["issue.erased"]}, "Choose what it hears of"),
    ],
)
def test_what_is_no_webhook(desk, wrong, why):
    answer = desk.post(AT, RIGHT | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert why in page
    assert 'href="#' + next(iter(wrong)) in page
    assert not Webhook.objects.exists()


def test_what_was_typed_is_kept_when_something_is_wrong(desk):
    page = desk.post(AT, RIGHT | {"url": "ftp://example.org/", "events": ["issue.changed"]}).content.decode()
    assert 'value="Dispatch, Dan I."' in page
    assert 'value="ftp://example.org/"' in page
    assert 'value="issue.changed" checked' in page
    assert 'value="issue.raised" checked' not in page


def test_sent_twice_it_is_made_once(desk):
    for status in (201, 422):
        assert desk.post(AT, RIGHT).status_code == status
    assert Webhook.objects.count() == 1


def test_where_a_setting_allows_it_http_is_taken(desk, settings):
    settings.HOOKS_OVER_HTTP = True
    assert desk.post(AT, RIGHT | {"url": "http://hooks.example.org/in"}).status_code == 201


def test_how_it_stands_from_the_first_event_to_the_last(desk, told, answers, hook):
    assert "on its way" in desk.get(AT).content.decode()
    answers(503)
    deliver_hooks()
    for page in (desk.get(AT).content.decode(), page_of(desk, hook)):
        assert "nothing arrives" in page
        assert f"Nothing has arrived since {local(told.created_at):%-d.%m.%Y, %H:%M}." in page
        assert "Something is broken at the receiver (answer 503)." in page
        assert "It is tried again on" in page
    assert "tried once" in page
    answers(204)
    later()
    assert deliver_hooks() == 1
    for page in (desk.get(AT).content.decode(), page_of(desk, hook)):
        assert "everything arrives" in page
        assert "503" not in page
    assert "at try 2" in page


def local(moment):
    return timezone.localtime(moment)


def later():
    Delivery.objects.filter(delivered_at=None).update(due_at=timezone.now() - dt.timedelta(seconds=1))


def test_where_others_arrive_only_some_do_not(desk, told, answers, hook):
    Delivery.objects.update(attempts=2, problem="status 404", due_at=timezone.now() + dt.timedelta(hours=1))
    answers(204)
    tell_of_new(make_issue("roads", place="fabric", i=1))
    deliver_hooks()
    page = desk.get(AT).content.decode()
    assert "some does not arrive" in page
    assert "Some messages wait, the oldest since" in page
    assert "1 message has arrived" in page
    assert "1 waits" in page


def test_a_private_address_is_said_to_be_one(desk, told, answers, hook):
    answers(AddressRefusedError(outgoing.NOT_PUBLIC))
    deliver_hooks()
    assert "The name leads into a private network. Nothing is sent there." in page_of(desk, hook)


def test_everything_that_waits_is_sent_again_at_a_press(desk, told, answers, hook):
    answers(OSError("down"))
    deliver_hooks()
    assert Delivery.objects.get().due_at > timezone.now()
    answer = desk.post(f"{AT}{hook.pk}/", {"act": "again"})
    assert answer.status_code == 303
    assert "What waits is sent within a minute." in desk.get(answer["Location"]).content.decode()
    answers(204)
    assert deliver_hooks() == 1


def test_one_message_alone_is_sent_again(desk, told, answers, hook):
    tell_of_new(make_issue("roads", place="fabric", i=1))
    later_on = timezone.now() + dt.timedelta(hours=2)
    Delivery.objects.update(attempts=3, problem="status 500", due_at=later_on)
    desk.post(f"{AT}{hook.pk}/", {"act": "again", "delivery": told.pk})
    due_at = dict(Delivery.objects.values_list("pk", "due_at"))
    assert due_at.pop(told.pk) <= timezone.now()
    assert list(due_at.values()) == [later_on]


@pytest.mark.parametrize("sent", [{"delivery": "x"}, {"delivery": "0" * 32}, {"act": "dance"}, {"act": ""}])
def test_what_cannot_be_done_is_said(desk, told, hook, sent):
    answer = desk.post(f"{AT}{hook.pk}/", {"act": "again"} | sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_message_of_another_webhook_is_left_alone(desk, told, chief):
    other = make_webhook(name="Other", url="https://other.example.org/", events=list(Event), by=chief)[0]
    Delivery.objects.update(due_at=timezone.now() + dt.timedelta(hours=1))
    assert desk.post(f"{AT}{other.pk}/", {"act": "again", "delivery": told.pk}).status_code == 422
    assert Delivery.objects.get().due_at > timezone.now()


def test_it_ends_and_stays_to_be_read(desk, told, answers, hook):
    answer = desk.post(f"{AT}{hook.pk}/", {"act": "end"})
    page = desk.get(answer["Location"]).content.decode()
    assert "The webhook has ended." in page
    assert "Never sent" in page
    assert "Try again now" not in page
    answers(204)
    assert deliver_hooks() == 0
    assert desk.post(f"{AT}{hook.pk}/", {"act": "end"}).status_code == 422
    assert desk.post(f"{AT}{hook.pk}/", {"act": "again"}).status_code == 422
    assert "ended on" in desk.get(AT).content.decode()
    assert Webhook.objects.get().ended_by.username in desk.get(f"{AT}{hook.pk}/").content.decode()


def test_the_name_of_an_ended_one_is_free(desk, hook):
    end_webhook(webhook=hook)
    assert desk.post(AT, RIGHT | {"name": hook.name}).status_code == 201


def test_what_is_not_there(desk):
    assert desk.get(f"{AT}{'0' * 8}-0000-0000-0000-{'0' * 12}/").status_code == 404


def test_no_more_questions_for_more_webhooks(desk, told, chief, django_assert_max_num_queries):
    for i in range(5):
        make_webhook(name=f"Other {i}", url="https://other.example.org/", events=list(Event), by=chief)
    with django_assert_max_num_queries(12):
        desk.get(AT)


def test_the_account_leads_there(desk):
    assert f'href="{AT}"' in desk.get("/en/account/").content.decode()


def test_everything_has_words():
    assert set(EVENT_WORDS) == set(MESSAGE_WORDS) == set(Event)
    assert all(map(str, CONDITION_WORDS.values()))
    assert said("") == ""
    assert said("status 302").endswith("We follow nobody.")
    assert said("status 413") == "The receiver refuses the message (answer 413)."
    assert said("TooStrangeError") == "It did not get through (TooStrangeError)."
