"""One module an agency: its vocabulary, codes and forms, both ways."""
