"""Parts of scripts/conformance.py: the SDK's own tests, the server they meet, and the proxy between the two."""
