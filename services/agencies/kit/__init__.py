"""The conformance kit: the county's side of an agency's integration, in memory, for its vendor to test against."""
