//! One pass over a text for all detectors that are wanted.

use std::ops::Range;

use crate::Detector;
use crate::bytes::{at, is_base64, is_escape_end, run_after, run_before};
use crate::detectors::numbers::{self, Number};
use crate::detectors::{cloud, email, entropy, iban, ipv6, jwt, password, pem, tokens};

/// What was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub detector: Detector,
}

/// Bytes that some detector's findings must contain, and which detectors these are.
const ANCHORS: [(&[u8], &[Detector]); 12] = [
    (b"@", &[Detector::Email]),
    (
        b"0123456789",
        &[
            Detector::CreditCard,
            Detector::UsSsn,
            Detector::Phone,
            Detector::Ipv4,
            Detector::Iban,
        ],
    ),
    (b"+(", &[Detector::Phone]),
    (
        b":",
        &[
            Detector::UrlPassword,
            Detector::Ipv6,
            Detector::CommandLinePassword,
            Detector::SlackToken,
        ],
    ),
    (
        b"-",
        &[
            Detector::PrivateKey,
            Detector::OpenaiKey,
            Detector::AnthropicKey,
            Detector::SlackToken,
            Detector::CommandLinePassword,
            Detector::GcpApiKey,
        ],
    ),
    (b"_", &[Detector::GithubToken, Detector::GcpServiceAccount]),
    (
        b"=",
        &[
            Detector::CommandLinePassword,
            Detector::UrlPassword,
            Detector::AzureKey,
        ],
    ),
    (b"KS", &[Detector::AwsAccessKeyId]),
    (b"J", &[Detector::Jwt]),
    (b"I", &[Detector::GcpApiKey]),
    (b"bB", &[Detector::CommandLinePassword]),
    (b"~", &[Detector::AzureKey]),
];

/// Detectors that look at long runs of symbols as a whole.
const OF_RUNS: [Detector; 3] = [
    Detector::AwsSecretAccessKey,
    Detector::AzureKey,
    Detector::HighEntropy,
];

/// Some detectors, ready to look for what they know.
#[derive(Debug, Clone)]
pub struct Detectors {
    wanted: u32,
    /// Whether a byte is an anchor of a wanted detector.
    anchors: Box<[bool; 256]>,
}

impl Default for Detectors {
    fn default() -> Detectors {
        Detectors::new([])
    }
}

impl Detectors {
    /// Looks for these.
    pub fn new(wanted: impl IntoIterator<Item = Detector>) -> Detectors {
        let wanted = wanted
            .into_iter()
            .fold(0, |bits, detector| bits | detector.bit());
        let mut anchors = Box::new([false; 256]);
        for (bytes, detectors) in ANCHORS {
            if detectors
                .iter()
                .any(|detector| wanted & detector.bit() != 0)
            {
                for byte in bytes {
                    if let Some(is_anchor) = anchors.get_mut(usize::from(*byte)) {
                        *is_anchor = true;
                    }
                }
            }
        }
        Detectors { wanted, anchors }
    }

    /// Whether nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted == 0
    }

    /// Whether this is looked for.
    #[must_use]
    pub fn has(&self, detector: Detector) -> bool {
        self.wanted & detector.bit() != 0
    }

    /// Finds everything in a text. Findings come from left to right and do not overlap; they begin and end between characters.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Finding> {
        let bytes = text.as_bytes();
        let mut search = Search {
            text: bytes,
            detectors: self,
            found: Vec::new(),
        };
        let mut place = 0_usize;
        while let Some(step) = bytes
            .get(place..)
            .and_then(|rest| rest.iter().position(|byte| self.is_anchor(*byte)))
        {
            place = search.anchor(place.saturating_add(step));
        }
        if OF_RUNS.iter().any(|detector| self.has(*detector)) {
            for run in runs(bytes, entropy::SHORTEST) {
                search.run(&run);
            }
        }
        settled(search.found)
    }

    #[inline]
    fn is_anchor(&self, byte: u8) -> bool {
        self.anchors
            .get(usize::from(byte))
            .copied()
            .unwrap_or_default()
    }
}

struct Search<'s> {
    text: &'s [u8],
    detectors: &'s Detectors,
    found: Vec<Finding>,
}

