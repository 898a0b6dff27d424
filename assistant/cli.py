"""policy-assistant ingest | ask | documents | passages | check | eval | app.

A command imports what is heavy when it needs it, so that --help is there at once.
"""

import io
import json
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.answering import Assistant
    from assistant.domain import Answer
    from assistant.library import Library
    from assistant.settings import Settings

EXPECTED_FAILURE = 2

cli = typer.Typer(
    help="Answers on the Responsibility to Protect and UN peace operations, every sentence with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """The entry point; an expected failure is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # the documents' characters, whatever the locale
    # Numpy's products are small here: its threads would only take the cores from the joint reader's, which gain.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        cli()
    except AssistantError as error:
        _fail(error)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


@cli.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotes.", show_default=False)] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="Search only this document; repeat for several.", metavar="ID")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    batch: Annotated[Path | None, typer.Option(help="Questions, one JSON object a line.", metavar="IN.jsonl")] = None,
    output: Annotated[Path | None, typer.Option(help="Where the answers go.", metavar="OUT.jsonl")] = None,
    explaining: Annotated[bool, typer.Option("--explain", help="Tell on stderr what each step did and took.")] = False,
) -> None:
    """Answer a question, or a file of questions, from the library."""
    if (question is None) == (batch is None):
        raise AssistantError('give one question, as in: policy-assistant ask "What is R2P?", or --batch IN.jsonl')
    if batch is not None and output is None:
        raise AssistantError("--batch needs --output OUT.jsonl for the answers")
    from assistant.batch import answer_batch
    from assistant.domain import Filters

    chosen = Filters(documents=frozenset(document or ()))
    assistant = _assistant(chosen.documents)
    if batch is not None and output is not None:
        answer_batch(assistant, batch, output, chosen)
        return
    answer = assistant.answer(question or "", filters=chosen)
    if explaining:
        from assistant.explain import explain

        print(*(" ".join(line.split()) for line in explain(answer)), sep="\n", file=sys.stderr)
    if as_json:
        print(json.dumps(answer.as_record(), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)


@cli.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or a folder; by default the corpus folder.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    rebuild: Annotated[bool, typer.Option(help="Forget the library first and make it anew.")] = False,
    replace: Annotated[bool, typer.Option(help="Of documents with the same symbol keep only the newest file.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the outcome as JSON.", metavar="FILE")] = None,
    watch: Annotated[bool, typer.Option(help="Go on and take in every change of the folder.")] = False,
) -> None:
    """Make the library hold exactly what the folder holds."""
    from assistant.ingest_view import IngestOptions, run_ingest

    options = IngestOptions(as_json=as_json, rebuild=rebuild, replace=replace, report=report, watch=watch)
    run_ingest(_settings(), paths or [], options)


