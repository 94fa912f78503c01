"""The conformance kit against the reference agencies, right ones and such with a fault."""
