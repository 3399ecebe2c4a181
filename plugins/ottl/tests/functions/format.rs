//! `Format` against what Go's `fmt.Sprintf` made of the same values.

use crate::table;
use serde_json::json;
use tollgate_ottl::Value;
use tollgate_ottl::testing::Record;

#[test]
fn values_are_shown_as_go_shows_them() {
    let (_, rows) = table::read("format.jsonl");
    let mut different = 0;
    for row in &rows {
        // The text of a statement has JSON's escapes, but for its Unicode, which stands as it is.
        let format = json!(row["format"]).to_string();
        let expression = format!("Format({format}, {})", row["values"].as_str().unwrap());
        let found = match Record::default().evaluate(&expression) {
            Ok(Value::Text(text)) => text.as_str().to_owned(),
            other => format!("{other:?}"),
        };
        if row["result"] != *found {
            different += 1;
            println!(
                "{expression}\n  wanted {}\n  got    {}",
                row["result"],
                json!(found)
            );
        }
    }
    println!("{} equal, {different} different", rows.len() - different);
    assert_eq!(different, 0);
}
