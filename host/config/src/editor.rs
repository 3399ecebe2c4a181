//! What an editor needs to know of a file that is written for somebody to edit.

/// The file that `tollgate schema` is written to, beside a configuration.
pub const SCHEMA_FILE: &str = "tollgate.schema.json";

/// The first line of a configuration that is written for somebody to edit: YAML language servers read in it which schema the file has.
pub const SCHEMA_LINE: &str = "# yaml-language-server: $schema=tollgate.schema.json\n";
