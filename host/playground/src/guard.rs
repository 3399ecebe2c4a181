//! Who may ask.
//!
//! The page is on this machine, and so is every other page that the browser shows. A foreign page can send requests to any address, but
//! it cannot choose what the browser says of it: the name that it believes to speak to (`Host`, which DNS rebinding makes a foreign one),
//! the page that asks (`Origin`, `Sec-Fetch-Site`), and the token, which it cannot read.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// The header that the page's own requests bear.
pub(crate) const TOKEN: &str = "x-tollgate-token";

/// Names of this machine that nobody else can own.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// What every answer says to the browser: nothing foreign, nothing inline, nothing kept, in nobody's frame.
const HEADERS: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=()",
    ),
    ("cache-control", "no-store"),
];

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It came under a name that may be somebody else's.
    #[error(
        "this page is served as localhost and 127.0.0.1 only: open the address that `tollgate playground` printed"
    )]
    Name,
    /// Another page asks.
    #[error("another page asks: only the playground's own page is answered")]
    Page,
    /// It bears no token, or that of another run.
    #[error("the token is not this run's: load the page again")]
    Token,
}

impl Refused {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Name => StatusCode::MISDIRECTED_REQUEST,
            Self::Page | Self::Token => StatusCode::FORBIDDEN,
        }
    }
}

/// The secret of one run.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let mut text = String::new();
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request bears it.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let borne = headers.get(TOKEN).map_or(&[][..], HeaderValue::as_bytes);
        if bool::from(borne.ct_eq(self.0.as_bytes())) {
            Ok(())
        } else {
            Err(Refused::Token)
        }
    }
}

/// Whether a request came under a name of this machine, and from no other page. The port may be another one: that of a tunnel.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let host = host.filter(|host| is_ours(host)).ok_or(Refused::Name)?;
    let says_twice = hosts.next().is_some();
    let says_another = uri.authority().is_some_and(|named| named.as_str() != host);
    if says_twice || says_another {
        return Err(Refused::Name);
    }
    let own = format!("http://{host}");
    let mut origins = headers.get_all(ORIGIN).iter();
    if !origins.all(|origin| origin.as_bytes() == own.as_bytes()) {
        return Err(Refused::Page);
    }
    let mut sites = headers.get_all("sec-fetch-site").iter();
    if !sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none")) {
        return Err(Refused::Page);
    }
    Ok(())
}

fn is_ours(host: &str) -> bool {
    NAMES.iter().any(|name| {
        let rest = host.strip_prefix(name);
        rest.is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix(':')
                    .is_some_and(|port| port.parse::<u16>().is_ok())
        })
    })
}

/// Puts what every answer says on one.
pub(crate) fn dress(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn asked(headers: &[(&str, &str)]) -> Result<(), Refused> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::try_from(*value).unwrap(),
            );
        }
        check(&Uri::from_static("/"), &map)
    }

    #[test]
    fn names_of_this_machine_are_answered() {
        for host in [
            "127.0.0.1:4000",
            "localhost:4000",
            "[::1]:4000",
            "localhost",
        ] {
            assert_eq!(asked(&[("host", host)]), Ok(()), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let foreign = [
            "evil.example",
            "evil.example:4000",
            "localhost.evil.example:4000",
            "127.0.0.1.evil.example",
            "localhost:4000@evil.example",
            "localhost:",
            "LOCALHOST.",
            "",
            "0.0.0.0:4000",
            "127.0.0.2:4000",
        ];
        for host in foreign {
            assert_eq!(asked(&[("host", host)]), Err(Refused::Name), "{host}");
        }
        assert_eq!(asked(&[]), Err(Refused::Name));
        let twice = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(asked(&twice), Err(Refused::Name));
    }

    #[test]
    fn the_target_of_a_proxied_request_is_a_name_too() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("localhost:4000"));
        let uri = Uri::from_static("http://evil.example/");
        assert_eq!(check(&uri, &headers), Err(Refused::Name));
    }

    #[test]
    fn other_pages_are_not_answered() {
        let host = ("host", "localhost:4000");
        assert_eq!(asked(&[host, ("origin", "http://localhost:4000")]), Ok(()));
        let foreign = [
            ("origin", "http://localhost:4001"),
            ("origin", "http://127.0.0.1:4000"),
            ("origin", "https://localhost:4000"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ];
        for header in foreign {
            assert_eq!(asked(&[host, header]), Err(Refused::Page), "{header:?}");
        }
    }

    #[test]
    fn a_token_is_good_for_one_run() {
        let token = Token::random().unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(token.check(&headers), Err(Refused::Token));
        headers.insert(TOKEN, HeaderValue::from_str(token.as_str()).unwrap());
        assert_eq!(token.check(&headers), Ok(()));
        assert_eq!(
            Token::random().unwrap().check(&headers),
            Err(Refused::Token)
        );
    }
}
