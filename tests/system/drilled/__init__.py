"""Tests over one house whose days they choose."""