@cli.command()
def documents(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a document.")] = False,
    text: Annotated[str | None, typer.Option(help="Print the normalised text of this document.", metavar="ID")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show what is held and what is missing.")] = False,
) -> None:
    """Show what the library holds."""
    library = _library()
    if coverage:
        from assistant.coverage_view import show_coverage

        show_coverage(_settings(), library, as_json=as_json)
        return
    if text is not None:
        sys.stdout.write(library.document(text).text)
        return
    rows = [
        {
            "id": d.id,
            "title": d.title,
            "symbol": d.symbol,
            "body": d.body,
            "date": d.date,
            "date_note": d.date_note,
            "kind": d.kind,
            "language": d.language,
            "session": d.session,
            "agenda_item": d.agenda_item,
            "core": d.core,
            "file": d.file_name,
            "sha256": d.sha256,
            "passages": len(library.passages(d.id)),
        }
        for d in library.documents()
    ]
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("id", "title", "body", "date", "passages")
    for row in rows:
        table.add_row(*(escape(str(row[key] or "")) for key in ("id", "title", "body", "date", "passages")))
    Console().print(table if rows else "The library is empty. Fill it with: policy-assistant ingest")


@cli.command()
def passages(
    document: Annotated[str | None, typer.Option(help="Only this document.", metavar="ID")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a passage.")] = False,
) -> None:
    """Print the passages in document order."""
    library = _library()
    if document is not None:
        library.document(document)
    for passage in library.passages(document):
        if as_json:
            record = {
                "document_id": passage.document_id,
                "passage_id": passage.id,
                "pages": list(passage.pages),
                "section": list(passage.locator.section),
                "paragraph": list(passage.paragraphs),
                "text": passage.text,
            }
            print(json.dumps(record, ensure_ascii=False))
        else:
            print(f"{passage.id}  {passage.locator}\n{passage.text}\n")


@cli.command()
def check() -> None:
    """Tell which chat model is set up, reach it once, and say what is wrong."""
    from assistant.chat_check import check_chat_model

    print(*check_chat_model(_settings()), sep="\n")


@cli.command("eval")
def evaluate(
    split: Annotated[str, typer.Option(help="dev, test or all; with --statements also free.")] = "dev",
    cases: Annotated[Path | None, typer.Option(help="Your own questions, in the same format.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    against: Annotated[Path | None, typer.Option(help="An earlier report to compare with.", metavar="JSON")] = None,
    gate: Annotated[bool, typer.Option(help="Fail when a figure falls below its floor.")] = False,
    subset: Annotated[int | None, typer.Option(help="Only so many cases, the same ones each time.")] = None,
    baselines: Annotated[bool, typer.Option(help="Also run the plain pipeline.")] = False,
    ablations: Annotated[bool, typer.Option(help="Also run with each signal switched off.")] = False,
    validate: Annotated[bool, typer.Option(help="Only check the cases against the documents.")] = False,
    calibrate: Annotated[bool, typer.Option(help="Learn the weights anew from the dev split.")] = False,
    mode: Annotated[str, typer.Option(help="extractive, or generative with a chat model and a judge.")] = "extractive",
    record: Annotated[Path | None, typer.Option(help="Keep the models' replies in this file.", metavar="JSONL")] = None,
    replay: Annotated[Path | None, typer.Option(help="Use kept replies; no model is asked.", metavar="JSONL")] = None,
    statements: Annotated[bool, typer.Option(help="Measure the check of statements on labelled ones.")] = False,
) -> None:
    """Ask the golden questions and report how good the answers are."""
    from evals.command import run_calibration, run_eval, run_statements, run_validation

    settings = _settings()
    if statements:
        raise typer.Exit(run_statements(settings, split, output, record=record, replay=replay))
    if mode not in ("extractive", "generative"):
        raise AssistantError(f"--mode {mode}: must be extractive or generative")
    if mode == "extractive":
        if record or replay:
            raise AssistantError("--record and --replay keep what models say; add --mode generative or --statements")
        settings = settings.model_copy(update={"chat_model": ""})
    elif calibrate or baselines or ablations or gate:
        raise AssistantError("--mode generative goes with --split, --cases, --subset, --output, --record and --replay")
    else:
        from evals.generative import run_generative

        raise typer.Exit(
            run_generative(
                settings, split=split, cases=cases, output=output, subset=subset, record=record, replay=replay
            )
        )
    if validate:
        raise typer.Exit(run_validation(settings, cases))
    if calibrate:
        raise typer.Exit(run_calibration(settings))
    raise typer.Exit(
        run_eval(
            settings,
            split=split,
            cases=cases,
            output=output,
            against=against,
            gate=gate,
            subset=subset,
            baselines=baselines,
            ablations=ablations,
        )
    )


@cli.command()
def app(
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Open the chat. An empty library is filled from the corpus folder first."""
    from assistant.app_server import run_app

    overrides = {} if port is None else {"port": port}
    raise typer.Exit(run_app(_settings(**overrides), browser=browser))


def _settings(**overrides: Any) -> "Settings":
    from assistant.settings import load_settings

    return load_settings(**overrides)


def _library() -> "Library":
    from assistant.assembly import library_path
    from assistant.library import Library

    return Library.open(library_path(_settings()))


def _assistant(documents: Collection[str]) -> "Assistant":
    """The assistant. An empty library or an unknown document is refused before the model is loaded, which is slow."""
    from assistant.assembly import build_assistant
    from assistant.errors import LibraryError
    from assistant.messages import load_messages

    library = _library()
    if not library.passage_count():
        raise LibraryError(load_messages(_settings().prompts_dir).text("cli.ask_no_index"))
    for document_id in sorted(documents):
        library.document(document_id)
    library.close()
    return build_assistant(_settings())


def _print_answer(answer: "Answer") -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(escape(answer.text))
    for notice in answer.notices:
        console.print(f"[italic]{escape(notice)}[/italic]")
    if answer.citations:
        console.print()
        for citation in answer.citations:
            console.print(f"[dim]\\[{citation.marker}] {escape(citation.cite_as)}[/dim]")
    elif answer.hits:
        console.print("\n[bold]Closest passages[/bold] (they do not answer the question)")
        for hit in answer.hits[:3]:
            console.print(f"[dim]{escape(hit.passage.document_id)}, {escape(str(hit.passage.locator))}[/dim]")
            console.print(escape(hit.passage.text[:280]))


def _fail(error: AssistantError) -> NoReturn:
    print(" ".join(str(error).split()), file=sys.stderr)
    sys.exit(EXPECTED_FAILURE)
