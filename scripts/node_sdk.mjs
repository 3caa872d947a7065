// Ask whole questions of a server with OpenAI's Node SDK; print a line for each check. `node_sdk.py` runs it.
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const { SDK, SAMPLES, BASE_URL, KEY, OTHER_KEY } = process.env;
const { default: OpenAI, toFile } = await import(pathToFileURL(join(SDK, "node_modules/openai/index.mjs")));
const clientWith = (apiKey) => new OpenAI({ baseURL: BASE_URL, apiKey, maxRetries: 0 });
const client = clientWith(KEY);
const { assistants, threads } = client.beta;

const QUESTION = "What was revenue in 2024?";
const REPORT = join(SAMPLES, "annual-report-2024.pdf");
const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const checks = [];
const check = (name, what) => checks.push([name, what]);
const user = (content) => ({ role: "user", content });

async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

let made;
async function readStore() {
  if (!made) {
    const file = await client.files.create({ file: createReadStream(REPORT), purpose: "assistants" });
    const store = await client.vectorStores.create({ name: "Reports" });
    const stored = await client.vectorStores.files.createAndPoll(store.id, { file_id: file.id });
    assert.equal(stored.status, "completed");
    made = { file, store };
  }
  return made;
}

async function searcher() {
  const { store } = await readStore();
  return assistants.create({
    model: "gpt-4o",
    instructions: "Answer from the report.",
    tools: [{ type: "file_search" }],
    tool_resources: { file_search: { vector_store_ids: [store.id] } },
  });
}

function assertAnswered(message, file) {
  const [{ text }] = message.content;
  assert.match(text.value, /323/);
  assert.ok(text.annotations.length > 0, "the answer has no citation");
  for (const mark of text.annotations) {
    assert.equal([...text.value].slice(mark.start_index, mark.end_index).join(""), mark.text);
    assert.equal(mark.file_citation.file_id, file.id);
    assert.equal(typeof mark.file_citation.page, "number");
  }
}

check("assistants: a question, polled", async () => {
  const { file } = await readStore();
  const assistant = await searcher();
  const thread = await threads.create({ messages: [user(QUESTION)] });
  const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id });
  assert.equal(run.status, "completed");
  const messages = await all(threads.messages.list(thread.id, { run_id: run.id }));
  assert.equal(messages.length, 1);
  assertAnswered(messages[0], file);
  const include = ["step_details.tool_calls[*].file_search.results[*].content"];
  const steps = await all(threads.runs.steps.list(run.id, { thread_id: thread.id, include, order: "asc" }));
  assert.deepEqual(steps.map((step) => step.type), ["tool_calls", "message_creation"]);
  assert.ok(steps[0].step_details.tool_calls[0].file_search.results[0].content[0].text);
});

check("assistants: a question, streamed", async () => {
  const { file } = await readStore();
  const assistant = await searcher();
  const thread = await threads.create({ messages: [user(QUESTION)] });
  const names = [];
  let text = "";
  const stream = threads.runs.stream(thread.id, { assistant_id: assistant.id });
  stream.on("event", ({ event }) => names.push(event)).on("textDelta", ({ value }) => (text += value ?? ""));
  const run = await stream.finalRun();
  assert.equal(run.status, "completed");
  const [message] = await stream.finalMessages();
  assertAnswered(message, file);
  assert.equal(text, message.content[0].text.value);
  assert.equal(names[0], "thread.run.created");
  assert.equal(names.filter((name) => name !== "done").at(-1), "thread.run.completed");
  assert.ok(names.includes("thread.run.step.created") && names.includes("thread.message.delta"));
});

check("assistants: thread and run in one call, polled and streamed", async () => {
  const assistant = await searcher();
  const fields = { assistant_id: assistant.id, thread: { messages: [user(QUESTION)] } };
  const run = await threads.createAndRunPoll(fields);
  assert.equal(run.status, "completed");
  const streamed = await threads.createAndRunStream(fields).finalRun();
  assert.equal(streamed.status, "completed");
  assert.notEqual(streamed.thread_id, run.thread_id);
});

check("assistants: tool outputs, polled and streamed", async () => {
  const assistant = await assistants.create({ model: "gpt-4o", tools: [WEATHER] });
  for (const streamed of [false, true]) {
    const thread = await threads.create({ messages: [user("What is the weather in Lisbon?")] });
    const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id, tool_choice: "required" });
    assert.equal(run.status, "requires_action");
    const [call] = run.required_action.submit_tool_outputs.tool_calls;
    assert.equal(call.function.name, "get_weather");
    assert.equal(typeof JSON.parse(call.function.arguments).city, "string");
    const output = "It is 31 degrees and sunny in Lisbon.";
    const fields = { thread_id: thread.id, tool_outputs: [{ tool_call_id: call.id, output }] };
    const done = streamed
      ? await threads.runs.submitToolOutputsStream(run.id, fields).finalRun()
      : await threads.runs.submitToolOutputsAndPoll(run.id, fields);
    assert.equal(done.status, "completed");
    const [answer] = (await threads.messages.list(thread.id, { limit: 1 })).data;
    assert.match(answer.content[0].text.value, /31 degrees/);
  }
});

