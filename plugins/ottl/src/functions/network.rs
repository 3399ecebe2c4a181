//! Addresses: whether one lies in a network, and the community id of a flow.

use std::net::IpAddr;

use sha1::{Digest as _, Sha1};

use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value, go};

pub(super) const LIST: &[&Function] = &[&COMMUNITY_ID, &IS_IN_CIDR];

/// An address as its bytes: four where it is one of version 4, also if it is written as one of version 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Address {
    fn read(text: &str) -> Option<Self> {
        Some(Self::of(text.parse().ok()?))
    }

    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => Self::V6(address.octets()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

/// A network: an address, and how many of its bits count.
#[derive(Debug, Clone, Copy)]
struct Network {
    address: Address,
    bits: u32,
}

impl Network {
    /// `net.ParseCIDR`.
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        if bits.is_empty() || !bits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let address: IpAddr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok()?;
        match address {
            IpAddr::V4(_) if bits > 32 => None,
            IpAddr::V6(_) if bits > 128 => None,
            IpAddr::V4(_) => Some(Self {
                address: Address::of(address),
                bits,
            }),
            // With fewer bits the network holds more than the addresses of version 4, and none of these.
            IpAddr::V6(whole) if whole.to_ipv4_mapped().is_some() && bits < 96 => Some(Self {
                address: Address::V6(whole.octets()),
                bits,
            }),
            IpAddr::V6(whole) if whole.to_ipv4_mapped().is_some() => Some(Self {
                address: Address::of(address),
                bits: bits - 96,
            }),
            IpAddr::V6(whole) => Some(Self {
                address: Address::V6(whole.octets()),
                bits,
            }),
        }
    }

    fn holds(&self, address: &Address) -> bool {
        let (network, address) = (self.address.bytes(), address.bytes());
        if network.len() != address.len() {
            return false;
        }
        let mut left = self.bits;
        for (a, b) in network.iter().zip(address) {
            let bits = left.min(8);
            let mask = !0xff_u8.checked_shr(bits).unwrap_or(0);
            if (a ^ b) & mask != 0 {
                return false;
            }
            left -= bits;
        }
        true
    }
}

const NO_NETWORK: Error = Error::failed("a network is no CIDR, such as 10.0.0.0/8");

static IS_IN_CIDR: Function = Function::new(
    "IsInCIDR",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Networks", Kind::Items(&Kind::Text)),
    ],
    is_in_cidr,
)
.prepared(prepare);

/// The networks, if all of them are literals. One that is no network is refused.
fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let mut networks = Vec::new();
    for place in 0..arguments.item_count(1).unwrap_or_default() {
        let Some(Value::Text(text)) = arguments.item(1, place) else {
            return Ok(None);
        };
        let network = Network::read(text);
        networks.push(network.ok_or_else(|| {
            format!(
                "\"{}\" is no CIDR; write one such as 10.0.0.0/8",
                text.as_str()
            )
        })?);
    }
    Ok(Some(Box::new(networks)))
}

fn is_in_cidr<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let text = call.text(0)?;
    let Some(address) = Address::read(&text) else {
        return Ok(Value::Bool(false));
    };
    if let Some(networks) = call.state::<Vec<Network>>() {
        return Ok(Value::Bool(
            networks.iter().any(|network| network.holds(&address)),
        ));
    }
    for place in 0..call.item_count(1).unwrap_or_default() {
        let text = crate::convert::text(call.item(1, place)?)?;
        if Network::read(&text).ok_or(NO_NETWORK)?.holds(&address) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

static COMMUNITY_ID: Function = Function::new(
    "CommunityID",
    &[
        Parameter::new("SourceIP", Kind::Text),
        Parameter::new("SourcePort", Kind::Int),
        Parameter::new("DestinationIP", Kind::Text),
        Parameter::new("DestinationPort", Kind::Int),
        Parameter::optional("Protocol", Kind::Text),
        Parameter::optional("Seed", Kind::Int),
    ],
    community_id,
);

/// The numbers of the protocols.
fn protocol(name: &str) -> Option<u8> {
    Some(match name {
        "ICMP" => 1,
        "TCP" => 6,
        "UDP" => 17,
        "RSVP" => 46,
        "ICMP6" => 58,
        "SCTP" => 132,
        _ => return None,
    })
}

fn community_id<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let mut source = endpoint(call, 0)?;
    let mut destination = endpoint(call, 2)?;
    let protocol = if call.given(4) {
        protocol(&call.text(4)?).ok_or(Error::failed(
            "the protocol is not one of ICMP, TCP, UDP, RSVP, ICMP6, SCTP",
        ))?
    } else {
        6
    };
    let seed = if call.given(5) {
        number(call, 5)?
    } else {
        [0; 2]
    };
    // Both directions of a flow are one.
    let order = |(address, port): &(Address, [u8; 2])| {
        (address.bytes().len(), address.bytes().to_vec(), *port)
    };
    if order(&source) > order(&destination) {
        std::mem::swap(&mut source, &mut destination);
    }
    let mut hash = Sha1::new();
    hash.update(seed);
    hash.update(source.0.bytes());
    hash.update(destination.0.bytes());
    hash.update([protocol, 0]);
    hash.update(source.1);
    hash.update(destination.1);
    Ok(format!("1:{}", go::Base64::PADDED.encode(&hash.finalize())).into())
}

fn endpoint(call: &mut Call<'_, '_>, index: usize) -> Result<(Address, [u8; 2]), Error> {
    let address = call.text(index)?;
    let port = number(call, index + 1)?;
    let address = Address::read(&address).ok_or(Error::failed("the address is no IP address"))?;
    Ok((address, port))
}

/// A number of 16 bits, in the order of the network.
fn number(call: &mut Call<'_, '_>, index: usize) -> Result<[u8; 2], Error> {
    let number = u16::try_from(call.int(index)?);
    number
        .map(u16::to_be_bytes)
        .map_err(|_| Error::failed("a port or a seed is not within 0 to 65535"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        Network::read(network)
            .unwrap()
            .holds(&Address::read(address).unwrap())
    }

    #[test]
    fn networks_hold_their_addresses() {
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(holds("10.1.2.3/8", "::ffff:10.9.9.9"));
        assert!(holds("::ffff:10.0.0.0/104", "10.9.9.9"));
        assert!(holds("0.0.0.0/0", "1.2.3.4"));
        assert!(holds("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(!holds("2001:db8::/33", "2001:db8:8000::1"));
        assert!(!holds("::/0", "1.2.3.4"));
        assert!(!holds("::ffff:10.0.0.0/80", "10.9.9.9"));
        assert!(!holds("10.0.0.0/31", "10.0.0.2"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "::/129",
            "fe80::%1/10",
            "10.00.0.0/8",
        ] {
            assert!(Network::read(text).is_none(), "{text}");
        }
    }
}
