"""The reporter's page: all of it for who has the link, nothing for anybody else, and gone when erased."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from issues.actions import change_status
from issues.drafts import Draft, checked
from issues.models import Issue, ModerationStep, Photo, Submission, Verdict
from issues.naming import tracking_number
from issues.rules import ModerationAct, PhotoState, State, TextState
from issues.submitting import submit
from neighborhoods.models import Follow, User
from tests.factories import inside, instant, make_boundaries, make_category
from web.pages.mine import photo_notes

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    """A report as it comes in; gives its receipt."""
    make_boundaries(["Fabric"])
    make_category()

    def made(category="roads", text="A deep hole.", email="", **more):
        lng, lat = inside("fabric")
        draft = Draft(category=category, text=text, lng=lng, lat=lat, email=email, language="en", **more)
        return submit(key=uuid.uuid4(), draft=checked(draft, settings.CITY))

    return made


@pytest.fixture(autouse=True)
def places(tmp_path, settings):
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path


@pytest.fixture
def at(address):
    return lambda receipt, name="mine": address(name, receipt.link)


@pytest.fixture
def moderator():
    return User.objects.create(username="moderator")


def test_after_sending_it_thanks_with_number_link_promise_and_who(client, read, at, sent):
    receipt = sent("lighting")
    text = read(at(receipt) + "?new=1")
    assert "Thank you. We have your report." in text
    assert receipt.number in text
    assert "Timișoara City Hall, street lighting answers by" in text
    assert f"http://testserver{at(receipt)}" in client.get(at(receipt)).content.decode()


def test_of_a_refused_photo_the_reporter_reads_why_and_no_picture_is_asked_for(client, at, sent):
    receipt = sent()
    photo = Photo.objects.create(
        id=uuid.uuid4(),
        issue=receipt.issue,
        digest=b"d" * 32,
        width=9,
        height=9,
        state=PhotoState.REFUSED,
        reason="A face.",
    )
    html = client.get(at(receipt)).content.decode()
    assert "A face." in html
    assert str(photo.pk) not in html


def test_of_what_is_closed_already_it_says_the_state_first(read, at, sent):
    receipt = sent()
    change_status(by=None, issue=receipt.issue, to=State.RESOLVED)
    text = read(at(receipt) + "?new=1")
    assert "We have your report" not in text
    assert f"My report {receipt.number}" in text
    assert "Was it really fixed?" in text


def test_later_it_is_simply_the_report(read, at, sent):
    receipt = sent()
    Submission.objects.update(received_at=instant(2026, 1, 1))
    text = read(at(receipt))
    assert "Thank you" not in text
    assert f"My report {receipt.number}" in text


@pytest.mark.parametrize("name", ["mine", "mine-verdict", "mine-erase"])
def test_nobody_keeps_it_names_it_or_finds_it(client, at, sent, name):
    headers = client.get(at(sent(), name)).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in headers


def _asked(client, name, url):
    """Each address as it is asked for: mine-told only takes a form."""
    return client.post(url) if name == "mine-told" else client.get(url)


@pytest.mark.parametrize("name", ["mine", "mine-verdict", "mine-erase", "mine-told"])
def test_under_another_link_there_is_nothing(client, address, sent, name):
    sent()
    answer = _asked(client, name, address(name, "0" * 32))
    assert answer.status_code == 404
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", ["mine", "mine-verdict", "mine-erase", "mine-told"])
def test_what_was_erased_is_gone(client, at, sent, name):
    receipt = sent(text="A deep hole.")
    Submission.objects.update(erased_at=timezone.now())
    answer = _asked(client, name, at(receipt, name))
    assert answer.status_code == 410
    assert "This report was erased" in answer.content.decode()
    assert "A deep hole." not in answer.content.decode()


def test_the_reporter_reads_everything(read, at, sent):
    receipt = sent("social", text="An old lady, 0722 123 456.", address="Strada Lidia 7")
    text = read(at(receipt))
    assert "An old lady, 0722 123 456." in text
    assert "Strada Lidia 7, Fabric" in text
    assert "A person looks at it before others can see it." in text


def test_the_reporter_reads_exact_days_and_reasons_of_a_sensitive_subject(read, at, sent):
    receipt = sent("social")
    change_status(by=None, issue=receipt.issue, to=State.REFUSED, reason="We met her.", at=timezone.now())
    assert "We met her." in read(at(receipt))


@pytest.mark.parametrize(
    "change, act, said",
    [
        ({"hidden": True}, ModerationAct.HIDDEN, "Others do not see it any more. Why: It is an advertisement."),
        (
            {"text_state": TextState.PRIVATE},
            ModerationAct.TEXT_PRIVATE,
            "Your text is kept private. Why: It is an advertisement.",
        ),
    ],
)
def test_the_author_is_told_why(read, at, sent, moderator, change, act, said):
    receipt = sent()
    Issue.objects.filter(pk=receipt.issue.pk).update(**change)
    ModerationStep.objects.create(issue=receipt.issue, act=act, reason="It is an advertisement.", by=moderator)
    assert said in read(at(receipt))


def test_an_edited_text_is_shown_beside_ones_own(read, at, sent):
    receipt = sent(text="Mr Pop's hole.")
    Issue.objects.filter(pk=receipt.issue.pk).update(text_state=TextState.EDITED, edited_text="A hole.")
    text = read(at(receipt))
    assert "Mr Pop's hole." in text
    assert "Others read it like this: “A hole.”" in text


def test_photos_are_listed_with_what_became_of_them(client, read, at, sent):
    receipt = sent()
    for state, reason in ((PhotoState.WAITING, ""), (PhotoState.REFUSED, "A face is on it.")):
        Photo.objects.create(
            id=uuid.uuid4(), issue=receipt.issue, state=state, reason=reason, digest=b"x" * 32, width=4, height=3
        )
    text = read(at(receipt))
    assert "Waits for a person to look" in text
    assert "Not shown: A face is on it." in text
    assert "Add more photos" in text


def test_after_five_photos_no_more_is_asked_for(read, at, sent):
    receipt = sent()
    for _ in range(5):
        Photo.objects.create(id=uuid.uuid4(), issue=receipt.issue, digest=b"x" * 32, width=4, height=3)
    text = read(at(receipt))
    assert "Five photos are the most." in text
    assert "Add more photos" not in text


def test_what_became_of_photos_that_came_along():
    with override("en"):
        assert photo_notes(["2-kept,1-too-large"]) == ["2 photos have arrived.", "1 photo is larger than 8 MB."]
        assert photo_notes(["broken"]) == ["1 photo could not be read."]
        assert photo_notes(["<b>,9999-kept,kept%(n)s", ""]) == []


def test_an_address_is_kept_once_however_often_it_is_asked(client, read, at, sent):
    receipt = sent()
    for email in ("ana@example.org", "victim@example.org"):
        assert client.post(at(receipt, "mine-told"), {"email": email}).status_code == 303
    wish = Follow.objects.get()
    assert (wish.subject, wish.reporter) == (receipt.issue.pk, True)
    assert Submission.objects.get().contact_id == wish.contact_id
    assert "We have sent you a mail." in read(at(receipt))


def test_what_is_no_address_is_said(client, read, at, sent):
    answer = client.post(at(sent(), "mine-told"), {"email": "nobody"})
    assert "This is not an e-mail address." in read(answer.headers["Location"].partition("#")[0])
    assert not Follow.objects.exists()


def test_whoever_gave_an_address_is_not_asked_again(read, at, sent):
    receipt = sent(email="ana@example.org")
    text = read(at(receipt))
    assert "We have sent you a mail. Open its link" in text
    assert "ana@example.org" not in text
    Follow.objects.update(confirmed_at=timezone.now())
    assert "We write to you at every step." in read(at(receipt))


def test_the_reporter_disputes_without_a_photo_on_private_pages(client, read, at, sent):
    receipt = sent()
    change_status(by=None, issue=receipt.issue, to=State.RESOLVED)
    answer = client.post(at(receipt, "mine-verdict"), {"fixed": "no", "said": "It is still there."})
    assert answer.headers["Location"] == at(receipt) + "?said=no"
    assert Verdict.objects.get().by_reporter
    assert "You said it is not fixed. It is still there." in read(at(receipt))


def test_photos_of_a_dispute_on_what_is_not_public_come_from_behind_the_link(client, at, sent):
    receipt = sent("social")
    change_status(by=None, issue=receipt.issue, to=State.RESOLVED)
    client.post(at(receipt, "mine-verdict"), {"fixed": "no", "said": "It is still there."})
    photo = Photo.objects.create(
        id=uuid.uuid4(),
        issue=receipt.issue,
        verdict=Verdict.objects.get(),
        state=PhotoState.SHOWN,
        digest=b"x" * 32,
        width=4,
        height=3,
    )
    html = client.get(at(receipt)).content.decode()
    assert f"mine/{receipt.link}/photos/{photo.pk}/small" in html
    assert f'"/photos/{photo.pk}' not in html


def test_the_public_page_never_names_the_link(client, at, sent, address):
    receipt = sent()
    change_status(by=None, issue=receipt.issue, to=State.RESOLVED)
    client.post(at(receipt, "mine-verdict"), {"fixed": "no", "said": "It is still there."})
    html = client.get(address("issue", tracking_number(receipt.issue.pk))).content.decode()
    assert "It is still there." in html
    assert receipt.link not in html
    assert "You said" not in html


def test_erasing_is_asked_about_first(client, at, sent):
    receipt = sent()
    answer = client.get(at(receipt, "mine-erase"))
    assert "It cannot be brought back." in answer.content.decode()
    assert client.get(at(receipt)).status_code == 200


def test_the_link_of_an_erased_report_is_dead(client, at, sent):
    receipt = sent(text="A deep hole.")
    answer = client.post(at(receipt, "mine-erase"))
    assert answer.headers["Location"] == at(receipt)
    assert client.get(at(receipt)).status_code == 410


def test_of_an_erased_report_the_public_page_keeps_what_speaks_of_nobody(client, read, at, sent, address):
    receipt = sent(text="A deep hole.", address="Strada Lidia 7")
    client.post(at(receipt, "mine-erase"))
    text = read(address("issue", receipt.number))
    assert "Whoever sent it has erased what they wrote." in text
    assert "Only about where it was is kept." in text
    assert "A deep hole." not in text
    assert "Lidia" not in text


def test_another_site_cannot_erase(client, at, sent):
    receipt = sent()
    answer = client.post(at(receipt, "mine-erase"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert client.get(at(receipt)).status_code == 200


@pytest.mark.parametrize("email", ["x" * 250 + "@example.org", '"a b"@example.org', ""])
def test_an_address_that_cannot_be_written_to_is_not_kept(client, at, sent, email):
    answer = client.post(at(sent(), "mine-told"), {"email": email})
    assert (answer.status_code, answer["Location"].partition("?")[2]) == (303, "email=wrong#told")
    assert not Follow.objects.exists()