check("assistants: a run that waits is cancelled", async () => {
  const assistant = await assistants.create({ model: "gpt-4o", tools: [WEATHER] });
  const thread = await threads.create({ messages: [user("What is the weather in Lisbon?")] });
  const run = await threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id, tool_choice: "required" });
  await threads.runs.cancel(run.id, { thread_id: thread.id });
  const ended = await threads.runs.poll(run.id, { thread_id: thread.id });
  assert.equal(ended.status, "cancelled");
});

check("batches: uploadAndPoll counts what was read and what was not", async () => {
  const store = await client.vectorStores.create({});
  const names = ["annual-report-2024.pdf", "handbook.pdf", "informe-2024.pdf"];
  const files = [
    ...names.map((name) => createReadStream(join(SAMPLES, name))),
    await toFile(Buffer.from("no PDF"), "notes.pdf"),
  ];
  const batch = await client.vectorStores.fileBatches.uploadAndPoll(store.id, { files });
  assert.deepEqual(batch.file_counts, { in_progress: 0, completed: 3, failed: 1, cancelled: 0, total: 4 });
  const listed = await all(client.vectorStores.fileBatches.listFiles(batch.id, { vector_store_id: store.id }));
  const failed = listed.filter((file) => file.status === "failed");
  assert.deepEqual([4, 1], [listed.length, failed.length]);
  assert.ok(failed[0].last_error.code && failed[0].last_error.message);
  const hits = await all(client.vectorStores.search(store.id, { query: QUESTION, max_num_results: 3 }));
  assert.equal(hits[0].filename, "annual-report-2024.pdf");
  assert.equal(typeof hits[0].page, "number");
});

check("uploads: a file in parts", async () => {
  const bytes = readFileSync(REPORT);
  const upload = await client.uploads.create({
    filename: "parts.pdf",
    purpose: "assistants",
    bytes: bytes.length,
    mime_type: "application/pdf",
  });
  const parts = [];
  for (const part of [bytes.subarray(0, 20_000), bytes.subarray(20_000)]) {
    parts.push(await client.uploads.parts.create(upload.id, { data: await toFile(part, "part") }));
  }
  const done = await client.uploads.complete(upload.id, { part_ids: parts.map((part) => part.id) });
  assert.equal(done.status, "completed");
  const content = await client.files.content(done.file.id);
  assert.ok(Buffer.from(await content.arrayBuffer()).equals(bytes));
});

check("responses: a question with file_search and its results", async () => {
  const { file, store } = await readStore();
  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
  const include = ["file_search_call.results"];
  const response = await client.responses.create({ model: "gpt-4o", input: QUESTION, tools, include });
  assert.equal(response.status, "completed");
  assert.match(response.output_text, /323/);
  const call = response.output.find((item) => item.type === "file_search_call");
  assert.equal(call.results[0].file_id, file.id);
  const [text] = response.output.find((item) => item.type === "message").content;
  assert.equal(text.annotations[0].file_id, file.id);
  const kept = await client.responses.retrieve(response.id);
  assert.equal(kept.output_text ?? response.output_text, response.output_text);
  const input = await all(client.responses.inputItems.list(response.id));
  assert.equal(input[0].content[0].text, QUESTION);
});

check("responses: a question, streamed", async () => {
  const { store } = await readStore();
  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
  const stream = client.responses.stream({ model: "gpt-4o", input: QUESTION, tools });
  let text = "";
  let last = -1;
  for await (const event of stream) {
    assert.ok(event.sequence_number > last, "sequence numbers do not grow");
    last = event.sequence_number;
    if (event.type === "response.output_text.delta") text += event.delta;
  }
  const response = await stream.finalResponse();
  assert.equal(response.output_text, text);
});

