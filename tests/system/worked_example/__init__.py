"""The worked example of domain.md 8, played day by day on its own dates over the public API.

Not in the register of divisions, and so refused at import, is the invented village 640521104999: the yard lies in
640521104202 of the same township. What the natural resources bureau does at its desk is done by the coordinator's
account (who files, and what only a leader may do, by its leader's).

| steps | played | what is missing |
|---|---|---|
| 1 to 10 | in full | |
| 11 | in part | the agency enters its paper receipt itself (channel paper), not the coordinator (offline) |
| 12 | in part | pre-meeting, minutes and plan (J04); the end of the review is in full |
| 13 | in part | evidence copies to the lead (J06) and summary (J10); record, photographs, J07 are in full |
| 15 | in part | the police can only answer whether they file: that they kept order stands in a "not filed" |
| 14, 16, 19 to 30 | in full | |
| 17, 18 | not | talks: issue 9 |
| 31 | in full | |
| 32, 34, 35 | in part | the alarm of a copy that is not signed for (07-08): issue 6 |
| 33, 36 to 41 | in full | |

Assertions of 8.3: 1 to 6, 9, 10 wholly; of 7 listing, copies, bulletin and plots, without talk and the five
responsible persons (issue 9); 8 not (issue 9).
"""
