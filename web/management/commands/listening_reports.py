from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from analytics.listening import release
from analytics.models import Run
from neighborhoods.management.base import CityCommand
from neighborhoods.models import Neighborhood
from web.reporting.batch import Wanted, Written, file_name, write_batch
from web.reporting.formats import FORMATS


class Command(CityCommand):
    help = "Write the listening reports of the newest analysis into a folder; what is there already is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="every area of the analysis")
        which.add_argument("--neighborhood", nargs="+", action="extend", metavar="SLUG", help="these areas")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--format", nargs="+", action="extend", choices=list(FORMATS), help="default: html pdf")
        parser.add_argument("--language", choices=settings.CITY.languages, default=settings.CITY.languages[0])

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.newest()
        if run is None:
            raise CommandError("no analysis to report on; run script/manage analyse first")
        areas = self._areas(run, options["neighborhood"])
        language, first = options["language"], settings.CITY.languages[0]
        formats = list(dict.fromkeys(options["format"] or ["html", "pdf"]))
        wanted = []
        for area in areas:
            held = release(area, run)
            wanted += [
                Wanted(file_name(area.slug, f, language, first), area.slug, f, language, held.report, held.digest)
                for f in formats
            ]
        city = settings.CITY.name.get(language, settings.CITY.slug)
        try:
            written, there = write_batch(
                Path(options["out"]),
                wanted,
                language=language,
                city=city,
                whole_city=options["all"],
                progress=self._progress(),
            )
        except OSError as problem:
            raise CommandError(f"cannot write into {options['out']}: {problem.strerror or problem}") from None
        self.stdout.write(
            f"Run {run.pk}, {run.since} to {run.until}: {len(areas)} reports in {options['out']}; "
            f"{written} files written, {there} already there."
        )

    def _areas(self, run: Run, slugs: list[str] | None) -> list[Neighborhood]:
        known = {area.slug: area for area in run.boundary_set.areas.order_by("slug")}
        unknown = sorted(set(slugs or ()) - set(known))
        if unknown:
            raise CommandError(f"no area is called {', '.join(unknown)}; known: {', '.join(known)}")
        return [known[slug] for slug in (dict.fromkeys(slugs) if slugs else known)]

    def _progress(self) -> Any:
        first = last = 0.0

        def tell(written: Written) -> None:
            nonlocal first, last
            now = time.monotonic()
            # The clock starts with the first file: before it, two processes were starting.
            first = first or now
            if written.done == 1 or (now - last < 1 and written.done < written.total):
                return
            last = now
            rate = (written.done - 1) / max(now - first, 1e-3)
            left = (written.total - written.done) / rate
            self.stderr.write(f"{written.done} of {written.total} files, {rate:.1f} a second, {left:.0f} s left")

        return tell
