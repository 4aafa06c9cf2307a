//! A deployment in a SQLite file.