check("responses: in the background, and after another", async () => {
  const { store } = await readStore();
  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
  let response = await client.responses.create({ model: "gpt-4o", input: QUESTION, tools, background: true });
  while (["queued", "in_progress"].includes(response.status)) {
    await sleep(50);
    response = await client.responses.retrieve(response.id);
  }
  assert.equal(response.status, "completed");
  const next = { model: "gpt-4o", input: "And in 2023?", tools, previous_response_id: response.id };
  assert.equal((await client.responses.create(next)).previous_response_id, response.id);
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

check("responses: a function and its output", async () => {
  const { name, description, parameters } = WEATHER.function;
  const tools = [{ type: "function", name, description, parameters, strict: false }];
  const input = [user("What is the weather in Lisbon?")];
  const asked = await client.responses.create({ model: "gpt-4o", input, tools, tool_choice: "required" });
  const call = asked.output.find((item) => item.type === "function_call");
  assert.equal(call.name, name);
  const output = "It is 31 degrees and sunny in Lisbon.";
  const told = [{ type: "function_call_output", call_id: call.call_id, output }];
  const done = await client.responses.create({
    model: "gpt-4o",
    input: told,
    tools,
    previous_response_id: asked.id,
  });
  assert.match(done.output_text, /31 degrees/);
});

check("conversations: two questions in one", async () => {
  const { store } = await readStore();
  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
  const conversation = await client.conversations.create({ metadata: { topic: "report" } });
  for (const input of [QUESTION, "Which firm audits the accounts?"]) {
    const response = await client.responses.create({ model: "gpt-4o", input, tools, conversation: conversation.id });
    assert.equal(response.conversation.id, conversation.id);
  }
  const items = await all(client.conversations.items.list(conversation.id, { order: "asc", limit: 2 }));
  const said = items.filter((item) => item.type === "message");
  assert.deepEqual(said.map((item) => item.role), ["user", "assistant", "user", "assistant"]);
  assert.equal((await client.conversations.delete(conversation.id)).deleted, true);
});

check("chat completions, streamed and not; embeddings; models", async () => {
  await readStore();
  const fields = { model: "gpt-4o", messages: [user(QUESTION)] };
  const whole = (await client.chat.completions.create(fields)).choices[0].message.content;
  let text = "";
  for await (const chunk of await client.chat.completions.create({ ...fields, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  assert.equal(text, whole);
  const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: ["revenue", "profit"] });
  assert.equal(data.length, 2);
  assert.equal(typeof data[0].embedding[0], "number");
  assert.ok((await all(client.models.list())).length > 0);
});

check("errors have their class, field and code", async () => {
  const rejected = async (promise, type, status, param) => {
    const error = await promise.then(() => assert.fail("it was accepted"), (reason) => reason);
    assert.ok(error instanceof type, `${error}`);
    assert.deepEqual([error.status, error.param], [status, param]);
    assert.ok(error.requestID, "the error has no request id");
  };
  await rejected(assistants.retrieve("asst_none"), OpenAI.NotFoundError, 404, null);
  await rejected(threads.retrieve("vs_none"), OpenAI.BadRequestError, 400, "thread_id");
  await rejected(assistants.create({}), OpenAI.BadRequestError, 400, "model");
  await rejected(assistants.create({ model: "m", colour: "red" }), OpenAI.BadRequestError, 400, "colour");
  await rejected(client.vectorStores.list({ limit: 0 }), OpenAI.BadRequestError, 400, "limit");
  await rejected(clientWith("wrong").models.list(), OpenAI.AuthenticationError, 401, null);
});

check("pagination over 250 objects, both ways", async () => {
  const numbers = [...Array(250).keys()];
  for (const start of [0, 50, 100, 150, 200]) {
    const some = numbers.slice(start, start + 50);
    for (const number of some) await client.vectorStores.create({ name: `page ${number}` });
  }
  const ours = (stores) => stores.map(({ name }) => name).filter((name) => name.startsWith("page "));
  const names = numbers.map((number) => `page ${number}`);
  assert.deepEqual(ours(await all(client.vectorStores.list({ limit: 100, order: "asc" }))), names);
  assert.deepEqual(ours(await all(client.vectorStores.list({ limit: 7 }))), names.reverse());
});

check("two keys see nothing of each other", async () => {
  const { file, store } = await readStore();
  const other = clientWith(OTHER_KEY);
  assert.deepEqual(await all(other.files.list()), []);
  assert.deepEqual(await all(other.vectorStores.list()), []);
  await assert.rejects(other.files.retrieve(file.id), OpenAI.NotFoundError);
  await assert.rejects(other.vectorStores.search(store.id, { query: QUESTION }), OpenAI.NotFoundError);
  await assert.rejects(other.vectorStores.create({ file_ids: [file.id] }), OpenAI.NotFoundError);
  const mine = await other.files.create({ file: createReadStream(REPORT), purpose: "assistants" });
  await other.files.delete(mine.id);
  assert.equal((await client.files.retrieve(file.id)).id, file.id);
  const hits = await all(client.vectorStores.search(store.id, { query: QUESTION }));
  assert.ok(hits.length > 0, "another key's deletion took our passages");
});

let failed = 0;
for (const [name, what] of checks) {
  const start = performance.now();
  try {
    await what();
    console.log(`ok    ${name} (${Math.round(performance.now() - start)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error?.stack ?? error).split("\n").slice(0, 12).join("\n      ")}`);
  }
}
console.log(`${checks.length - failed} of ${checks.length} checks passed`);
process.exit(failed ? 1 : 0);
