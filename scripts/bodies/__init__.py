"""Parts of scripts/validate_bodies.py."""
