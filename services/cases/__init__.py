"""Cases: what happened and what must happen next. Owns clues, cases, rectification items, joint actions."""
