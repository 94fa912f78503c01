"""Which objects of agencies are told of when they change, and to whom."""

from services.agencies.storage.scope import visible_tasks
from services.agencies.storage.tables import agency_task
from shared.changes import Changes, Shown

CHANGES = Changes([Shown("task", agency_task, visible_tasks)])
