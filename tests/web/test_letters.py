"""What mails say: the number first, plain words, whole links, and never a word that is not public."""

import pytest
from django.utils import translation

from issues.actions import change_status
from issues.models import HeldReport, Issue, ModerationStep, StatusChange, Submission
from issues.naming import tracking_number
from issues.rules import ModerationAct, State, TextState
from issues.telling import tell_author, tell_of_new
from neighborhoods.following import stop
from neighborhoods.models import Follow, Notice, User
from tests.factories import instant, make_boundaries, make_issue, square
from tests.followers import follow_area, follow_issue, follow_place, make_follow
from web.letters import LONGEST_QUOTE, digest, letter, quoted

pytestmark = pytest.mark.django_db
HERE = {"lng": 21.19, "lat": 45.74}
DAY = instant(2026, 3, 9)


@pytest.fixture(autouse=True)
def place(settings):
    settings.SITE_URL = "https://ascult.example"
    with translation.override("en"):
        yield


@pytest.fixture
def issue():
    make_boundaries(["Fabric", "Iosefin"])
    return make_issue("lighting", description="Dark at the corner.", **HERE)


def only():
    return letter(Notice.objects.get())


def answered(issue, to=State.RESOLVED, **more):
    return change_status(by=None, issue=issue, to=to, at=DAY, **more)


def test_the_request_to_confirm_holds_one_link_and_no_stranger_s_words(issue):
    Issue.objects.filter(pk=issue.pk).update(address="Buy here, 12")
    wish = follow_issue(issue, confirmed=False, reporter=True)
    written, number = only(), tracking_number(issue.pk)
    assert written.subject == f"{number}: please confirm your address"
    assert f"https://ascult.example/en/follow/{bytes(wish.secret).hex()}/" in written.body
    assert "Street lighting, Fabric" in written.body
    assert "Dark" not in written.body
    assert "Buy" not in written.body
    assert written.body.count("https://") == 1


def test_the_request_to_confirm_says_what_would_be_told(issue):
    make_follow(kind="neighborhood", slug="iosefin", categories=[issue.category_id], confirmed=False)
    written = only()
    assert written.subject == "Please confirm: Iosefin"
    assert "Only: Street lighting" in written.body
    assert "Nothing else will come." in written.body


def test_news_of_a_place_has_text_place_and_link(issue):
    follow_place()
    tell_of_new(issue)
    written, number = only(), tracking_number(issue.pk)
    assert written.subject == f"New: Street lighting, Fabric ({number})"
    assert "  Dark at the corner." in written.body
    assert f"https://ascult.example/en/issues/{number}/" in written.body
    assert "because you follow: Fabric." in written.body


@pytest.mark.parametrize(
    "state, shown", [(TextState.WITHHELD, ""), (TextState.PRIVATE, ""), (TextState.EDITED, "Dark here.")]
)
def test_only_public_text_is_told(issue, state, shown):
    Issue.objects.filter(pk=issue.pk).update(text_state=state, edited_text="Dark here.", address="By my door")
    follow_place()
    tell_of_new(issue)
    body = only().body
    assert "at the corner" not in body
    assert "my door" not in body
    assert shown in body


def test_a_change_says_state_who_and_why(issue):
    who = User.objects.create(username="ana", signs_as="Street lighting desk")
    follow_issue(issue)
    change_status(by=who, issue=issue, to=State.REFUSED, reason="Not our lamp.", at=DAY)
    written, number = only(), tracking_number(issue.pk)
    assert written.subject == f"{number}: refused"
    assert "Street lighting desk says:\n\n  Not our lamp." in written.body
    assert "9 March 2026" in written.body
    assert "fixed" not in written.body


def test_without_an_account_the_city_answers(issue):
    follow_issue(issue)
    answered(issue)
    assert "Answered by: City of Timișoara" in only().body


def test_a_closing_asks_whether_it_was_really_fixed(issue):
    follow_issue(issue)
    answered(issue)
    address = f"https://ascult.example/en/issues/{tracking_number(issue.pk)}/verdict/"
    assert f"Yes: {address}?fixed=yes" in only().body
    assert f"No: {address}?fixed=no" in only().body


def test_what_is_open_again_is_not_asked_about(issue):
    follow_issue(issue)
    answered(issue)
    first = Notice.objects.get()
    answered(issue, State.IN_PROGRESS)
    assert "?fixed" not in letter(first).body


def test_who_follows_a_twin_reads_their_own_number(issue):
    twin = make_issue("lighting", **HERE)
    follow_issue(twin)
    answered(issue)
    written = only()
    assert written.subject == f"{tracking_number(twin.pk)}: resolved"
    assert f"the same thing as issue {tracking_number(issue.pk)}" in written.body


def test_the_reporter_is_led_to_the_private_page(issue):
    wish = follow_issue(issue, reporter=True)
    link = Submission.objects.create(
        key_digest=b"k" * 32, body_digest=b"b" * 32, link=b"l" * 16, issue=issue, contact_id=wish.contact_id
    )
    follow_issue(issue, "dan@example.org")
    answered(issue)
    mine, other = (letter(n).body for n in Notice.objects.order_by("contact__email"))
    assert f"/en/mine/{bytes(link.link).hex()}/verdict/?fixed=no" in mine
    assert "/mine/" not in other


