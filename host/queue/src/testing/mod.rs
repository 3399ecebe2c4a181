//! Folders that fail, for tests.
