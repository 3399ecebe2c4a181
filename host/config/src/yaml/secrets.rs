use super::{Entry, Node, Span, Value};

/// Keys whose values are secrets, wherever they stand.
const NAMES: [&str; 8] = [
    "hmac_key",
    "headers",
    "headers_list",
    "response_headers",
    "key_pem",
    "token",
    "tokens",
    "inline",
];

/// One header of a list of them.
const HEADER: &str = "headers[]";

/// What is said of one besides its value.
const PLAIN: [&str; 5] = ["key", "name", "action", "from_context", "value_file"];

/// Where secrets stand in a tree. More is found than is secret, and nothing that is secret is left out: it is about what an
/// error may show of the file.
pub(crate) fn secrets(root: &Node) -> Vec<Span> {
    let mut found = Vec::new();
    collect(root, "", false, &mut found);
    found
}

fn collect(node: &Node, under: &str, secret: bool, found: &mut Vec<Span>) {
    match &node.value {
        Value::List(items) => items
            .iter()
            .for_each(|item| collect(item, item_of(under), secret, found)),
        Value::Map(entries) => {
            for entry in entries {
                let secret = is_secret(entry, under, secret);
                collect(&entry.node, &entry.key, secret, found);
            }
        }
        _ if secret || node.holds_password() => found.push(node.span),
        _ => {}
    }
}

/// What the items of a list stand under.
pub(super) fn item_of(list: &str) -> &str {
    if list == "headers" { HEADER } else { list }
}

/// Whether what stands under a key of `under` is a secret; what stands in a secret is one, too.
pub(super) fn is_secret(entry: &Entry, under: &str, within: bool) -> bool {
    let key = entry.key.as_str();
    // A metric may be called so, too.
    let is_metric = key == "tokens" && matches!(entry.node.value, Value::Map(_));
    if under == HEADER && PLAIN.contains(&key) {
        return false;
    }
    // The keys for pseudonyms are the host's; a policy's own `keys` are names.
    within
        || (NAMES.contains(&key) && !is_metric)
        || sounds_secret(key)
        || (under == "gate" && key == "keys")
}

fn sounds_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "password",
        "secret",
        "api_key",
        "api-key",
        "apikey",
        "authorization",
    ]
    .iter()
    .any(|word| key.contains(word))
}
