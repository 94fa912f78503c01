"""Who is calling: accounts, passwords, tokens, sessions."""
