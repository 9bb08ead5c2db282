"""Finding the brothers and sisters of a child."""

from json import loads

import sqlalchemy as sa
from alembic import op

from forms.reference import normalise

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep by which reference a child's family goes, and an index of it."""
    op.add_column("document", sa.Column("family", sa.String(), nullable=True))
    _fill()
    where = sa.text("family IS NOT NULL")
    op.create_index(
        "ix_document_family",
        "document",
        ["family"],
        sqlite_where=where,
        postgresql_where=where,
    )


def _fill() -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT doc, view FROM document"
            " WHERE kind = 'person' AND view LIKE '%sibling_group%'"
        )
    ).fetchall()
    named = [
        {"doc": doc, "family": normalise(said)}
        for doc, view in found
        if isinstance(said := loads(view)["values"].get("sibling_group"), str)
    ]
    if named:
        connection.execute(
            sa.text("UPDATE document SET family = :family WHERE doc = :doc"), named
        )
