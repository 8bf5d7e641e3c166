"""What the report form tells its script: addresses, and every sentence the script may say."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from web.pages import offline
from web.pages.raising.words import said

# Asked for when they are needed: the map, and the work for a limit.
LATER = ("/pick.js", "/work.js", "/worker.js")


def words() -> dict[str, Any]:
    """For `{{ words|json_script:"raise-words" }}`; needs no database. Places to fill stand in braces."""
    return {
        "areas": reverse("live-areas"),
        "worker": reverse("service-worker"),
        "leaflet": static("leaflet/leaflet.js"),
        "map_styles": [static("leaflet/leaflet.css"), static("ascult/map.css")],
        "words": _problems() | _place() | _map() | _subject() | _photos() | _draft() | _sending(),
    }


def modules() -> list[str]:
    """The script's parts that the form needs at once: asked for together, they come together."""
    return [static(name) for name in offline.modules() if not name.endswith(LATER)]


def _problems() -> dict[str, str]:
    """As the server words them."""
    return {
        "place_missing": said("place", "missing"),
        "place_unchosen": said("place", "unchosen"),
        "outside": said("place", "outside"),
        "text_missing": said("text", "missing"),
        "category_missing": said("category", "missing"),
        "email_wrong": said("email", "not-an-address"),
    }


def _place() -> dict[str, str]:
    return {
        "place_asked": gettext("Looking up the street …"),
        "place_unnamed": gettext("A point on the map"),
        "search_label": gettext("Addresses found"),
        "search_found": gettext("Places found: {n}. Arrow keys choose, Enter takes."),
        "search_nothing": gettext(
            "Nothing is found under this name. Try only the name of the street, the list below, or the map."
        ),
        "search_failed": gettext("The search does not answer. Try the map or your location."),
        "streets_found": gettext("Streets: {n}"),
        "streets_failed": gettext("The list does not answer. Try again, or the map."),
        "locating": gettext("Asking this device …"),
        "located": gettext("Found, to within {metres} m."),
        "located_roughly": gettext("Found only roughly, to within {metres} m. Please set the pin on the map."),
        "locate_refused": gettext("This device may not tell where it is. Say it in another way."),
        "locate_unknown": gettext("This device does not know where it is. Say it in another way."),
        "locate_slow": gettext("This device takes too long. Say it in another way, or try again."),
    }


def _map() -> dict[str, str]:
    return {
        "map_label": gettext("Map to set the pin"),
        "map_keys": gettext(
            "Arrow keys move the map under the cross. Plus and minus change the size. "
            "Enter or Space sets the pin, Escape takes it away."
        ),
        "map_move": gettext("Move the map"),
        "map_west": gettext("West"),
        "map_north": gettext("North"),
        "map_south": gettext("South"),
        "map_east": gettext("East"),
        "map_closer": gettext("Closer"),
        "map_further": gettext("Further away"),
        "map_here": gettext("Pin in the middle"),
        "map_show": gettext("Show the map"),
        "map_comes": gettext("The map is coming …"),
        "map_failed": gettext("The map does not come. The other ways work without it."),
        "map_middle": gettext("In the middle: {place}"),
        "map_removed": gettext("The pin is gone."),
    }


def _subject() -> dict[str, str]:
    return {
        "letters_left": gettext("Letters left: {n}"),
        "suggestion": gettext("This sounds like: {said}."),
        "suggestion_take": gettext("Take “{name}”"),
        "similar_title": gettext("Is it one of these?"),
        "similar_why": gettext("Others have reported this nearby. You can follow it instead."),
        "similar_follow": gettext("This is it: follow instead"),
    }


def _photos() -> dict[str, str]:
    return {
        "photo_label": gettext("Photo {n}"),
        "photo_size": gettext("{mb} MB"),
        "photo_ready": gettext("ready, {size}"),
        "photo_going": gettext("on its way, {percent} %"),
        "photo_waits": gettext("waits for the connection"),
        "photo_sent": gettext("sent"),
        "photo_refused": gettext("not taken:"),
        "photo_remove": gettext("Remove"),
        "photo_remove_label": gettext("Remove photo {n}"),
        "photo_removed": gettext("The photo is removed."),
        "photo_comes": gettext("Photo {n} of {of} is being made smaller …"),
        "photo_large": gettext("“{name}” is larger than 8 MB and cannot be made smaller here."),
        "photos_most": gettext("Five photos are the most. The others were left out."),
        "photos_ready": gettext("Photos ready: {n}"),
        "photos_done": gettext("Photos sent: {n} of {of}."),
    }


def _draft() -> dict[str, str]:
    return {
        "draft_kept": gettext("Draft kept on this device."),
        "draft_memory": gettext("This browser keeps no drafts. Send before you close the page."),
        "offer_title": gettext("You have begun a report"),
        "offer_when": gettext("On this device, {when}."),
        "offer_on": gettext("Go on with it"),
        "offer_away": gettext("Throw it away"),
    }


def _sending() -> dict[str, str]:
    return {
        "sending_title": gettext("Sending …"),
        "sending_why": gettext("Your report is on its way."),
        "waits_title": gettext("Your report waits"),
        "waits_line": gettext("There is no connection just now."),
        "waits_server": gettext("The city does not answer just now."),
        "waits_alone": gettext("It is kept on this device and sends itself. You may close the page."),
        "waits_open": gettext("It sends itself while this page stays open. This browser keeps nothing longer."),
        "waiting": gettext("Waiting to send: {n}"),
        "send_now": gettext("Send now"),
        "reopen": gettext("Change it"),
        "another": gettext("Report something else"),
        "as_another": gettext("Send it as another report"),
        "throw_away": gettext("Throw it away"),
        "was_sent": gettext("Your report has arrived:"),
        "not_sent": gettext("Not sent: “{text}”."),
        "sent_title": gettext("Your report has arrived"),
        "sent_number": gettext("Its number is {number}."),
        "to_report": gettext("To your report"),
        "work_title": gettext("One moment more"),
        "work_why": gettext("Many reports come from here just now. Your device works a little, then yours is sent."),
        "work_stop": pgettext("work of the device", "Stop"),
        "fails_title": gettext("Your report was not taken"),
        "fails_why": gettext("The city answered with number {status}. Your words are kept."),
    }