def test_of_a_sensitive_subject_others_read_the_state_alone():
    make_boundaries(["Fabric"])
    issue = make_issue("social", description="Somebody sleeps here.", address="Mureș 12", **HERE)
    follow_issue(issue)
    follow_issue(issue, "dan@example.org", reporter=True)
    answered(issue, reason="We spoke with them.")
    other, own = (letter(n).body for n in Notice.objects.order_by("contact__email"))
    for body in (other, own):
        assert "Somebody sleeps" not in body
        assert "Mureș" not in body
    assert "We spoke" not in other
    assert "We spoke" in own
    assert "9–15 March 2026" in other


def test_the_author_hears_why_it_was_hidden(issue):
    follow_issue(issue, reporter=True)
    Issue.objects.filter(pk=issue.pk).update(hidden=True)
    moderator = User.objects.create(username="mara")
    step = ModerationStep.objects.create(
        issue=issue, act=ModerationAct.HIDDEN, reason="It names a person.", by=moderator
    )
    tell_author(issue, step)
    written = only()
    assert written.subject == f"{tracking_number(issue.pk)}: what we decided"
    assert "We have hidden your report." in written.body
    assert "  It names a person." in written.body
    assert "answer this mail" in written.body
    assert "mara" not in written.body


@pytest.mark.parametrize(
    "act, said",
    [
        (ModerationAct.TEXT_PRIVATE, "We keep the text of your report private."),
        (ModerationAct.PHOTO_REFUSED, "We do not show a photo of your report."),
    ],
)
def test_every_decision_has_its_words(issue, act, said):
    follow_issue(issue, reporter=True)
    tell_author(issue, ModerationStep.objects.create(issue=issue, act=act, by=User.objects.create(username="mara")))
    assert said in only().body


def test_a_held_report_is_sent_by_its_link():
    wish = make_follow(kind="neighborhood", slug="fabric")
    held = HeldReport.objects.create(secret=b"s" * 16, report={}, contact_id=wish.contact_id)
    notice = Notice(contact_id=wish.contact_id, event=f"lift:{held.pk}", kind="lift", details={"held": str(held.pk)})
    written = letter(notice)
    assert f"https://ascult.example/en/held/{b's'.hex() * 16}/" in written.body
    assert "After 7 days it is deleted." in written.body
    assert written.stop == ""
    held.sent_at = DAY
    held.save()
    assert letter(notice) is None


@pytest.mark.parametrize(
    "what",
    [
        lambda issue, wish: stop(wish.secret),
        lambda issue, wish: wish.delete(),
        lambda issue, wish: Follow.objects.filter(pk=wish.pk).update(confirmed_at=None),
        lambda issue, wish: Issue.objects.filter(pk=issue.pk).update(hidden=True),
        lambda issue, wish: issue.category.__class__.objects.update(sensitive=True),
    ],
    ids=["stopped", "gone", "not confirmed", "hidden since", "sensitive since"],
)
def test_what_is_void_by_now_is_not_told(issue, what):
    wish = follow_place()
    tell_of_new(issue)
    notice = Notice.objects.get()
    what(issue, wish)
    notice.refresh_from_db()
    assert letter(notice) is None
    assert digest([notice]) is None


def test_a_digest_groups_the_news_by_what_is_followed(issue):
    follow_place("fabric", pace="daily")
    follow_area(square(1), pace="daily")
    other = make_issue("roads", place="iosefin")
    for one in (issue, other):
        tell_of_new(one)
    answered(issue)
    written = digest(list(Notice.objects.order_by("pk")))
    assert written.subject == "Ascult Timișoara: 3 pieces of news"
    fabric, drawn = written.body.split("the area you drew")
    assert fabric.startswith("Fabric\n")
    assert "- New: Street lighting" in fabric
    assert "- Resolved: Street lighting" in fabric
    assert "- New: Streets, pavements, bridges" in drawn
    assert written.stop.endswith("/stop/?daily=1")


def test_the_one_press_way_out_of_a_letter_is_its_own_follow(issue):
    wish = follow_issue(issue)
    answered(issue)
    assert only().stop == f"https://ascult.example/en/follow/{bytes(wish.secret).hex()}/stop/"


def test_romanian_mails_have_romanian_links(issue):
    follow_issue(issue)
    answered(issue)
    with translation.override("ro"):
        written = only()
    assert "https://ascult.example/ro/issues/" in written.body
    assert "https://ascult.example/ro/follow/" in written.body


def test_a_long_text_is_cut_at_a_word():
    short = quoted("word " * 400)
    assert len(short) <= LONGEST_QUOTE + 4
    assert short.endswith("word …")


def test_a_digest_costs_the_same_for_many(issue, django_assert_num_queries):
    follow_place(pace="daily")
    for i in range(12):
        tell_of_new(make_issue("lighting", place="fabric", i=i))
    notices = list(Notice.objects.order_by("pk"))
    assert StatusChange.objects.exists()
    with django_assert_num_queries(3):
        assert digest(notices).subject.endswith("12 pieces of news")


def test_no_mail_is_a_wall_of_blank_lines(issue):
    follow_issue(issue, confirmed=False)
    follow_place()
    tell_of_new(issue)
    answered(issue)
    for notice in Notice.objects.all():
        assert "\n\n\n" not in letter(notice).body
