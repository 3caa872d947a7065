"""The openai back-end against OpenAI itself: one session, with what it cost. Needs OPENAI_API_KEY and the network.

    OPENAI_API_KEY=… python scripts/live_openai.py [--model gpt-6-luna] [--keep]

Two small PDFs are read here, sent, indexed, searched and asked, by `PDFQA` and by an assistant; a function is called; a
run is streamed and one is cancelled; then all is deleted. Without a key it says what was not run, and ends with 0.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from pathlib import Path
from time import perf_counter
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parent.parent))

from pdfqa import PDFQA, Client, errors, prices
from pdfqa.config import OPENAI_MODEL, load
from pdfqa.hosting import Hosting
from tests.homes import CLUB, MINE, PARK, WHO_CLUB, WHO_PARK, pdf

SEARCH = {"type": "file_search"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather at a place.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}


def sure(so: object, told: object) -> None:
    """Fail where something is not as it should be."""
    if not so:
        raise AssertionError(told)


def hosting(qa: PDFQA) -> Hosting:
    """Return what keeps the documents at OpenAI."""
    sure(qa.hosting is not None, "this is not the openai back-end")
    return cast("Hosting", qa.hosting)


class Session:
    """One session: a home directory, two PDFs, and what was used."""

    def __init__(self, folder: Path, model: str) -> None:
        self.home, self.model = folder / "home", model
        self.club = pdf(folder / "club.pdf", CLUB, "A page about nothing in particular.", PARK)
        self.mine = pdf(folder / "mine.pdf", MINE)
        self.prompt_tokens = self.completion_tokens = self.searches = 0
        self.left: list[tuple[str, str]] = []

    def qa(self, *paths: Path) -> PDFQA:
        return PDFQA(*paths, home=self.home, backend="openai", model=self.model)

    def client(self) -> Client:
        return Client("openai", home=self.home)

    def used(self, usage: Any) -> None:
        told = usage if isinstance(usage, dict) else {name: getattr(usage, name) for name in usage.__struct_fields__}
        self.prompt_tokens += told.get("prompt_tokens", 0)
        self.completion_tokens += told.get("completion_tokens", 0)
        self.searches += 1

    # The steps, in their order. Each returns what to print.

    def send_the_text_of_two_pdfs(self) -> str:
        with self.qa(self.club, self.mine) as qa:
            report = qa.add()
            sure(not report.failed, report.failed)
            return hosting(qa).told

    def send_nothing_a_second_time(self) -> str:
        with self.qa(self.club, self.mine) as qa:
            qa.add()
            sure(hosting(qa).shelf.uploaded == 0, hosting(qa).told)
            return hosting(qa).told

    def search(self) -> str:
        with self.qa(self.club, self.mine) as qa:
            hits = qa.search("orchids in the greenhouse", k=3)
            sure(hits[0].page == 3, hits)
            return "; ".join(f"{Path(hit.file).name} p. {hit.page} {hit.score}" for hit in hits)

    def ask_with_proof(self) -> str:
        with self.qa(self.club, self.mine) as qa:
            answer = qa.ask(WHO_PARK)
            self.used(answer.usage)
            sure(any(cited.verified and cited.page == 3 for cited in answer.citations), answer)
            return f"{answer.text!r}, {[(cited.page, cited.verified) for cited in answer.citations]}"

    def ask_one_file_of_two(self) -> str:
        with self.qa(self.mine) as qa:
            answer = qa.ask(WHO_CLUB)
            self.used(answer.usage)
            sure(not answer.found, answer)
            return answer.text

    def ask_what_is_not_there(self) -> str:
        with self.qa(self.club) as qa:
            answer = qa.ask("What is the capital of Mongolia?")
            self.used(answer.usage)
            sure(not answer.found, answer)
            return answer.text

    def go_on_with_a_conversation(self) -> str:
        with self.qa(self.club) as qa:
            chat = qa.chat()
            texts = []
            for question in (WHO_CLUB, "And when was it founded?"):
                answer = chat.ask(question)
                self.used(answer.usage)
                texts.append(answer.text)
            sure("1931" in texts[1], texts)
            return " | ".join(texts)

    def run_an_assistant_over_an_uploaded_pdf(self) -> str:
        with self.client() as client:
            file = client.upload_file(self.club)
            store = client.create_vector_store_and_wait_to_complete(
                file_ids=[file.id], expires_after={"anchor": "last_active_at", "days": 1}, timeout=300
            )
            self.left += [("delete_vector_store", store.id), ("delete_file", file.id)]
            resources = {"file_search": {"vector_store_ids": [store.id]}}
            assistant = client.create_assistant(model=self.model, tools=[SEARCH], tool_resources=resources)
            thread = client.create_thread(messages=[{"role": "user", "content": WHO_CLUB}])
            kinds = []
            for event in client.stream_run(thread.id, assistant_id=assistant.id):
                kinds.append(event.event)
                if event.event == "thread.run.completed":
                    self.used(event.data.usage)
            message = client.get_thread_messages(thread.id, limit=1).data[0]
            steps = client.get_run_steps(thread.id, message.run_id or "").data
            sure(any(mark.file_citation.verified for mark in message.annotations), message)
            return f"{message.text!r}, {len(kinds)} events, steps {[step.type for step in steps]}"

    def have_a_function_called(self) -> str:
        with self.client() as client:
            assistant = client.create_assistant(model=self.model, tools=[WEATHER])
            thread = client.create_thread(messages=[{"role": "user", "content": "What is the weather in Oslo?"}])
            run = client.create_run(thread.id, assistant_id=assistant.id, tool_choice="required")
            run = client.wait_for_run_to_complete(thread.id, run.id, timeout=120)
            [call] = (run.required_action or {})["submit_tool_outputs"]["tool_calls"]
            client.submit_tool_outputs(
                thread.id, run.id, tool_outputs=[{"tool_call_id": call["id"], "output": "rain, 7 degrees"}]
            )
            run = client.wait_for_run_to_complete(thread.id, run.id, timeout=120)
            self.used(run.usage)
            return f"{call['function']['arguments']} -> {client.get_thread_messages(thread.id, limit=1).data[0].text!r}"

    def cancel_a_run(self) -> str:
        with self.client() as client:
            assistant = client.create_assistant(model=self.model)
            thread = client.create_thread(messages=[{"role": "user", "content": "Count from 1 to 500, in words."}])
            run = client.create_run(thread.id, assistant_id=assistant.id)
            client.cancel_run(thread.id, run.id)
            try:
                client.wait_for_run_to_complete(thread.id, run.id, timeout=60)
            except errors.WaitFailedError as error:
                return error.message
            return "it was faster"

    def find_no_assistants_there(self) -> str:
        settings = load(backend="openai")
        with Client(settings.base_url or "", api_key=settings.model_key) as client:
            try:
                client.create_assistant(model=self.model)
            except errors.NotSupportedError as error:
                return error.message
        raise AssertionError("OpenAI has assistants again")

    def clean(self) -> str:
        with self.client() as client:
            for operation, id_ in self.left:
                getattr(client, operation)(id_)
        with self.qa() as qa:
            ours, others = hosting(qa).left()
            hosting(qa).clear([ours])
            return (
                f"deleted {len(ours.stores)} store and {len(ours.files)} files; others have {len(others.files)} files"
            )


_TOOLS = {"qa", "client", "used"}
STEPS = [name for name, step in vars(Session).items() if callable(step) and name[0] != "_" and name not in _TOOLS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=OPENAI_MODEL)
    parser.add_argument("--keep", action="store_true", help="delete nothing at the end")
    options = parser.parse_args()
    steps = [step for step in STEPS if not (options.keep and step == "clean")]
    if not os.environ.get("OPENAI_API_KEY"):
        print(
            "OPENAI_API_KEY is not set. Not run against OpenAI:",
            *(step.replace("_", " ") for step in steps),
            sep="\n  ",
        )
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder), options.model)
        for step in steps:
            begun = perf_counter()
            try:
                told = getattr(session, step)()
            except Exception:  # noqa: BLE001 - the other steps are tried all the same
                failed += 1
                told = "FAILED\n" + traceback.format_exc()
            print(f"{step.replace('_', ' ')} ({perf_counter() - begun:.1f} s): {told}", flush=True)
        price = prices.price(load(home=session.home, backend="openai", model=options.model))
        cost = price.of(session.prompt_tokens, session.completion_tokens) if price else None
    told = "price not known" if cost is None else f"${cost:.4f} (prices of {prices.table().date})"
    print(f"{session.prompt_tokens:,} tokens read, {session.completion_tokens:,} written by {options.model}: {told}")
    print(f"searches of files, about {session.searches}, are charged besides")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
