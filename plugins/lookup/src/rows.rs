//! From the text of a table to its rows.

use serde_json::{Map, Value as Json};
use tollgate_sdk::{Problem, Setup};

use crate::config::{Format, WrittenTable};
use crate::csv;

/// The column of a value that stands where a map from columns to values might.
const ONLY_COLUMN: &str = "value";

/// A row: values by column.
pub(crate) type Row = Map<String, Json>;

/// The rows of a table. `at` is where it stands.
pub(crate) fn rows(table: &WrittenTable, at: &str, setup: &Setup) -> Result<Vec<Row>, Problem> {
    let key = table.keys.first().map_or("", |key| key.column());
    match (&table.file, &table.text, &table.rows) {
        (Some(name), None, None) => {
            let at = format!("{at}/file");
            let content = setup.file(name).map_err(|error| Problem::at(&at, error))?;
            let text = String::from_utf8(content)
                .map_err(|_| Problem::at(&at, "the file is no text: it must be UTF-8"))?;
            of_text(&text, table, key).map_err(|message| Problem::at(&at, message))
        }
        (None, Some(text), None) => {
            of_text(text, table, key).map_err(|message| Problem::at(format!("{at}/text"), message))
        }
        (None, None, Some(rows)) => {
            of_json(rows.clone(), key).map_err(|message| Problem::at(format!("{at}/rows"), message))
        }
        _ => Err(
            Problem::at(at, "a table needs one of `file`, `text` and `rows`")
                .help("`file` names an entry of `gate: {files: ...}`"),
        ),
    }
}

fn of_text(text: &str, table: &WrittenTable, key: &str) -> Result<Vec<Row>, String> {
    match table.format {
        Format::Csv => of_csv(text, table.delimiter.unwrap_or(',')),
        Format::Json => {
            let json = serde_json::from_str(text).map_err(|error| {
                format!(
                    "it is no JSON, from line {} column {} on",
                    error.line(),
                    error.column()
                )
            })?;
            of_json(json, key)
        }
        Format::Yaml => {
            let json = serde_saphyr::from_str(text).map_err(|error| match error.location() {
                Some(location) => format!(
                    "it is no YAML that can be used, from line {} column {} on",
                    location.line(),
                    location.column()
                ),
                None => "it is no YAML that can be used".to_owned(),
            })?;
            of_json(json, key)
        }
    }
}

/// Empty cells are as good as none.
fn of_csv(text: &str, delimiter: char) -> Result<Vec<Row>, String> {
    let records = csv::records(text, delimiter)
        .map_err(|line| format!("a quote is opened on line {line} and not closed"))?;
    let mut records = records.into_iter();
    let columns = records
        .next()
        .ok_or("it is empty: the first line names the columns")?;
    let columns: Vec<&str> = columns.iter().map(|column| column.trim()).collect();
    records
        .zip(1_usize..)
        .map(|(cells, nth)| {
            if cells.len() > columns.len() {
                return Err(format!("row {nth} has more cells than there are columns"));
            }
            let cells = columns
                .iter()
                .zip(cells)
                .filter(|(_, cell)| !cell.is_empty());
            Ok(cells
                .map(|(column, cell)| ((*column).to_owned(), Json::String(cell)))
                .collect())
        })
        .collect()
}

/// A list of rows, or a map from keys to rows.
fn of_json(json: Json, key: &str) -> Result<Vec<Row>, String> {
    match json {
        Json::Array(items) => items
            .into_iter()
            .zip(1_usize..)
            .map(|(item, nth)| match item {
                Json::Object(row) => Ok(row),
                _ => Err(format!("row {nth} is no map from columns to values")),
            })
            .collect(),
        Json::Object(entries) => Ok(entries
            .into_iter()
            .map(|(text, value)| {
                let mut row = match value {
                    Json::Object(row) => row,
                    value => Map::from_iter([(ONLY_COLUMN.to_owned(), value)]),
                };
                row.insert(key.to_owned(), Json::String(text));
                row
            })
            .collect()),
        _ => Err("it is neither a list of rows nor a map from keys to rows".to_owned()),
    }
}
