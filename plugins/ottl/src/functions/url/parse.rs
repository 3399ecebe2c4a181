//! An address, taken apart (`net/url.Parse`).

use std::net::Ipv6Addr;

use super::escape::{Part, escape, respell, unescape};

/// An address. What it escapes may be any bytes.
#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: String,
    /// All behind the scheme where there is no path: `jane@example.com` of `mailto:`.
    opaque: String,
    pub(super) user: Option<User>,
    host: Vec<u8>,
    /// The path with nothing escaped, and as it was written.
    pub(super) path: Vec<u8>,
    written_path: String,
    pub(super) query: String,
    /// A question mark without a query.
    asks: bool,
    pub(super) fragment: Vec<u8>,
    written_fragment: String,
    /// A scheme and a path without a host: `file:/etc`.
    omits_host: bool,
}

/// Who asks.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: Vec<u8>,
    pub(super) password: Option<Vec<u8>>,
}

impl User {
    pub(super) fn spelled(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::User));
        }
        out
    }
}

impl Url {
    /// Takes an address apart.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self::without_fragment(address)?;
        url.fragment = unescape(fragment.as_bytes(), Part::Fragment)?;
        fragment.clone_into(&mut url.written_fragment);
        Some(url)
    }

    fn without_fragment(text: &str) -> Option<Self> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let mut url = Self::default();
        if text == "*" {
            url.set_path("*")?;
            return Some(url);
        }
        let (scheme, mut rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        match rest.split_once('?') {
            None => {}
            Some((before, "")) => {
                url.asks = true;
                rest = before;
            }
            Some((before, query)) => {
                query.clone_into(&mut url.query);
                rest = before;
            }
        }
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Some(url);
            }
            // It would be taken for a scheme.
            if rest
                .split('/')
                .next()
                .is_some_and(|segment| segment.contains(':'))
            {
                return None;
            }
        }
        let authority = rest
            .strip_prefix("//")
            .filter(|_| !url.scheme.is_empty() || !rest.starts_with("///"));
        if let Some(authority) = authority {
            let slash = authority.find('/').unwrap_or(authority.len());
            let (authority, path) = authority.split_at_checked(slash)?;
            rest = path;
            url.set_authority(authority)?;
        } else {
            url.omits_host = !url.scheme.is_empty() && rest.starts_with('/');
        }
        url.set_path(rest)?;
        Some(url)
    }

    fn set_path(&mut self, path: &str) -> Option<()> {
        self.path = unescape(path.as_bytes(), Part::Path)?;
        path.clone_into(&mut self.written_path);
        Some(())
    }

    fn set_authority(&mut self, authority: &str) -> Option<()> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = read_host(host, &self.scheme)?;
        let Some(user) = user else {
            return Some(());
        };
        let valid =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
        if !user.bytes().all(valid) {
            return None;
        }
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(unescape(password.as_bytes(), Part::User)?)),
            None => (user, None),
        };
        self.user = Some(User {
            name: unescape(name.as_bytes(), Part::User)?,
            password,
        });
        Some(())
    }

    /// Host and port, the host without the brackets of IPv6.
    pub(super) fn host_and_port(&self) -> (&[u8], &[u8]) {
        let host = self.host.as_slice();
        let colon = host.iter().rposition(|byte| *byte == b':');
        let split = colon.and_then(|colon| host.split_at_checked(colon));
        let (host, port) = match split {
            Some((before, port)) if is_port(port) => (before, port.get(1..).unwrap_or_default()),
            _ => (host, [].as_slice()),
        };
        let inner = host
            .strip_prefix(b"[")
            .and_then(|host| host.strip_suffix(b"]"));
        (inner.unwrap_or(host), port)
    }

    /// The address as it is written properly.
    pub(super) fn spelled(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(self.scheme.as_bytes());
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.spell_place(&mut out);
        } else {
            out.extend_from_slice(self.opaque.as_bytes());
        }
        if self.asks || !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(self.query.as_bytes());
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(respell(
                self.written_fragment.as_bytes(),
                &self.fragment,
                Part::Fragment,
            ));
        }
        out
    }

    fn spell_place(&self, out: &mut Vec<u8>) {
        let nowhere = self.host.is_empty() && self.user.is_none();
        let named = !self.scheme.is_empty() || !nowhere;
        if named && !(self.omits_host && nowhere) {
            if !nowhere || !self.path.is_empty() {
                out.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                out.extend(user.spelled());
                out.push(b'@');
            }
            out.extend(escape(&self.host, Part::Host));
        }
        let path = respell(self.written_path.as_bytes(), &self.path, Part::Path);
        if !self.host.is_empty() && path.first().is_some_and(|byte| *byte != b'/') {
            out.push(b'/');
        }
        let segment = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        if out.is_empty() && segment.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

/// The scheme and what is behind it; none where a colon begins the text.
fn scheme(text: &str) -> Option<(&str, &str)> {
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if place > 0 => {}
            b':' if place == 0 => return None,
            b':' => return text.split_once(':'),
            _ => break,
        }
    }
    Some(("", text))
}

/// A host with its port, with nothing escaped.
fn read_host(host: &str, scheme: &str) -> Option<Vec<u8>> {
    match host.rfind('[') {
        None => {}
        Some(0) => return read_bracketed(host),
        Some(_) => return None,
    }
    if let Some(first) = host.find(':') {
        // Some databases list several hosts with their ports.
        let several = !matches!(scheme, "http" | "https");
        let colon = if several {
            host.rfind(':').unwrap_or(first)
        } else {
            first
        };
        if !is_port(host.as_bytes().get(colon..)?) {
            return None;
        }
    }
    unescape(host.as_bytes(), Part::Host)
}

/// An address of IPv6 in brackets, with its zone.
fn read_bracketed(host: &str) -> Option<Vec<u8>> {
    let (inner, port) = host.rsplit_once(']')?;
    let inner = inner.strip_prefix('[')?;
    if !is_port(port.as_bytes()) {
        return None;
    }
    let name = match inner.find("%25") {
        Some(zone) => {
            let (address, zone) = inner.split_at_checked(zone)?;
            let mut name = unescape(address.as_bytes(), Part::Host)?;
            name.extend(unescape(zone.as_bytes(), Part::Zone)?);
            name
        }
        None => unescape(inner.as_bytes(), Part::Host)?,
    };
    let text = str::from_utf8(&name).ok()?;
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    address.parse::<Ipv6Addr>().ok()?;
    if zone.is_empty() {
        return None;
    }
    Some([b"[".as_slice(), &name, b"]", port.as_bytes()].concat())
}

/// Nothing, or a colon and digits, which may be none.
fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}
