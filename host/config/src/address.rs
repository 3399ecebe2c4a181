//! Endpoints: where servers listen and where clients connect.

use std::net::IpAddr;

use crate::model::Endpoint;

/// Splits `host:port`; the host may be empty, an IPv6 address stands in brackets.
pub(crate) fn host_port(text: &str) -> Result<(String, u16), String> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, tail) = rest
            .split_once(']')
            .ok_or("the bracket of the IPv6 address is not closed")?;
        let port = tail.strip_prefix(':').ok_or("the port is missing")?;
        (host, port)
    } else {
        let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
        if host.contains(':') {
            return Err("an IPv6 address stands in brackets: `[::1]:4317`".to_owned());
        }
        (host, port)
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return Err("the host holds characters that no host has".to_owned());
    }
    let digits = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    let port = port
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or("the port must be a number from 0 to 65535")?;
    Ok((host.to_owned(), port))
}

/// Whether two servers cannot both listen, `host:port` each.
pub(crate) fn collide(a: &(String, u16), b: &(String, u16)) -> bool {
    let wildcard = |host: &str| matches!(host, "" | "0.0.0.0" | "::");
    let plain = |host: &str| {
        if host.eq_ignore_ascii_case("localhost") {
            "127.0.0.1".to_owned()
        } else {
            host.to_ascii_lowercase()
        }
    };
    a.1 == b.1 && a.1 != 0 && (plain(&a.0) == plain(&b.0) || wildcard(&a.0) || wildcard(&b.0))
}

/// What a gRPC client's endpoint says: `host:port`, with or without `http://`, `https://` or `dns:///` before it.
pub(crate) struct GrpcTarget {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) scheme: Scheme,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    None,
    Http,
    Https,
}

impl GrpcTarget {
    pub(crate) fn endpoint(self, tls: bool) -> Endpoint {
        Endpoint {
            host: self.host,
            port: self.port,
            tls,
        }
    }
}

/// Reads the endpoint of a gRPC client.
pub(crate) fn grpc(text: &str) -> Result<GrpcTarget, String> {
    let (scheme, rest) = if let Some(rest) = text.strip_prefix("http://") {
        (Scheme::Http, rest)
    } else if let Some(rest) = text.strip_prefix("https://") {
        (Scheme::Https, rest)
    } else if let Some(rest) = text
        .strip_prefix("dns:///")
        .or_else(|| text.strip_prefix("dns://"))
    {
        (Scheme::None, rest)
    } else if text.contains("://") || text.starts_with("unix:") {
        return Err("it starts with `http://`, `https://`, `dns:///` or the host".to_owned());
    } else {
        (Scheme::None, text)
    };
    let (host, port) = host_port(rest.strip_suffix('/').unwrap_or(rest))?;
    if host.is_empty() {
        return Err("the host is missing".to_owned());
    }
    Ok(GrpcTarget { host, port, scheme })
}

/// Checks the URL of an HTTP client.
pub(crate) fn url(text: &str) -> Result<(), String> {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .ok_or("a URL starts with `http://` or `https://`")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("a URL holds no user and password here: use `headers`".to_owned());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a URL holds no spaces".to_owned());
    }
    let host = match authority.rsplit_once(':') {
        Some(_) if !authority.ends_with(']') => host_port(authority)?.0,
        _ => authority.to_owned(),
    };
    if host.is_empty() {
        Err("the host is missing".to_owned())
    } else {
        Ok(())
    }
}

/// Whether a host is this machine, and reached by nobody else.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether what is sent to a URL can be read on its way to another machine.
pub(crate) fn is_open(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host_port(authority).map_or_else(|_| authority.to_owned(), |(host, _)| host);
    !is_loopback(&host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        assert_eq!(
            host_port("localhost:4317").unwrap(),
            ("localhost".to_owned(), 4317)
        );
        assert_eq!(host_port(":4317").unwrap(), (String::new(), 4317));
        assert_eq!(host_port("[::1]:0").unwrap(), ("::1".to_owned(), 0));
        for text in [
            "localhost",
            "localhost:",
            "localhost:http",
            "::1:4317",
            "[::1]",
            "[::1:4317",
            "h:65536",
            "h:+1",
            "a b:1",
        ] {
            assert!(host_port(text).is_err(), "{text}");
        }
    }

    #[test]
    fn servers_collide_on_one_port_of_one_host_or_of_all() {
        let at = |text| host_port(text).unwrap();
        assert!(collide(&at("localhost:4317"), &at("127.0.0.1:4317")));
        assert!(collide(&at("0.0.0.0:4317"), &at("127.0.0.1:4317")));
        assert!(!collide(&at("127.0.0.1:4317"), &at("127.0.0.2:4317")));
        assert!(!collide(&at("127.0.0.1:0"), &at("127.0.0.1:0")));
    }

    #[test]
    fn only_what_stays_on_the_machine_is_not_open() {
        for host in ["localhost", "LOCALHOST", "127.0.0.9", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "0.0.0.0", "::", "collector", "localhost.example"] {
            assert!(!is_loopback(host), "{host}");
        }
        for url in [
            "http://collector",
            "http://10.0.0.1:4318/x",
            "http://0.0.0.0:1",
        ] {
            assert!(is_open(url), "{url}");
        }
        for url in [
            "https://collector",
            "http://localhost",
            "http://[::1]:4318/v1",
            "http://127.0.0.1?x",
        ] {
            assert!(!is_open(url), "{url}");
        }
    }

    #[test]
    fn a_client_connects_to_hosts_with_and_without_a_scheme() {
        assert_eq!(
            grpc("https://collector:4317").unwrap().scheme,
            Scheme::Https
        );
        assert_eq!(grpc("dns:///collector:4317").unwrap().host, "collector");
        assert_eq!(grpc("[::1]:4317").unwrap().host, "::1");
        for text in [
            "collector",
            "ftp://collector:1",
            "unix:///tmp/x",
            ":4317",
            "http://",
        ] {
            assert!(grpc(text).is_err(), "{text}");
        }
        for text in [
            "http://collector",
            "https://collector:4318/prefix",
            "http://[::1]:4318",
        ] {
            assert!(url(text).is_ok(), "{text}");
        }
        for text in [
            "collector:4318",
            "http://",
            "http://u:p@host",
            "http://ho st",
            "http://host:port/x",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
