//! TLS of clients and servers.

use super::section::Section;
use super::walk::Checker;
use crate::model::{ClientTls, Secret, ServerTls, TlsVersion};
use crate::yaml::{Entry, Span};

/// Checks `tls` of an exporter, which `entry` is.
pub(super) fn client(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> ClientTls {
    let tls = ClientTls {
        insecure_skip_verify: section.flag("insecure_skip_verify"),
        ca_file: section.path("ca_file"),
        ca_pem: section.text("ca_pem"),
        include_system_ca_certs_pool: section.flag("include_system_ca_certs_pool"),
        cert_file: section.path("cert_file"),
        cert_pem: section.text("cert_pem"),
        key_file: section.path("key_file"),
        key_pem: section.text("key_pem").map(Secret::new),
        server_name_override: section.text("server_name_override"),
        min_version: version(section),
        reload_interval: section.limit("reload_interval"),
    };
    let at = entry.node.entry("tls").map_or(entry.span, |tls| tls.span);
    let one_of_two = [
        ("ca", tls.ca_file.is_some(), tls.ca_pem.is_some()),
        ("cert", tls.cert_file.is_some(), tls.cert_pem.is_some()),
        ("key", tls.key_file.is_some(), tls.key_pem.is_some()),
    ];
    let pair = pair(checker, path, at, one_of_two);
    if let Some(missing) = pair.missing() {
        checker.error(
            at,
            format!("{path}::tls: the {missing} is missing"),
            "a certificate and its key stand together",
        );
    }
    tls
}

/// Checks `tls` of a server; none where it is not written.
pub(super) fn server(
    checker: &mut Checker<'_>,
    path: &str,
    at: Span,
    section: Section<'_>,
) -> Option<ServerTls> {
    section.node("tls")?;
    let at = section.key("tls").unwrap_or(at);
    let section = section.section("tls");
    let tls = ServerTls {
        cert_file: section.path("cert_file"),
        cert_pem: section.text("cert_pem"),
        key_file: section.path("key_file"),
        key_pem: section.text("key_pem").map(Secret::new),
        client_ca_file: section.path("client_ca_file"),
        client_ca_file_reload: section.flag("client_ca_file_reload"),
        min_version: version(section),
        reload_interval: section.limit("reload_interval"),
    };
    let one_of_two = [
        ("cert", tls.cert_file.is_some(), tls.cert_pem.is_some()),
        ("key", tls.key_file.is_some(), tls.key_pem.is_some()),
    ];
    let pair = pair(checker, path, at, one_of_two);
    if let Some(node) = section.node("ca_file").or(section.node("ca_pem"))
        && tls.client_ca_file.is_none()
    {
        checker.warning(
            node.span,
            format!("{path}::tls: authorities of servers; clients need no certificate by it, as in a Collector"),
            "write `client_ca_file` if each client has to show one",
        );
    }
    let missing = pair
        .missing()
        .or((!pair.certificate).then_some("certificate"));
    if let Some(missing) = missing {
        checker.error(
            at,
            format!("{path}::tls: the {missing} is missing"),
            "a server has a certificate and its key: `cert_file` and `key_file`",
        );
    }
    Some(tls)
}

fn version(section: Section<'_>) -> TlsVersion {
    if section.choice("min_version") == "1.3" {
        TlsVersion::V1_3
    } else {
        TlsVersion::V1_2
    }
}

/// Which of a certificate and its key are there.
struct Pair {
    certificate: bool,
    key: bool,
}

impl Pair {
    /// The one of the two that is missing beside the other.
    fn missing(&self) -> Option<&'static str> {
        match (self.certificate, self.key) {
            (true, false) => Some("key"),
            (false, true) => Some("certificate"),
            _ => None,
        }
    }
}

/// Reports what is written both as a file and inline.
fn pair<const N: usize>(
    checker: &mut Checker<'_>,
    path: &str,
    at: Span,
    forms: [(&str, bool, bool); N],
) -> Pair {
    let mut pair = Pair {
        certificate: false,
        key: false,
    };
    for (name, file, inline) in forms {
        if file && inline {
            checker.error(
                at,
                format!("{path}::tls: `{name}_file` and `{name}_pem` are both there"),
                "keep one of the two",
            );
        }
        match name {
            "cert" => pair.certificate = file || inline,
            "key" => pair.key = file || inline,
            _ => {}
        }
    }
    pair
}
