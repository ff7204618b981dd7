"""Finding runs: the filter language, orders, search and groups, as statements over the read models.

`tokens` and `parse` read what a person wrote, `fields` says what there is, `conditions` and `page`
make statements of it. Those are put together of the pieces in `sql/finding`; what came from outside
goes into them as a parameter only.
"""
