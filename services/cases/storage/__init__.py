"""The database of cases: tables, whole aggregates in and out, who sees which rows."""
