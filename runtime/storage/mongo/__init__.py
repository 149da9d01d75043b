"""Documents in MongoDB.

    store        the port: what runs where, and what is still running when the store closes
    ├── commit       one batch: a transaction, or on a server without them one write after another
    │   └── prepare      what is written, checked and encoded; what each write does to what is stored
    ├── read         answers one query
    │   ├── plan         what the server decides of it, and what is left to Python
    │   ├── filters      a filter as MongoDB's query document
    │   └── sort         a sort order and a cursor as MongoDB's
    ├── ensure       makes the database fit the YAML
    │   └── indexes      the indexes that a collection asks for
    ├── kept         how one collection is kept: its layout, the names it has in the database
    │   └── words        full text, with the tokens and the rules of the SQLite adapter
    ├── changes      the log of what was committed
    ├── names        collections, fields and paths under names that MongoDB takes
    ├── address      the URL
    └── driver       the only module that imports motor, PyMongo or BSON

A document lies in its collection as it is, its id once more as `_id`. The server is given as much of a question as it
certainly understands in the same way; the matcher in Python decides what is left.
"""
