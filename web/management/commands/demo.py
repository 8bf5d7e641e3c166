from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management import CommandError, CommandParser, call_command
from django.db.models import Count, Max, Sum

from analytics import gather
from analytics.code import code_version
from analytics.models import Run
from analytics.runs import times
from geo.readers import read_areas, read_table
from issues.demo import SOURCE, generate
from issues.demo_recipe import RecipeError, load_recipe
from issues.mappings import apply, load_mapping
from issues.models import Issue
from issues.writing import source_digest
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Load the demo city, analyse it and write its reports. What is done already is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reports", type=Path, metavar="DIR", help="where the listening reports are written")

    def handle(self, *args: Any, **options: Any) -> None:
        self.places = self._places()
        self._step("Boundaries and denominators", self._load_places)
        self._step("Streets", self._load_addresses)
        self._step("Synthetic issues", self._load_issues)
        self._step("Suggestions", self._train)
        self._step("Analysis", self._analyse)
        if options["reports"]:
            self._step("Listening reports", lambda: self._write_reports(Path(options["reports"])))
        self.stdout.write("Accounts for staff:")
        call_command("demo_accounts", stdout=self.stdout)

    def _step(self, title: str, step: Callable[[], str]) -> None:
        started = time.monotonic()
        self.stdout.write(f"{title}:")
        done = step()
        self.stdout.write(f"  {done} ({time.monotonic() - started:.1f} s)")

    def _places(self) -> dict[str, Any]:
        """Where the demo's boundaries and denominators come from, as their own file says."""
        path = settings.FIXTURES / "boundaries" / f"{settings.CITY.slug}_neighborhoods.toml"
        if not path.exists():
            raise CommandError(f"{settings.CITY.slug} has no demo: there is no {path.name} in fixtures/boundaries")
        with path.open("rb") as file:
            return tomllib.load(file)

    def _load_places(self) -> str:
        folder, places, exposure = settings.FIXTURES / "boundaries", self.places, self.places["exposure"]
        told = ("name_field", "slug_field", "layer", "authority", "licence", "source", "valid_from", "approximate")
        call_command("load_boundaries", folder / places["file"], **{k: places[k] for k in told}, stdout=self.stdout)
        for kind in exposure["kinds"]:
            call_command(
                "load_exposure",
                folder / exposure["file"],
                kind=kind,
                layer=places["layer"],
                name_field=exposure["name_field"],
                value_field=kind,
                year=exposure["year"],
                source=exposure["source"],
                stdout=self.stdout,
            )
        return places["note"]["en"]

    def _load_addresses(self) -> str:
        path = settings.FIXTURES / "gazetteers" / f"{settings.CITY.slug}.toml"
        if not path.exists():
            return "no gazetteer: places are chosen on the map or from the list of areas"
        with path.open("rb") as file:
            told = tomllib.load(file)
        columns = {name: told[name] for name in ("street", "lng", "lat", "number") if name in told}
        call_command("load_addresses", path.parent / told["file"], **columns, source=told["source"], stdout=self.stdout)
        return str(told["note"]["en"])

    def _train(self) -> str:
        call_command("train_suggestions", stdout=self.stdout)
        return "learnt from texts that a program made; of people's own fewer would be told right"

    def _load_issues(self) -> str:
        try:
            recipe = load_recipe(settings.FIXTURES / "demo" / f"{settings.CITY.slug}.toml")
        except RecipeError as problem:
            raise CommandError(str(problem)) from None
        folder = settings.FIXTURES / "boundaries"
        areas = read_areas(folder / self.places["file"], self.places["name_field"])
        frame = generate(settings.CITY, areas, read_table(folder / self.places["exposure"]["file"]), recipe)
        rows = apply(load_mapping(SOURCE, settings.FIXTURES / "mappings"), frame, settings.CITY).rows
        if self._stored(source_digest(rows)):
            return f"{len(rows):,} issues were there already"
        path = settings.STATE_DIR / f"{SOURCE}_{settings.CITY.slug}.csv"
        frame.to_csv(path, index=False)
        call_command("import_issues", path, mapping=SOURCE, stdout=self.stdout, stderr=self.stderr)
        return f"{len(rows):,} issues, all of them made by a program"

    def _stored(self, digests: np.ndarray) -> bool:
        """Whether the database holds exactly these rows, each linked to its incident."""
        held = Issue.objects.filter(source=SOURCE)
        there = held.aggregate(n=Count("pk"), total=Sum("source_digest"))
        waiting = held.filter(incident=None, default_pin=False, hidden=False).exists()
        return there["n"] == len(digests) and there["total"] == sum(digests.tolist()) and not waiting

    def _analyse(self) -> str:
        run = Run.objects.newest()
        if run is None or not self._up_to_date(run):
            call_command("analyse", stdout=self.stdout, stderr=self.stderr)
            return "analysed"
        return f"run {run.pk} is up to date"

    def _up_to_date(self, run: Run) -> bool:
        """Whether the newest run is by this code, over this period, and nothing was recorded after it."""
        period = times(None, None, gather.span())
        last = Issue.objects.aggregate(last=Max("recorded_at"))["last"]
        loaded = run.boundary_set.loaded_at
        return (
            run.code_version == code_version()
            and (run.since, run.until) == (period.since, period.until)
            and run.started_at > max(last, loaded)
        )

    def _write_reports(self, folder: Path) -> str:
        call_command("listening_reports", all=True, out=folder, stdout=self.stdout, stderr=self.stderr)
        return f"begin with {folder / 'index.html'}"
