"""What a store is asked in a while, however it is asked."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def told(connection):
    """Collect the statements that run on a connection, with their values in SQLite."""
    said = []
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        driver.set_trace_callback(said.append)
        yield said
        driver.set_trace_callback(None)
        return

    def note(_, __, statement, *___):
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)
