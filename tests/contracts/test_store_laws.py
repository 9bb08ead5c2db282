from chronicles import batches, chronicles
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import picture_in
from stores import take_in

from intake_server.storage import documents, forms, rebuild
from intake_server.storage.changes import all_of
from sync.merge.fold import fold

LAWS = settings(max_examples=30, deadline=None)


@LAWS
@given(data=st.data(), changes=chronicles())
def test_the_tables_are_a_function_of_the_set_of_changes(stores, data, changes):
    """I1, I2, I8: the ids of questions are in the picture."""
    with stores.new() as one, stores.new() as other:
        take_in(one, *data.draw(batches(changes)))
        take_in(other, *data.draw(batches(changes)))

        assert picture_in(one) == picture_in(other)


@LAWS
@given(data=st.data(), changes=chronicles())
def test_what_is_kept_is_what_all_changes_together_amount_to(stores, data, changes):
    """I17."""
    with stores.new() as database:
        take_in(database, *data.draw(batches(changes)))

        with database.reading() as session:
            report = rebuild.compare(session)

            assert report.different == ()
            assert report.changes == len(changes)


@LAWS
@given(data=st.data(), changes=chronicles(may_erase=False))
def test_people_see_and_are_asked_what_the_fold_says(stores, data, changes):
    """I2, against the reference."""
    with stores.new() as database:
        take_in(database, *data.draw(batches(changes)))

        with database.reading() as session:
            picture = fold(changes, forms.schema(session))
            views = documents.find_all(session, picture.views)
            qids = session.connection().exec_driver_sql("SELECT qid FROM queue")

            assert {doc: v.view["heads"] for doc, v in views.items()} == {
                doc: {cell: list(ids) for cell, ids in view.heads.items()}
                for doc, view in picture.views.items()
            }
            assert {qid.hex() for (qid,) in qids} == {i.qid for i in picture.items}
            kept = {change.id: change for change in all_of(session.connection())}
            assert kept == {change.id: change for change in changes}


@LAWS
@given(data=st.data(), changes=chronicles())
def test_sending_everything_again_changes_nothing(stores, data, changes):
    """I2, repetition."""
    with stores.new() as database:
        take_in(database, *data.draw(batches(changes)))
        before = picture_in(database)

        outcomes = take_in(database, *data.draw(batches(changes)))

        assert {outcome.status for outcome in outcomes} == {"duplicate"}
        assert picture_in(database) == before
