"""From section to section without a script: the place by words and by list, questions, and nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.factories import make_boundaries, make_category
from tests.filled_forms import filled, make_address, page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(client, address):
    """Press a button of a form; gives the answer and its page."""
    make_boundaries()
    make_category()

    def pressed(go, values=(), **changes):
        answer = client.post(address("issue-new"), {**dict(values), **changes, "go": go})
        assert not answer.cookies
        return answer, page_of(answer)

    return pressed


def begun(**changes):
    """The form as opened, nothing filled in."""
    empty = {"lng": "", "lat": "", "precision": "", "place": "", "text": "", "category": "", "step": "where"}
    return filled(**empty | changes)


def test_an_address_found_and_chosen_is_the_place(press):
    entry = make_address("Strada Mare", "12")
    make_address("Strada Mare")
    answer, page = press("find", begun(search="mare 12"))
    assert (answer.status_code, page.view, page.offers("found")) == (200, ["where"], [str(entry.pk)])
    _, page = press("what", page.values, found=str(entry.pk))
    assert page.view == ["what"]
    assert (page.values["lng"], page.values["lat"], page.values["precision"]) == ("21.195", "45.742", "point")
    assert page.values["place"] == "Strada Mare 12, Fabric"
    assert page.values["address"] == "Strada Mare 12"


def test_a_street_of_the_list_is_known_as_a_street(press):
    entry = make_address("Strada Mare")
    make_address("Aleea Altora", neighborhood="iosefin")
    answer, page = press("streets", begun(area="fabric"))
    assert (answer.status_code, page.offers("found")) == (200, [str(entry.pk)])
    _, page = press("what", page.values, found=str(entry.pk), address="by the school")
    assert page.values["precision"] == "street"
    assert page.values["address"] == "Strada Mare, by the school"


def test_a_house_number_nobody_knows_is_kept(press):
    entry = make_address("Strada Mare")
    _, page = press("find", begun(search="mare 7"))
    _, page = press("what", page.values, found=str(entry.pk))
    assert page.values["address"] == "Strada Mare 7"
    assert page.values["precision"] == "street"


def test_another_choice_takes_the_first_ones_name_away(press):
    first, second = make_address("Strada Mare"), make_address("Strada Lungă")
    _, page = press("what", begun(found=str(first.pk), address="by the school"))
    _, page = press("where", page.values)
    assert page.view == ["where"]
    _, page = press("what", page.values, found=str(second.pk))
    assert page.values["address"] == "Strada Lungă, by the school"
    assert page.values["place"] == "Strada Lungă, Fabric"


def test_next_with_a_search_not_yet_made_makes_it(press):
    entry = make_address("Strada Mare")
    answer, page = press("what", begun(search="strada mare"))
    assert (answer.status_code, page.view, page.offers("found")) == (200, ["where"], [str(entry.pk)])


def test_next_without_choosing_asks_to_choose(press):
    make_address("Strada Mare")
    make_address("Strada Mare de Sus")
    _, page = press("find", begun(search="mare"))
    answer, page = press("what", page.values)
    assert answer.status_code == 422
    assert len(page.offers("found")) == 2
    assert "Choose one of the places found." in words(answer.content.decode())


def test_a_search_that_finds_nothing_says_so_and_keeps_what_was_typed(press):
    answer, page = press("find", begun(search="xyzzy"))
    assert answer.status_code == 200
    assert "Nothing is found under this name." in words(answer.content.decode())
    assert page.values["search"] == "xyzzy"


def test_an_address_that_is_gone_says_so(press):
    answer, _ = press("what", begun(found="987654"))
    assert answer.status_code == 422
    assert "This address is not known any more." in words(answer.content.decode())


def test_two_numbers_are_a_place(press):
    answer, page = press("find", begun(search="45.742, 21.195"))
    assert (answer.status_code, page.values["lng"], page.values["lat"]) == (200, "21.195", "45.742")
    assert "Fabric" in page.values["place"]
    assert press("what", page.values)[1].view == ["what"]


def test_swapped_numbers_offer_the_swap(press):
    answer, page = press("find", begun(search="21.195, 45.742"))
    assert answer.status_code == 422
    assert "look swapped" in words(answer.content.decode())
    assert "swap" in page.buttons
    answer, page = press("swap", page.values)
    assert (answer.status_code, page.values["lng"], page.values["lat"]) == (200, "21.195", "45.742")
    assert "swap" not in page.buttons


def test_a_place_outside_says_how_to_go_on(press):
    answer, page = press("find", begun(search="44.43, 26.10"))
    assert answer.status_code == 422
    assert "outside the city. Find an address, or take a street from the list." in words(answer.content.decode())
    assert "swap" not in page.buttons


def test_without_a_place_the_first_section_stays_and_links_to_the_field(press):
    answer, page = press("what", begun())
    assert (answer.status_code, page.view) == (422, ["where"])
    assert 'role="alert"' in answer.content.decode()
    assert 'href="#search"' in answer.content.decode()
    assert page.ids["search"]["aria-invalid"] == "true"


def test_the_second_section_wants_words_and_a_subject(press):
    answer, page = press("send", filled(step="what", text=" ", category=""))
    assert (answer.status_code, page.view) == (422, ["what"])
    text = answer.content.decode()
    assert text.index('href="#text"') < text.index('href="#category-')
    assert "problem-text" in page.ids["text"]["aria-describedby"]


def test_the_questions_of_a_subject_are_shown_once_before_sending(press):
    answer, page = press("send", filled(step="what"))
    assert (answer.status_code, page.view) == (200, ["what"])
    assert "hidden" not in page.ids["questions-lighting"]
    assert "autofocus" in page.ids["questions-lighting"]
    assert "hidden" in page.ids["questions-dumping"]
    _, page = press("send", page.values, **{"answer-lighting-lamps": "several"})
    assert page.view == ["send"]
    assert page.values["answer-lighting-lamps"] == "several"


def test_a_subject_without_questions_goes_straight_on(press):
    assert press("send", filled(step="what", category="parking"))[1].view == ["send"]


def test_another_subject_asks_its_own_questions(press):
    _, page = press("send", filled(step="what", asked="lighting", category="dumping"))
    assert page.view == ["what"]


def test_the_last_section_says_what_is_sent_and_what_comes(press):
    answer, _ = press("send", filled(step="what", category="noise", address="by the bar"))
    said = words(answer.content.decode().split('id="step-send"')[1])
    assert "by the bar · Strada Mare, Fabric" in said
    assert "Timișoara Local Police" in said
    assert "is not shown on the map" in said


def test_back_checks_nothing_and_keeps_everything(press):
    answer, page = press("where", filled(step="what", text="half a sen", category="", email="x"))
    assert (answer.status_code, page.view) == (200, ["where"])
    assert (page.values["text"], page.values["email"]) == ("half a sen", "x")


def test_enter_goes_to_the_next_section_whichever_is_in_view(press):
    assert press("next", filled(step="where"))[1].view == ["what"]
    assert press("find", filled(step="what", category="parking"))[1].view == ["send"]
    assert press("next", filled(step="send"))[0].status_code == 303


def test_no_word_is_lost_on_any_press(press):
    typed = filled(
        step="what",
        text='Two lines\nand "signs" <b>&amp; 😀',
        address="ș și ț",
        search="mare",
        searched="mare",
        area="fabric",
        email="me@example.org",
        **{"answer-lighting-lamps": "one", "answer-lighting-pole": "A-12"},
    )
    for go in ("where", "what", "send"):
        _, page = press(go, typed)
        for name in ("text", "address", "search", "area", "email", "key", "answer-lighting-lamps"):
            assert page.values[name] == typed[name], (go, name)
        assert page.values["answer-lighting-pole"] == "A-12"


def test_fields_nobody_knows_are_passed_over(press):
    answer, page = press("what", begun(lng="21.195", lat="45.742", owner="me", status="resolved"))
    assert (answer.status_code, page.view) == (200, ["what"])
