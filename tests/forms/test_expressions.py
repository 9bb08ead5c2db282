"""Which functions an expression calls, and which of them phones know."""

import shutil

import pytest
from parts import need

from forms.authoring import convert
from forms.catalogue import builtin
from forms.draft import of_xform
from forms.expressions import FUNCTIONS, unknown_functions
from intake_server.services import odk

CALLS = """
abs(1) acos(1) area(${g}) asin(1) atan(1) atan2(1,1) base64-decode('YQ==') boolean(1)
boolean-from-string('1') checklist(1,2,${a}) coalesce(${a},'b') concat('a','b')
contains('a','b') cos(1) count(${a}) count-non-empty(${a}) count-selected(${a})
current()/../a date('2026-01-01') date-time('2026-01-01') decimal-date-time(today())
decimal-time(now()) depend(${a}) digest('a','MD5') distance(${g}) enclosed-area(${g})
ends-with('a','b') exp(1) exp10(1) extract-signed('a','b') false()
format-date(today(),'%Y') format-date-time(now(),'%Y') geofence(${p},${g}) if(true(),1,2)
indexed-repeat(${r},${rep},1) instance('yn')/root/item[name='y']/label int(1)
is-selected(${a},'b') join(',',${a}) jr:choice-name('y','${s}') log(1) log10(1) max(1,2)
min(1,2) normalize-space('a') not(true()) now() number('1') once(uuid()) pi()
position(..) pow(2,2) property('deviceid') pulldata('a','b','c','d') random() randomize(${a})
regex('a','b') round(1.5,0) selected(${a},'b') selected-at(${a},0) sin(1) sqrt(4)
starts-with('a','b') string(1) string-length('a') substr('a',0,1)
substring-after('a','b') substring-before('a','b') sum(${a}) tan(1) today()
translate('a','b','c') true() uuid() version() weighted-checklist(1,2,${a},1)
""".split()  # noqa: SIM905 - in one line each it would fill a page


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("today() - ${a} > 3", []),
        ("selected(., 'f(x)') and (1 = 1)", []),
        ('concat("g(", .)', []),
        ("jr:choice-name(${a}, '${a}')", []),
        ("not (${a}) or(${b})", []),
        ("last() + Today() + my:own(1) + last()", ["last", "Today", "my:own"]),
    ],
)
def test_the_functions_of_an_expression_are_looked_up(expression, unknown):
    assert list(unknown_functions(expression)) == unknown


def test_every_function_that_the_shipped_forms_call_is_known():
    columns = ("relevant", "constraint", "calculation", "required", "choice_filter")
    said = [
        row[column]
        for form in builtin()
        for row in of_xform(form.xml).survey
        for column in columns
    ]

    assert sum(map(bool, said)) > 100
    assert [name for text in said for name in unknown_functions(text)] == []


@pytest.mark.javarosa
def test_javarosa_knows_every_function_that_we_let_pass():
    need(shutil.which("java"), "Java, for ODK Validate")
    assert {call.partition("(")[0] for call in CALLS} == FUNCTIONS
    rows = [
        f"| | calculate | c{number} | | {call} |"
        for number, call in enumerate(CALLS)
        if not call.startswith(("geofence", "extract-signed"))
    ]
    source = f"""
| survey |
| | type | name | label | calculation |
| | text | a | A | |
| | geopoint | p | P | |
| | geoshape | g | G | |
| | select_one yn | s | S | |
| | begin_repeat | rep | R | |
| | text | r | R | |
| | end_repeat | rep | | |
{chr(10).join(rows)}
| choices |
| | list_name | name | label |
| | yn | y | Y |
| settings |
| | form_id | version |
| | trial | 1 |
"""
    xml = convert(source, kind="md")

    assert odk.faults(xml, of_xform(xml)) == ()
