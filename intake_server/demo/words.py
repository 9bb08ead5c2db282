"""What people call the codes that the story shows."""

from collections.abc import Mapping
from typing import Final

from intake_server.demo.people import TOWNS, WORKERS
from intake_server.web.language import Text

WORDS: Final[Mapping[str, Text]] = {
    **TOWNS,
    **{worker.name.uk: worker.name for worker in WORKERS},
    "reception": Text("прийом (F1)", "reception (F1)"),
    "registration": Text("реєстрація (F2)", "registration (F2)"),
    "reunification": Text("воззʼєднання (F3)", "reunification (F3)"),
    "rehabilitation": Text("реабілітація (F4)", "rehabilitation (F4)"),
    "followup": Text("супровід (F6)", "follow-up (F6)"),
    "tracing_request": Text("запит на розшук (F7)", "tracing request (F7)"),
    "functioning_2_4": Text("функціонування 2–4 (M1)", "functioning 2-4 (M1)"),
    "functioning_5_17": Text("функціонування 5–17 (M2)", "functioning 5-17 (M2)"),
    "uk": Text("українською", "Ukrainian"),
    "en": Text("англійською", "English"),
    "unknown-code": Text("код не діє", "the code is not in force"),
    "stale-item": Text("питання вже змінилося", "the question has moved on"),
    "/problems/unknown-version": Text(
        "версія форми ще не надійшла", "the version has not come yet"
    ),
    "allergies": Text("алергії", "allergies"),
    "medication": Text("ліки", "medication"),
    "mhpss_layer": Text("рівень", "layer"),
    "consent_rehab": Text("згода", "consent"),
    "adult_able": Text("тітка може", "the aunt can"),
    "birth": Text("день народження", "birth date"),
    "partial": Text("часткова", "partial"),
    "withdrawn": Text("відкликана", "withdrawn"),
    "yes": Text("так", "yes"),
    "no": Text("ні", "no"),
    "duplicate": Text("уже відома", "known already"),
    "siblings_apart": Text("влаштування окремо", "placement apart"),
    "stored": Text("прийнято", "stored"),
    "received": Text("надійшло", "received"),
    "kept": Text("лежить", "kept"),
    "asked": Text("поставлено", "asked"),
    "decided": Text("вирішено", "decided"),
    "open": Text("відкрито", "open"),
}
