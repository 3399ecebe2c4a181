//! TLS of a server: what it shows, and whose certificates it asks for.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tollgate_config::{Secret, ServerTls, TlsVersion};

use super::{Pem, certificates, provider};
use crate::client::ClientError;
use crate::fresh::Mark;

/// How often the file of the clients' authorities is looked at, at the most.
const LOOK: Duration = Duration::from_secs(1);

/// What HTTP speaks inside TLS.
pub(crate) const HTTP2: &[&[u8]] = &[b"h2"];
pub(crate) const HTTP: &[&[u8]] = &[b"h2", b"http/1.1"];

/// TLS of a server. Its files are read again as its settings say.
pub(crate) struct ServerSide {
    settings: ServerTls,
    protocols: &'static [&'static [u8]],
    kept: Mutex<Kept>,
}

struct Kept {
    config: Arc<ServerConfig>,
    read: Instant,
    looked: Instant,
    authorities: Option<Mark>,
}

impl ServerSide {
    /// Reads the files for the first time.
    pub(crate) fn new(
        settings: &ServerTls,
        protocols: &'static [&'static [u8]],
    ) -> Result<Self, ClientError> {
        let authorities = settings.client_ca_file.as_deref().and_then(Mark::of);
        let config = config(settings, protocols)?;
        let now = Instant::now();
        Ok(Self {
            settings: settings.clone(),
            protocols,
            kept: Mutex::new(Kept {
                config: Arc::new(config),
                read: now,
                looked: now,
                authorities,
            }),
        })
    }

    pub(crate) fn settings(&self) -> &ServerTls {
        &self.settings
    }

    /// TLS for a connection that comes now. While a file cannot be read, or holds what is of no use, what it held before counts.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_due(&mut kept) {
            kept.read = Instant::now();
            match config(&self.settings, self.protocols) {
                Ok(config) => kept.config = Arc::new(config),
                Err(error) => tracing::warn!(
                    target: "tollgate",
                    %error,
                    "TLS of a receiver cannot be read again: what its files held before counts"
                ),
            }
        }
        Arc::clone(&kept.config)
    }

    fn is_due(&self, kept: &mut Kept) -> bool {
        let settings = &self.settings;
        let mut is_due = settings
            .reload_interval
            .is_some_and(|interval| kept.read.elapsed() >= interval);
        let watched = settings.client_ca_file.as_deref();
        if let Some(path) = watched.filter(|_| settings.client_ca_file_reload)
            && kept.looked.elapsed() >= LOOK
        {
            kept.looked = Instant::now();
            let mark = Mark::of(path);
            if mark != kept.authorities {
                kept.authorities = mark;
                is_due = true;
            }
        }
        is_due
    }
}

fn config(tls: &ServerTls, protocols: &[&[u8]]) -> Result<ServerConfig, ClientError> {
    let versions: &[&rustls::SupportedProtocolVersion] = if tls.min_version == TlsVersion::V1_3 {
        &[&rustls::version::TLS13]
    } else {
        rustls::DEFAULT_VERSIONS
    };
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .map_err(|error| ClientError::Tls(error.to_string()))?;
    let builder = match tls.client_ca_file.as_deref() {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(authorities(path)?, provider())
                    .build()
                    .map_err(|error| Pem::File(path).error(AUTHORITIES, &error))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let missing = |key: &str| ClientError::Tls(format!("`tls` needs `{key}_file` or `{key}_pem`"));
    let certificate = Pem::of(tls.cert_file.as_deref(), tls.cert_pem.as_deref());
    let certificate = certificate.ok_or_else(|| missing("cert"))?;
    let key = tls.key_pem.as_ref().map(Secret::reveal);
    let key = Pem::of(tls.key_file.as_deref(), key).ok_or_else(|| missing("key"))?;
    let chain = certificates(certificate, "server's certificate")?;
    let key_bytes = key.read("server's key")?;
    let private = PrivateKeyDer::from_pem_slice(&key_bytes)
        .map_err(|error| key.error("server's key", &error))?;
    let mut config = builder
        .with_single_cert(chain, private)
        .map_err(|error| certificate.error("server's certificate", &error))?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

const AUTHORITIES: &str = "certificates of the clients' authorities";

fn authorities(path: &Path) -> Result<Arc<RootCertStore>, ClientError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(Pem::File(path), AUTHORITIES)? {
        roots
            .add(certificate)
            .map_err(|error| Pem::File(path).error(AUTHORITIES, &error))?;
    }
    Ok(Arc::new(roots))
}
