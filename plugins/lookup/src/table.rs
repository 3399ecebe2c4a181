//! A table that can be searched.

use std::collections::HashMap;
use std::io::Write as _;

use serde_json::Value as Json;
use tollgate_attraction::Constant;
use tollgate_sdk::{Problem, Value};

use crate::config::{Match, WrittenKey};
use crate::prefixes::{Network, Prefixes, address};
use crate::rows::Row;

/// Stands between the keys of a row: no byte of UTF-8.
const BETWEEN: u8 = 0xff;

/// Rows, by what is compared.
#[derive(Debug)]
pub(crate) struct Table {
    keys: Vec<Match>,
    index: Index,
    rows: Vec<Row>,
}

/// The rows by the keys that are compared exactly, and under these by the one that is not.
#[derive(Debug)]
enum Index {
    Exact(HashMap<Box<[u8]>, usize>),
    Texts(HashMap<Box<[u8]>, Prefixes<Box<[u8]>>>),
    Networks(HashMap<Box<[u8]>, Prefixes<Network>>),
}

impl Table {
    /// Of rows. `at` is where the table stands.
    pub(crate) fn new(keys: &[WrittenKey], rows: Vec<Row>, at: &str) -> Result<Self, Problem> {
        let compared: Vec<Match> = keys.iter().map(WrittenKey::compared).collect();
        let by_beginning: Vec<Match> = compared
            .iter()
            .copied()
            .filter(|compared| *compared != Match::Exact)
            .collect();
        let problem = |message: String| Problem::at(format!("{at}/keys"), message);
        if keys.is_empty() {
            return Err(problem("a table needs one key at least".to_owned()));
        }
        if by_beginning.len() > 1 {
            let message =
                "one key of a table can be compared by prefix or cidr, and the others exactly";
            return Err(problem(message.to_owned()));
        }
        let index = match by_beginning.first() {
            None | Some(Match::Exact) => exact(keys, &rows).map(Index::Exact),
            Some(Match::Prefix) => {
                grouped(keys, &rows, |text| Some(text.as_bytes().into())).map(Index::Texts)
            }
            Some(Match::Cidr) => grouped(keys, &rows, Network::parse).map(Index::Networks),
        };
        Ok(Self {
            keys: compared,
            index: index.map_err(problem)?,
            rows,
        })
    }

    /// How many keys it has.
    pub(crate) fn keys(&self) -> usize {
        self.keys.len()
    }

    /// The values of a column, row by row. `None` where no row has it.
    pub(crate) fn column(&self, column: &str) -> Option<Vec<Option<Constant>>> {
        let mut any = false;
        let values = self.rows.iter().map(|row| match row.get(column) {
            None | Some(Json::Null) => None,
            Some(value) => {
                any = true;
                Some(Constant::of(value))
            }
        });
        let values = values.collect();
        any.then_some(values)
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = self
            .rows
            .iter()
            .flat_map(|row| row.keys().map(String::as_str))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The row for these values. Nothing is found where one of them is none. `exact` is a place to put keys together in.
    pub(crate) fn find<'v>(
        &self,
        values: impl Iterator<Item = Option<Value<'v>>>,
        exact: &mut Vec<u8>,
        beginning: &mut Vec<u8>,
    ) -> Option<usize> {
        exact.clear();
        beginning.clear();
        for (value, compared) in values.zip(&self.keys) {
            let value = value?;
            if *compared == Match::Exact {
                push_text(exact, value)?;
                exact.push(BETWEEN);
            } else {
                push_text(beginning, value)?;
            }
        }
        match &self.index {
            Index::Exact(rows) => rows.get(exact.as_slice()).copied(),
            Index::Texts(rows) => rows.get(exact.as_slice())?.find(beginning),
            Index::Networks(rows) => {
                let address = address(str::from_utf8(beginning).ok()?)?;
                rows.get(exact.as_slice())?.find(&address)
            }
        }
    }
}

/// The text of a value, as it is compared. A list with one element, such as a header, is that element.
fn push_text(into: &mut Vec<u8>, value: Value<'_>) -> Option<()> {
    match value {
        Value::Text(text) => into.extend_from_slice(text.as_bytes()),
        // A vector takes all that is written to it.
        Value::Int(number) => write!(into, "{number}").ok()?,
        Value::Array(list) => {
            let mut items = list.items();
            let only = items.next()?;
            if items.next().is_some() || matches!(only, Value::Array(_)) {
                return None;
            }
            push_text(into, only)?;
        }
        Value::Boolean(_) | Value::Double(_) | Value::Bytes(_) => {
            into.extend_from_slice(tollgate_values::text(value).as_bytes());
        }
        Value::Empty | Value::Map(_) | Value::Withheld => return None,
    }
    Some(())
}

/// The text of a key's cell.
fn cell(row: &Row, key: &WrittenKey, nth: usize) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    row.get(key.column())
        .and_then(|cell| push_text(&mut text, Constant::of(cell).value()))
        .ok_or_else(|| {
            format!(
                "row {nth} has nothing to compare in the column `{}`",
                key.column()
            )
        })?;
    Ok(text)
}

/// The cells that are compared exactly.
fn exact_cells(keys: &[WrittenKey], row: &Row, nth: usize) -> Result<Box<[u8]>, String> {
    let mut exact = Vec::new();
    for key in keys.iter().filter(|key| key.compared() == Match::Exact) {
        exact.extend(cell(row, key, nth)?);
        exact.push(BETWEEN);
    }
    Ok(exact.into_boxed_slice())
}

fn exact(keys: &[WrittenKey], rows: &[Row]) -> Result<HashMap<Box<[u8]>, usize>, String> {
    let mut places = HashMap::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        if let Some(other) = places.insert(exact_cells(keys, row, place + 1)?, place) {
            return Err(same(other, place));
        }
    }
    Ok(places)
}

fn grouped<P: crate::prefixes::Prefix>(
    keys: &[WrittenKey],
    rows: &[Row],
    parse: impl Fn(&str) -> Option<P>,
) -> Result<HashMap<Box<[u8]>, Prefixes<P>>, String> {
    let mut groups: HashMap<Box<[u8]>, Vec<(P, usize)>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        for key in keys.iter().filter(|key| key.compared() != Match::Exact) {
            let text = cell(row, key, place + 1)?;
            let prefix = str::from_utf8(&text).ok().and_then(&parse).ok_or_else(|| {
                format!(
                    "row {} has no network such as 10.0.0.0/8 in the column `{}`",
                    place + 1,
                    key.column()
                )
            })?;
            groups
                .entry(exact_cells(keys, row, place + 1)?)
                .or_default()
                .push((prefix, place));
        }
    }
    groups
        .into_iter()
        .map(|(exact, prefixes)| {
            let prefixes = Prefixes::new(prefixes)
                .map_err(|(one, other)| same(one.min(other), one.max(other)))?;
            Ok((exact, prefixes))
        })
        .collect()
}

fn same(one: usize, other: usize) -> String {
    format!("rows {} and {} have the same keys", one + 1, other + 1)
}
