"""What lies in the stores of a phone: read, and changed as no screen would change it."""

from typing import Any, Final

from playwright.sync_api import Page

_WORK: Final = """([name, given]) => new Promise((done, failed) => {
  const work = WORK;
  const opened = indexedDB.open("forms");
  opened.onerror = () => failed(opened.error);
  opened.onsuccess = () => {
    const going = opened.result.transaction(name, "readwrite");
    const store = going.objectStore(name);
    const keys = store.getAllKeys();
    const all = store.getAll();
    let found;
    all.onsuccess = () => { found = work(store, all.result, keys.result, given); };
    going.onabort = () => failed(going.error);
    going.oncomplete = () => { opened.result.close(); done(found); };
  };
})"""


def in_store(page: Page, name: str) -> list[Any]:
    """Return all records of a store."""
    return list(changed(page, name, "(store, all) => all"))


def changed(page: Page, name: str, work: str, given: Any = None) -> Any:
    """Work on a store in one transaction; return what the work returns.

    Args:
        page: A page of the application.
        name: The store.
        work: A function in JavaScript, of the store, its records, their keys and
            ``given``.
        given: What the work needs.
    """
    return page.evaluate(_WORK.replace("WORK", work), [name, given])
