"""Photos: made smaller on the device, sent apart, each again by itself where it failed."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from issues.models import Photo
from tests.journeys.reporter import Reporter, make_streets, opened, reports_of
from tests.journeys.shots import shot
from tests.made_pictures import jpeg

PHOTO = re.compile(r"/mine/[0-9a-f]{32}/photos/([0-9a-f-]{36})/$")


@pytest.fixture(scope="module")
def streets(site, tmp_path_factory, django_db_blocker):
    media = tmp_path_factory.mktemp("media")
    with override_settings(REPORTS_PER_HOUR=1000, MEDIA_ROOT=media), django_db_blocker.unblock():
        make_streets()
        yield


@pytest.fixture
def reporter(site, browser, streets):
    context = opened(browser, service_workers="block")
    somebody = Reporter(context, site)
    yield somebody
    context.close()
    assert somebody.flaws == []


def picture(name, width=3000, height=1000):
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(width, height)}


def photos_of(text, django_db_blocker):
    with django_db_blocker.unblock():
        [issue] = reports_of(text)
        return list(Photo.objects.filter(issue=issue))


def test_one_fails_and_is_sent_again_alone(reporter, django_db_blocker):
    reporter.excused = "503"
    page = reporter.open().page
    puts = []
    page.on("request", lambda r: puts.append(PHOTO.search(r.url)[1]) if r.method == "PUT" else None)
    busy = '{"code": "busy", "message": "Not now."}'
    page.route(PHOTO, lambda route: route.fulfill(status=503, content_type="application/json", body=busy), times=1)
    reporter.fills_in("With two photos.")
    page.locator("#photos").set_input_files([picture("a.jpg"), picture("b.jpg", 900, 600)])
    expect(page.locator("#photos-said")).to_have_text("Photos ready: 2")
    shot(page, "photos-chosen")
    page.locator("#finish").tap()
    expect(page.locator("#sending h2")).to_have_text("Your report has arrived")
    expect(page.locator(".sending .photo-state").nth(0)).to_have_text("waits for the connection")
    expect(page.locator(".sending .photo-state").nth(1)).to_have_text("sent")
    shot(page, "photos-going")
    reporter.arrives(20_000)
    assert len(puts) == 3
    assert puts[0] == puts[2] != puts[1]
    assert {str(photo.pk) for photo in photos_of("With two photos.", django_db_blocker)} == set(puts)


def test_a_photo_is_small_when_it_leaves(reporter):
    page = reporter.open().page
    reporter.fills_in("With one large photo.")
    page.locator("#photos").set_input_files(picture("wide.jpg"))
    expect(page.locator("#photo-list li")).to_have_count(1)
    expect(page.locator("#photo-list img")).to_have_js_property("naturalWidth", 160)
    found = page.evaluate(
        """async () => {
          const { all } = await import("/static/ascult/raising/store.js");
          const [photo] = await all("photos");
          const image = await createImageBitmap(photo.blob);
          return [image.width, image.height, photo.blob.type];
        }"""
    )
    assert found == [2048, 683, "image/jpeg"]


def test_five_are_the_most_and_one_can_be_removed(reporter):
    page = reporter.open().page
    reporter.fills_in("With too many photos.")
    page.locator("#photos").set_input_files([picture(f"{i}.jpg", 80, 60) for i in range(6)])
    expect(page.locator("#photo-list li")).to_have_count(5)
    expect(page.locator("#photos-said")).to_contain_text("Five photos are the most.")
    page.get_by_role("button", name="Remove photo 2").tap()
    expect(page.locator("#photo-list li")).to_have_count(4)


def test_photos_stay_with_the_draft(reporter):
    page = reporter.open().page
    reporter.fills_in("A draft with a photo.")
    page.locator("#photos").set_input_files(picture("a.jpg", 80, 60))
    expect(page.locator("#photo-list li")).to_have_count(1)
    expect(page.locator("#draft-said")).to_have_text("Draft kept on this device.")
    page.reload()
    page.get_by_role("button", name="Go on with it").tap()
    expect(page.locator("#photo-list li")).to_have_count(1)


def test_a_photo_the_city_does_not_take_is_told(reporter, django_db_blocker):
    reporter.excused = "415"
    page = reporter.open().page
    reporter.fills_in("With no photo at all.")
    page.locator("#photos").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"})
    expect(page.locator("#photo-list li")).to_have_count(1)
    page.locator("#finish").tap()
    expect(page.locator(".sending .photo-state")).to_contain_text("not taken:")
    shot(page, "photo-refused")
    page.get_by_role("link", name="To your report").tap()
    reporter.arrives()
    assert photos_of("With no photo at all.", django_db_blocker) == []
