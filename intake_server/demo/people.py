"""Everybody in the story, all of them invented."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from intake_server.security.policy import Role
from intake_server.web.language import Text

KYIV: Final = "kyiv"
TRUSKAVETS: Final = "truskavets"
CHERNIVTSI: Final = "chernivtsi"
CENTERS: Final = (TRUSKAVETS, CHERNIVTSI)
SITES: Final = (KYIV, *CENTERS)

TOWNS: Final = {
    KYIV: Text("Київ", "Kyiv"),
    TRUSKAVETS: Text("Трускавець", "Truskavets"),
    CHERNIVTSI: Text("Чернівці", "Chernivtsi"),
}
"""The towns of the three nodes, by site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who works with the records, and where."""

    name: Text
    work: Text
    role: Role
    site: str


OKSANA: Final = Worker(
    name=Text("Оксана Гайова", "Oksana Haiova"),
    work=Text("координаторка", "coordinator"),
    role=Role.COORDINATOR,
    site=KYIV,
)
BOHDAN: Final = Worker(
    name=Text("Богдан Ліщина", "Bohdan Lishchyna"),
    work=Text("координатор", "coordinator"),
    role=Role.COORDINATOR,
    site=KYIV,
)
MARTA: Final = Worker(
    name=Text("Марта Білик", "Marta Bilyk"),
    work=Text("психологиня", "psychologist"),
    role=Role.WORKER,
    site=TRUSKAVETS,
)
STEPAN: Final = Worker(
    name=Text("Степан Руснак", "Stepan Rusnak"),
    work=Text("лікар", "doctor"),
    role=Role.CLINICIAN,
    site=CHERNIVTSI,
)
WORKERS: Final = (OKSANA, BOHDAN, MARTA, STEPAN)

LINA: Final = Text("Ліна Кравець", "Lina Kravets")
YURII: Final = Text("Юрій Хома", "Yurii Khoma")
"""Volunteers of the reception "Калина"; each has a phone."""

READER: Final = Text("Читач показу", "Reader of the demo")
"""In whose name the story reads the nodes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child; ``spoken`` is the name in the telling, ``papers`` what proves the rest."""

    called: str
    family: str
    given: str
    patronymic: str | None = None
    born: date
    sex: str
    papers: str
    spoken: Text


DANYLO: Final = Child(
    called="Данило",
    family="Ремез",
    given="Данило",
    born=date(2012, 5, 19),
    sex="male",
    papers="guardian",
    spoken=Text("Ремез Данило", "Remez Danylo"),
)
MYKYTA: Final = Child(
    called="Микита",
    family="Ґудзь",
    given="Микита",
    patronymic="Олегович",
    born=date(2012, 3, 4),
    sex="male",
    papers="document",
    spoken=Text("Ґудзь Микита Олегович", "Gudz Mykyta Olehovych"),
)
NAMESAKE: Final = Child(
    called="Микита",
    family="Гудзь",
    given="Микита",
    patronymic="Петрович",
    born=date(2009, 6, 21),
    sex="male",
    papers="document",
    spoken=Text("Гудзь Микита Петрович", "Hudz Mykyta Petrovych"),
)
TARAS: Final = Child(
    called="Тарас",
    family="Вербовий",
    given="Тарас",
    born=date(2015, 2, 11),
    sex="male",
    papers="child",
    spoken=Text("Тарас", "Taras"),
)
ZLATA: Final = Child(
    called="Злата",
    family="Вербова",
    given="Злата",
    born=date(2020, 7, 2),
    sex="female",
    papers="child",
    spoken=Text("Злата", "Zlata"),
)
ZORIANA: Final = Child(
    called="Зоряна",
    family="Вербова",
    given="Зоряна",
    born=date(2020, 7, 2),
    sex="female",
    papers="child",
    spoken=Text("Зоряна", "Zoriana"),
)
IVANKO: Final = Child(
    called="Іванко",
    family="Вербовий",
    given="Іван",
    born=date(2023, 9, 15),
    sex="male",
    papers="child",
    spoken=Text("Іванко", "Ivanko"),
)
FAMILY: Final = (TARAS, ZLATA, ZORIANA, IVANKO)
"""The four Вербові; the first one's reference is that of the siblings."""

NIKITA: Final = Child(
    called="Никита",
    family="Гудзь",
    given="Никита",
    patronymic="Олегович",
    born=date(2012, 4, 3),
    sex="male",
    papers="occupation_document",
    spoken=Text("Гудзь Никита", "Hudz Nikita"),
)
ORYSIA: Final = Child(
    called="Орися",
    family="Тиха",
    given="Орися",
    born=date(2017, 8, 30),
    sex="female",
    papers="child",
    spoken=Text("Тиха Орися", "Tykha Orysia"),
)
