"""How the outside agencies speak and how they are reached."""
