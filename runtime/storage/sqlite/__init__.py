"""Documents in one SQLite file.

    store        the port: what runs where
    ├── writer       one thread that commits in groups
    ├── readers      where reads are done: short ones on the event loop, others in a bounded pool of threads
    │   └── here         … on the event loop, within a budget
    │       └── pace         whether questions of a shape were short enough for that
    ├── catalog      which collections the file holds, and how they are laid out
    │   └── layout       a collection's keys, indexes and side tables, derived from its YAML
    │       └── tables       the SQL text of one collection
    ├── ensure       makes the file fit the YAML
    │   └── fit          whether stored values fit a changed field type
    ├── together     applies many batches as one
    ├── write        applies one batch
    │   ├── rows         a document's rows in all tables of its collection
    │   │   ├── derive       what the derived tables hold of a document
    │   │   └── insert       many rows put into a table by one statement
    │   └── changes      the log of what was committed
    ├── watch        what others commit, by that log
    ├── select       answers queries
    │   ├── distinct     … for the different values at a path
    │   ├── record       a stored document on its way out
    │   └── plan         which statements, and what is left to Python; kept for questions of the same shape
    │       ├── outline      a filter without its values
    │       ├── source       from which table, and whether an index has the order
    │       ├── filters      a filter as SQL
    │       ├── text         words as an expression of FTS5
    │       └── sort         a sort order and a cursor as SQL
    ├── statistics   what SQLite's planner knows of the values in indexes
    ├── backup       copies the file while it is used
    │   └── steps        work in a thread that tells how far it is and can be stopped
    ├── restore      puts such a copy in the file's place
    ├── keys         JSON values as SQLite values, with the language's order
    ├── names        identifiers, quoted
    └── connection   opening a database; what its errors mean

A collection has a table of bodies and, apart from it, a narrow table of keys: one column for every declared scalar
path, filled by the writer. SQLite compares keys exactly as the query language compares values, which JSON functions in
SQL cannot promise (they cut strings at NUL, round numbers, and take true for 1); scans, counts and sorts read keys
only.
"""
