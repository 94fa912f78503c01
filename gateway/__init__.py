"""The one door: HTTP API, identity and the command line. No business rule lives here."""
