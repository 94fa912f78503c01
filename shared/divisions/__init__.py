"""Administrative divisions and county boundaries: the project's own versioned seed data and how it is read."""
