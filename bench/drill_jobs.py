"""Is anything lost, or done twice, when the worker dies over it? Jobs are set going, and their worker is killed.

In every round reports come in and change their state, so that mails and webhooks are to go out, and long jobs wait in
the queue: the analysis, every area's report, the learning of subjects, the sweeping of files. Then kill -9 of the
worker at a random instant of one of these jobs, and another worker. Within a minute of its start every job must be done
and every mail of the outbox sent; of two webhooks one is well, the other down, slow, silent, garbled or broken until
after the kill. In the end each message must have been taken, rightly signed, and each mail once: a kill between what
the mail server took and what is written down makes one more, which carries the same Message-ID and is counted here.
Photos are made anew before their sender is answered, so there is no job to kill over them. Last line: JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench._city import use_database
from bench._receivers import MOODS, WELL, MailServer, Receiver

ROOT = Path(__file__).resolve().parent.parent
SUBJECTS = ("roads", "lighting", "parks")
# What is to be under way at the kill, in turn; the first two also in a short drill.
OVER = ("deliver_notices", "deliver_hooks", "analyse_city", "write_reports", "train_suggestions", "sweep_photos")
LONG = ("analyse_city", "write_reports", "train_suggestions", "sweep_photos", "forget_personal", "fold_tallies")
DONE_S, TAKEN_S = 60.0, 600.0
PATIENCE_S = 90.0
DEEP_S = 0.5


@dataclass
class Grounds:
    """Who is written to, who works, and where."""

    url: str
    folder: Path
    haste: bool
    mail: MailServer = field(default_factory=MailServer)
    receivers: list[Receiver] = field(default_factory=lambda: [Receiver(), Receiver()])
    worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from django.conf import settings

        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "web.settings",
            "PYTHONPATH": str(ROOT),
            "ASCULT_STATE": str(self.folder),
            "ASCULT_HOOKS_OVER_HTTP": "1",
            "ASCULT_DRILL_HASTE": "1" if self.haste else "",
            "SECRET_KEY": settings.SECRET_KEY,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mail.port),
            "EMAIL_USE_TLS": "0",
        }
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "bench._worker"]
            self.worker = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)

    def kill(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait()

    def said(self) -> str:
        return (self.folder / "worker.log").read_text(errors="replace")[-2_000:]


@dataclass
class Result:
    """What all rounds came to."""

    longest_s: float = 0.0
    kills_over: Counter[str] = field(default_factory=Counter)
    doubles_at_most: int = 0
    wrong: list[str] = field(default_factory=list)


@contextlib.contextmanager
def grounds(url: str, *, haste: bool) -> Iterator[Grounds]:
    """Two webhooks and a worker on a database; its folder and the worker are gone on leaving."""
    from issues.hooks import Event, make_webhook

    with tempfile.TemporaryDirectory(prefix="ascult-jobs-", ignore_cleanup_errors=True) as folder:
        here = Grounds(url, Path(folder), haste)
        for i, receiver in enumerate(here.receivers):
            _hook, key = make_webhook(name=f"drill {i}", url=receiver.address, events=list(Event), by=None)
            receiver.told.key = key
        here.start()
        try:
            yield here
        finally:
            here.kill()


def load(n: int, rng: random.Random, *, long: bool) -> None:
    """So many reports with an address, whose state changes at once; and the long jobs into the queue."""
    from issues.actions import change_status
    from issues.drafts import Draft
    from issues.rules import State
    from issues.submitting import submit
    from neighborhoods.following import confirm
    from neighborhoods.models import Follow

    for _ in range(n):
        key = uuid.UUID(int=rng.getrandbits(128), version=4)
        place = {"lng": 21.185 + 0.05 * rng.random(), "lat": 45.735 + 0.01 * rng.random()}
        draft = Draft(rng.choice(SUBJECTS), f"Drill {key.hex}", **place, email=f"{key.hex}@example.org", language="en")
        issue = submit(key=key, draft=draft).issue
        if rng.random() < 0.5:  # the others are asked by mail to confirm
            confirm(bytes(Follow.objects.get(subject=issue.pk).secret))
            change_status(by=None, issue=issue, to=State.IN_PROGRESS, reason="Looked at.")
    wake(("deliver_notices", "deliver_hooks", *(LONG if long else ())))


def wake(names: tuple[str, ...]) -> None:
    """Put jobs into the queue; what waits there already will do."""
    from django.db import transaction
    from procrastinate.exceptions import AlreadyEnqueued

    from web import tasks

    functions = {getattr(task, "name", ""): task for task in vars(tasks).values()}
    for name in names:
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            functions[name].defer(timestamp=int(time.time()))


def under_way() -> dict[int, str]:
    """Names of the jobs that somebody has in hand, or had when killed."""
    return _jobs("doing")


def _jobs(*states: str) -> dict[int, str]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return dict(ProcrastinateJob.objects.filter(status__in=states).values_list("id", "task_name"))


def unsent() -> int:
    from neighborhoods.models import Notice
    from neighborhoods.models.notices import AT_ONCE

    return Notice.objects.filter(pace=AT_ONCE, sent_at=None).count()


def untold() -> int:
    from issues.models import Delivery

    return Delivery.objects.filter(delivered_at=None).count()


def send_all_again() -> None:
    """Let no message wait for its hour."""
    from issues.hooks import send_again
    from issues.models import Webhook

    for webhook in Webhook.objects.all():
        send_again(webhook=webhook)


def wait_until(done: Callable[[], bool], seconds: float) -> float | None:
    """Seconds it took; nothing where it took too long."""
    started = time.monotonic()
    while not done():
        if time.monotonic() - started > seconds:
            return None
        time.sleep(0.05)
    return time.monotonic() - started


def one_round(here: Grounds, over: str, mood: str, n: int, rng: random.Random, result: Result) -> str:
    """Load, kill over one kind of job, another worker; gives what is to be said of it."""
    here.receivers[1].mood = mood
    doubles = here.mail.doubles
    load(n, rng, long=not here.haste)
    for _again in range(10):
        if wait_until(lambda: over in under_way().values(), 2) is not None:
            break
        wake((over,))  # it was over before anybody looked
    time.sleep(rng.uniform(0, DEEP_S))
    here.kill()
    left, waiting = under_way(), _jobs("doing", "todo")
    mails, hooks = unsent(), untold()
    result.kills_over.update(left.values())
    here.start()

    def done() -> bool:
        return not (waiting.keys() & _jobs("doing", "todo").keys()) and not unsent()

    took = wait_until(done, PATIENCE_S)
    here.receivers[1].mood = WELL
    result.longest_s = max(result.longest_s, PATIENCE_S if took is None else took)
    if took is None or took > DONE_S:
        result.wrong.append(f"not done within {DONE_S:g} s: {sorted(_jobs('doing', 'todo').items())}, {unsent()} mails")
    more = here.mail.doubles - doubles
    result.doubles_at_most = max(result.doubles_at_most, more)
    names = " + ".join(sorted(left.values())) or "no job"
    took_said = "NOT DONE" if took is None else f"done {took:.1f} s after"
    return (
        f"killed over {names} ({mails} mails and {hooks} messages left, the other {mood}); {took_said}, {more} double"
    )


def drill(url: str, rounds: int, *, n: int = 25, seed: int = 1, haste: bool = False) -> dict[str, object]:
    """Run the drill on the database that Django is connected to; gives its figures."""
    rng, result = random.Random(seed), Result()
    kinds = itertools.cycle(OVER[:2] if haste else OVER)
    with grounds(url, haste=haste) as here:
        for turn, over, mood in zip(range(1, rounds + 1), kinds, itertools.cycle(MOODS), strict=False):
            said = one_round(here, over, mood, n, rng, result)
            print(f"round {turn} of {rounds}: {said}", flush=True)
        if haste:
            send_all_again()
        taken_s = wait_until(lambda: not untold(), TAKEN_S)
        print(f"every message taken {taken_s:.0f} s later" if taken_s is not None else "NOT TAKEN", flush=True)
        check(here, result)
        if result.wrong:
            print(here.said(), file=sys.stderr)
        return figures(here, result, rounds)


def check(here: Grounds, result: Result) -> None:
    """Compare what went out with what arrived."""
    from issues.models import Delivery
    from neighborhoods.models import Notice
    from web.mailing import message_id

    sent = {message_id(notice) for notice in Notice.objects.exclude(sent_at=None)}
    if sent != set(here.mail.got):
        result.wrong.append(f"{len(sent - set(here.mail.got))} mails lost, {len(set(here.mail.got) - sent)} strange")
    if failed := _jobs("failed"):
        result.wrong.append(f"failed: {failed}")
    for receiver in here.receivers:
        result.wrong += receiver.told.wrong
        wanted = {str(pk) for pk in Delivery.objects.filter(webhook__url=receiver.address).values_list("pk", flat=True)}
        taken = set(receiver.told.taken)
        if wanted != taken:
            result.wrong.append(f"{len(wanted - taken)} messages lost, {len(taken - wanted)} strange")


def figures(here: Grounds, result: Result, rounds: int) -> dict[str, object]:
    mails, told = here.mail.got, [receiver.told for receiver in here.receivers]
    taken = sum((one.taken for one in told), Counter[str]())
    return {
        "drill": "jobs",
        "rounds": rounds,
        "killed_over": dict(result.kills_over),
        "longest_s_until_done": round(result.longest_s, 1),
        "mails": len(mails),
        "mails_double": here.mail.doubles,
        "most_double_at_one_kill": result.doubles_at_most,
        "messages": len(taken),
        "messages_double": taken.total() - len(taken),
        "messages_refused": dict(sum((one.refused for one in told), Counter[str]())),
        "wrong": result.wrong[:20],
        "good": not result.wrong and result.doubles_at_most <= 1,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--reports", type=int, default=25, help="reports a round")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"{(__doc__ or '').strip()}\n\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, seed {options.seed}")
    use_database("ascult_drill_jobs", fresh=True)
    from tests.factories import make_boundaries, make_category, make_issues

    make_boundaries()
    make_category()
    for subject in SUBJECTS:
        make_issues(100, subject, place="fabric")
    found = drill(os.environ["DATABASE_URL"], options.rounds, n=options.reports, seed=options.seed)
    print(json.dumps(found))
    sys.exit(0 if found["good"] else 1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
