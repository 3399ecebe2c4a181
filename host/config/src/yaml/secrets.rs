use super::{Node, Span, Value};

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
            .for_each(|item| collect(item, under, secret, found)),
        Value::Map(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                collect(&entry.node, key, is_secret(key, under, secret), found);
            }
        }
        _ if secret || node.holds_password() => found.push(node.span),
        _ => {}
    }
}

/// Whether what stands under `key`, a key of `under`, is a secret; what stands in a secret is one, too.
pub(super) fn is_secret(key: &str, under: &str, within: bool) -> bool {
    // The keys for pseudonyms are the host's; a policy's own `keys` are names.
    within || NAMES.contains(&key) || sounds_secret(key) || (under == "gate" && key == "keys")
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
