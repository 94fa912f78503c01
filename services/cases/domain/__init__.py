"""The pure rules of cases: values in, values and events out."""
