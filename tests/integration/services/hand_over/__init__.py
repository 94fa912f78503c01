"""Cases and agencies together, as the feeds join them."""
