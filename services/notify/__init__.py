"""Notify: who must be told, and proof that they were. Owns notices, their numbers, texts, deliveries and receipts."""
