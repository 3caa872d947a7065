"""One suite over every way to an engine: in process, over the server, and over the server by OpenAI's own client."""
