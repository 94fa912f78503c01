"""What the story has told on the bus, held against the catalogue that consumers build on."""

from tests.support.published_events import faults_of
from tests.system.books import Books
from tests.system.running_house import SERVICES
from tests.system.worked_example.desk import Desk

# The story goes through this many kinds of events at least; fewer would be another story.
LEAST_TYPES = 40


def all_are_as_promised(desk: Desk) -> None:
    desk.house.settle()
    books = Books(desk.house.home)
    try:
        messages = [message for service in SERVICES for message in books.messages(service)]
    finally:
        books.close()
    assert faults_of(messages) == []
    assert len({message["type"] for message in messages}) >= LEAST_TYPES
