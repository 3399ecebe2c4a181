//! What holds for all that begins alike: the longest beginning wins.

use std::net::{IpAddr, SocketAddr};

/// A beginning, of a text or of an address.
pub(crate) trait Prefix: Ord {
    /// What may begin with it.
    type Key: ?Sized;

    /// Whether a key begins with it.
    fn covers(&self, key: &Self::Key) -> bool;

    /// Whether all that begins with `other` begins with it.
    fn contains(&self, other: &Self) -> bool;

    /// Whether it stands before all that comes after a key.
    fn is_up_to(&self, key: &Self::Key) -> bool;
}

/// Beginnings in order, each with the longest other one that it begins with.
#[derive(Debug, Clone)]
pub(crate) struct Prefixes<P> {
    entries: Vec<Entry<P>>,
}

#[derive(Debug, Clone)]
struct Entry<P> {
    prefix: P,
    row: usize,
    above: Option<usize>,
}

impl<P: Prefix> Prefixes<P> {
    /// Of beginnings with their rows; an error is a row whose beginning another one has.
    pub(crate) fn new(mut rows: Vec<(P, usize)>) -> Result<Self, (usize, usize)> {
        rows.sort();
        let mut entries: Vec<Entry<P>> = Vec::with_capacity(rows.len());
        for (prefix, row) in rows {
            let mut above = entries.len().checked_sub(1);
            // The entry before is above it, or one of those above that one is.
            while let Some(candidate) = above.and_then(|place| entries.get(place)) {
                if candidate.prefix == prefix {
                    return Err((candidate.row, row));
                }
                if candidate.prefix.contains(&prefix) {
                    break;
                }
                above = candidate.above;
            }
            entries.push(Entry { prefix, row, above });
        }
        Ok(Self { entries })
    }

    /// The row of the longest beginning of a key.
    pub(crate) fn find(&self, key: &P::Key) -> Option<usize> {
        let after = self
            .entries
            .partition_point(|entry| entry.prefix.is_up_to(key));
        let mut place = after.checked_sub(1);
        while let Some(entry) = self.entries.get(place?) {
            if entry.prefix.covers(key) {
                return Some(entry.row);
            }
            place = entry.above;
        }
        None
    }
}

impl Prefix for Box<[u8]> {
    type Key = [u8];

    fn covers(&self, key: &[u8]) -> bool {
        key.starts_with(self)
    }

    fn contains(&self, other: &Self) -> bool {
        other.starts_with(self)
    }

    fn is_up_to(&self, key: &[u8]) -> bool {
        **self <= *key
    }
}

/// A network: its first address, and how many bits all its addresses have in common. Addresses of IPv4 count as mapped into IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    first: u128,
    bits: u8,
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address.parse().ok()?, Some(bits.parse::<u8>().ok()?)),
            None => (text.trim().parse().ok()?, None),
        };
        let (widest, unused) = match address {
            IpAddr::V4(_) => (32, 96),
            IpAddr::V6(_) => (128, 0),
        };
        let bits = bits.unwrap_or(widest);
        (bits <= widest).then(|| {
            let bits = bits + unused;
            Self {
                first: number(address) & mask(bits),
                bits,
            }
        })
    }
}

impl Prefix for Network {
    type Key = u128;

    fn covers(&self, address: &u128) -> bool {
        address & mask(self.bits) == self.first
    }

    fn contains(&self, other: &Self) -> bool {
        self.bits <= other.bits && self.covers(&other.first)
    }

    fn is_up_to(&self, address: &u128) -> bool {
        self.first <= *address
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(bits.min(128)))
        .unwrap_or(0)
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// An address, with a port or without.
pub(crate) fn address(text: &str) -> Option<u128> {
    let text = text.trim();
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(number)
}

#[cfg(test)]
mod tests {
    use super::{Network, Prefixes, address};

    fn networks(texts: &[&str]) -> Prefixes<Network> {
        let rows = texts
            .iter()
            .zip(0..)
            .filter_map(|(text, row)| Some((Network::parse(text)?, row)));
        Prefixes::new(rows.collect()).unwrap_or(Prefixes {
            entries: Vec::new(),
        })
    }

    #[test]
    fn the_smallest_network_wins() {
        let table = networks(&[
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3",
            "10.3.0.0/16",
            "2001:db8::/32",
            "::/0",
        ]);
        let cases = [
            ("10.1.2.3", Some(3)),
            ("10.1.2.4", Some(2)),
            ("10.2.0.1:4317", Some(1)),
            ("10.4.0.1", Some(1)),
            ("192.0.2.1", Some(0)),
            ("2001:db8::1", Some(5)),
            ("[2001:db8::1]:80", Some(5)),
            ("2001:db9::1", Some(6)),
            ("localhost", None),
        ];
        for (text, row) in cases {
            assert_eq!(
                address(text).and_then(|address| table.find(&address)),
                row,
                "{text}"
            );
        }
    }

    #[test]
    fn the_longest_beginning_wins() {
        let rows = ["", "a", "ab", "abcd", "b"]
            .iter()
            .zip(0..)
            .map(|(text, row)| (Box::from(text.as_bytes()), row));
        let table = Prefixes::<Box<[u8]>>::new(rows.collect()).unwrap_or(Prefixes {
            entries: Vec::new(),
        });
        for (text, row) in [
            ("abc", 2),
            ("abcde", 3),
            ("ac", 1),
            ("bz", 4),
            ("c", 0),
            ("", 0),
            ("abzz", 2),
        ] {
            assert_eq!(table.find(text.as_bytes()), Some(row), "{text}");
        }
    }

    #[test]
    fn a_beginning_stands_once() {
        let rows = vec![
            (Network::parse("10.0.0.0/8"), 0),
            (Network::parse("10.9.9.9/8"), 1),
        ];
        let rows = rows
            .into_iter()
            .filter_map(|(network, row)| Some((network?, row)))
            .collect();
        assert!(matches!(Prefixes::<Network>::new(rows), Err((0, 1))));
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "x/8",
            "::/129",
            "10.0.0.0/-1",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
