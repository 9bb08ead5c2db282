"""A small form with everything that a form can have, for tests about answers."""

from forms.authoring import convert
from forms.xform import read

SOURCE = """
| survey |
| | type | name | label | calculation | bind::dodomu:home | bind::dodomu:property | bind::dodomu:policy | bind::dodomu:group | bind::dodomu:level | bind::dodomu:harm | bind::dodomu:document | bind::dodomu:parent | bind::dodomu:identity |
| | calculate | working | | 1 + 1 | | | | | | | | | |
| | text | note | N | | | | log | | | | | | |
| | begin_group | g_child | G | | | | | | | | | | |
| | text | called | C | | person | name_called | set add | | confidential | identity | | | |
| | integer | age | A | | person | age | lww | | restricted | | | | |
| | decimal | weight | W | | person | weight | review | | confidential | medical | | | |
| | date | born | B | | person | birth_date | authority source | birth | confidential | identity | | | |
| | select_one precision | exact | E | | person | precision | authority source | birth | sealed | | | | |
| | dateTime | seen_at | S | | | | min | | | | | | |
| | select_multiple need | needs | N | | case | needs | set add mixed | | | | | | |
| | image | photo | P | | person | photo | set add | | sealed | | | | |
| | end_group | g_child | | | | | | | | | | | |
| | begin_repeat | kin | K | | relation | | | | | | kin | person | singular rel |
| | calculate | row | | once(uuid()) | relation | row | once | | | | | | |
| | select_one relation | rel | R | | relation | rel | review | | | | | | |
| | begin_repeat | phones | P | | relation | | | | | | phone | person | field phone |
| | text | phone | P | | relation | phone | review | | | | | | |
| | end_repeat | phones | | | | | | | | | | | |
| | end_repeat | kin | | | | | | | | | | | |
| choices |
| | list_name | name | label | exclusive | singular |
| | precision | day | D | | |
| | precision | year | Y | | |
| | need | food | F | | |
| | need | sleep | S | | |
| | need | none | N | yes | |
| | relation | mother | M | | yes |
| | relation | aunt | A | | |
| settings |
| | form_title | form_id | version | namespaces |
| | Trial | trial | 7 | dodomu="https://dodomu.org/xforms" |
"""

XML = convert(SOURCE, kind="md")
TRIAL = read(XML)
