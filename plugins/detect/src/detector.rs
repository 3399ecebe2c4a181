//! The detectors by name.

use std::fmt;
use std::str::FromStr;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Detector {
    /// A mail address.
    Email,
    /// A telephone number: international with `+`, or North American with its separators.
    Phone,
    /// An international bank account number, with its country's length and its check digits.
    Iban,
    /// A payment card's number, with a known prefix and length and its check digit.
    CreditCard,
    /// A social security number of the United States, with its separators.
    UsSsn,
    /// The id of an access key of AWS.
    AwsAccessKeyId,
    /// A secret access key of AWS.
    AwsSecretAccessKey,
    /// An API key or a client secret of Google Cloud.
    GcpApiKey,
    /// What is secret in the key file of a service account of Google Cloud.
    GcpServiceAccount,
    /// A key of a storage account of Azure, a shared access signature, or a client secret.
    AzureKey,
    /// A token of GitHub.
    GithubToken,
    /// A token or a webhook of Slack.
    SlackToken,
    /// A key of OpenAI.
    OpenaiKey,
    /// A key of Anthropic.
    AnthropicKey,
    /// A JSON Web Token whose header says with what it is signed.
    Jwt,
    /// A private key in PEM, also with its line ends escaped.
    PrivateKey,
    /// The password in a URL, before the host or in the query.
    UrlPassword,
    /// A password on a command line, in an assignment, or in a header.
    CommandLinePassword,
    /// An IPv4 address, but for loopback and netmasks.
    Ipv4,
    /// An IPv6 address, but for loopback.
    Ipv6,
    /// A long word that looks as if drawn by lot.
    HighEntropy,
}

/// Detectors and their names, in the order of the enumeration.
const NAMES: [(Detector, &str); 21] = [
    (Detector::Email, "email"),
    (Detector::Phone, "phone"),
    (Detector::Iban, "iban"),
    (Detector::CreditCard, "credit_card"),
    (Detector::UsSsn, "us_ssn"),
    (Detector::AwsAccessKeyId, "aws_access_key_id"),
    (Detector::AwsSecretAccessKey, "aws_secret_access_key"),
    (Detector::GcpApiKey, "gcp_api_key"),
    (Detector::GcpServiceAccount, "gcp_service_account"),
    (Detector::AzureKey, "azure_key"),
    (Detector::GithubToken, "github_token"),
    (Detector::SlackToken, "slack_token"),
    (Detector::OpenaiKey, "openai_key"),
    (Detector::AnthropicKey, "anthropic_key"),
    (Detector::Jwt, "jwt"),
    (Detector::PrivateKey, "private_key"),
    (Detector::UrlPassword, "url_password"),
    (Detector::CommandLinePassword, "command_line_password"),
    (Detector::Ipv4, "ipv4"),
    (Detector::Ipv6, "ipv6"),
    (Detector::HighEntropy, "high_entropy"),
];

impl Detector {
    /// Every detector.
    #[must_use]
    pub fn all() -> impl ExactSizeIterator<Item = Detector> {
        NAMES.iter().map(|(detector, _)| *detector)
    }

    /// The name, as configurations write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self as usize).map_or("", |(_, name)| name)
    }

    pub(crate) fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl fmt::Display for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no detector of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownDetector {
    /// The one whose name is nearest, if any is near.
    pub nearest: Option<Detector>,
}

impl FromStr for Detector {
    type Err = UnknownDetector;

    fn from_str(name: &str) -> Result<Detector, UnknownDetector> {
        let known = NAMES.iter().find(|(_, known)| *known == name);
        known.map(|(detector, _)| *detector).ok_or_else(|| {
            let near = NAMES
                .iter()
                .map(|(detector, known)| (distance(name, known), *detector))
                .min();
            UnknownDetector {
                nearest: near
                    .filter(|(distance, _)| *distance <= 3)
                    .map(|(_, detector)| detector),
            }
        })
    }
}

/// How many bytes have to be changed, added or left out to make one name of another.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, byte) in one.bytes().enumerate() {
        let mut diagonal = index;
        let mut left = index.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (above, wanted) in row.iter_mut().skip(1).zip(other.bytes()) {
            let change = diagonal.saturating_add(usize::from(byte != wanted));
            diagonal = *above;
            left = change
                .min(above.saturating_add(1))
                .min(left.saturating_add(1));
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_detectors() {
        for detector in Detector::all() {
            assert_eq!(detector.name().parse(), Ok(detector));
        }
        assert_eq!(
            "e-mail".parse::<Detector>(),
            Err(UnknownDetector {
                nearest: Some(Detector::Email)
            })
        );
        assert_eq!(
            "passport_of_mars".parse::<Detector>(),
            Err(UnknownDetector { nearest: None })
        );
    }
}