impl Search<'_> {
    /// Asks the detectors of an anchor; returns where to go on.
    fn anchor(&mut self, place: usize) -> usize {
        let text = self.text;
        match at(text, place) {
            b'@' => self.ask(Detector::Email, || email::email(text, place)),
            b'0'..=b'9' => return self.digits(place),
            b'+' => self.ask(Detector::Phone, || {
                numbers::international_phone(text, place)
            }),
            b'(' => self.ask(Detector::Phone, || {
                numbers::phone_in_parentheses(text, place)
            }),
            b':' => {
                self.ask(Detector::UrlPassword, || password::in_url(text, place));
                self.ask(Detector::Ipv6, || ipv6::ipv6(text, place));
                self.ask(Detector::SlackToken, || tokens::slack_webhook(text, place));
                self.assigned(place);
            }
            b'-' => {
                self.ask(Detector::PrivateKey, || pem::private_key(text, place));
                self.ask(Detector::AnthropicKey, || tokens::anthropic(text, place));
                self.ask(Detector::OpenaiKey, || tokens::openai(text, place));
                self.ask(Detector::SlackToken, || tokens::slack(text, place));
                self.ask(Detector::GcpApiKey, || {
                    cloud::gcp_client_secret(text, place)
                });
                self.ask(Detector::CommandLinePassword, || {
                    password::after_option(text, place)
                });
            }
            b'_' => {
                self.ask(Detector::GithubToken, || tokens::github(text, place));
                self.ask(Detector::GcpServiceAccount, || {
                    cloud::gcp_private_key_id(text, place)
                });
            }
            b'=' => {
                self.ask(Detector::AzureKey, || cloud::azure_assigned(text, place));
                self.assigned(place);
            }
            b'K' | b'S' => self.ask(Detector::AwsAccessKeyId, || {
                cloud::aws_access_key_id(text, place)
            }),
            b'J' => self.ask(Detector::Jwt, || jwt::jwt(text, place)),
            b'I' => self.ask(Detector::GcpApiKey, || cloud::gcp_api_key(text, place)),
            b'b' | b'B' => self.ask(Detector::CommandLinePassword, || {
                password::bearer(text, place)
            }),
            b'~' => self.ask(Detector::AzureKey, || {
                cloud::azure_client_secret(text, place)
            }),
            _ => {}
        }
        let next = place.saturating_add(1);
        // Within what was just found nothing has to be looked for.
        self.found.last().map_or(next, |found| {
            if found.range.contains(&place) {
                next.max(found.range.end)
            } else {
                next
            }
        })
    }

    fn ask(&mut self, detector: Detector, look: impl FnOnce() -> Option<Range<usize>>) {
        if self.detectors.has(detector)
            && let Some(range) = look()
        {
            self.found.push(Finding { range, detector });
        }
    }

    fn assigned(&mut self, place: usize) {
        let wanted = |detector| self.detectors.has(detector);
        if !wanted(Detector::CommandLinePassword) && !wanted(Detector::UrlPassword) {
            return;
        }
        if let Some(assigned) = password::assigned(self.text, place) {
            let detector = if assigned.in_query {
                Detector::UrlPassword
            } else {
                Detector::CommandLinePassword
            };
            self.ask(detector, || Some(assigned.value));
        }
    }

    /// A run of digits begins here.
    fn digits(&mut self, start: usize) -> usize {
        let text = self.text;
        let end = run_after(text, start, usize::MAX, |byte| byte.is_ascii_digit());
        self.ask(Detector::Iban, || iban::iban(text, start));
        if let Some(found) = self
            .found
            .last()
            .filter(|found| found.range.contains(&start))
        {
            return found.range.end.max(end);
        }
        if end.saturating_sub(start) > 19 || !numbers::may_begin(text, start) {
            return end;
        }
        // What follows after a gap may be another number: a card's is followed by its month and year.
        let mut rest = Some(Number::read(text, start));
        while let Some(number) = rest {
            if self.number(start, &number) {
                return number.end();
            }
            rest = number.shortened();
        }
        end
    }

    /// Whether a number is something.
    fn number(&mut self, start: usize, number: &Number) -> bool {
        let text = self.text;
        if !numbers::may_end(text, number.end()) {
            return false;
        }
        let whole = |is: bool| is.then(|| start..number.end());
        let before = self.found.len();
        self.ask(Detector::CreditCard, || whole(number.is_card()));
        self.ask(Detector::UsSsn, || whole(number.is_ssn()));
        self.ask(Detector::Phone, || whole(number.is_north_american_phone()));
        self.ask(Detector::Ipv4, || {
            whole(number.is_ipv4() && !numbers::is_version(text, start, number.end()))
        });
        self.found.len() > before
    }

    fn run(&mut self, run: &Range<usize>) {
        let text = self.text;
        self.ask(Detector::AzureKey, || cloud::azure_storage_key(text, run));
        self.ask(Detector::AwsSecretAccessKey, || {
            cloud::aws_secret_access_key(text, run)
        });
        self.ask(Detector::HighEntropy, || entropy::high_entropy(text, run));
    }
}

/// Runs of symbols of base64 of at least this length. Only every `least`th byte has to be looked at where there are none.
pub(crate) fn runs(text: &[u8], least: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0_usize;
    std::iter::from_fn(move || {
        loop {
            let probe = from.saturating_add(least.saturating_sub(1));
            let byte = *text.get(probe)?;
            if !is_base64(byte) {
                from = probe.saturating_add(1);
                continue;
            }
            let start = run_before(text, probe, probe.saturating_sub(from), is_base64);
            let end = run_after(text, probe, usize::MAX, is_base64);
            // The letter of an escape is no symbol.
            let start =
                start.saturating_add(usize::from(is_escape_end(text, start.saturating_add(1))));
            from = end;
            if end.saturating_sub(start) >= least {
                return Some(start..end);
            }
        }
    })
}

/// How much a detector knows of what it finds: the name of what overlaps is that of the one who knows most.
fn certainty(detector: Detector) -> u8 {
    match detector {
        Detector::HighEntropy => 0,
        Detector::Email | Detector::Phone | Detector::Ipv4 | Detector::Ipv6 => 1,
        _ => 2,
    }
}

/// Findings in their order; those that overlap become one, which bears the name of the more certain, and of the longer among equals.
fn settled(mut found: Vec<Finding>) -> Vec<Finding> {
    if found.len() < 2 {
        return found;
    }
    found.sort_by_key(|finding| (finding.range.start, finding.range.end));
    let mut settled: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match settled
            .last_mut()
            .filter(|last| finding.range.start < last.range.end)
        {
            Some(last) => {
                let rank = |finding: &Finding| (certainty(finding.detector), finding.range.len());
                if rank(&finding) > rank(last) {
                    last.detector = finding.detector;
                }
                last.range.end = last.range.end.max(finding.range.end);
            }
            None => settled.push(finding),
        }
    }
    settled
}
