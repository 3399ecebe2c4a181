//! TLS of a client: whom it trusts, and what it shows.

pub(crate) mod server;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tollgate_config::{ClientTls, Secret, TlsVersion};

use crate::client::ClientError;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// TLS of a client, made anew of its files as often as it is asked for.
pub(crate) struct ClientSide {
    settings: ClientTls,
    /// The system's authorities, if they are trusted: read once, because it takes its time.
    system: Vec<CertificateDer<'static>>,
}

impl ClientSide {
    pub(crate) fn new(settings: &ClientTls) -> Self {
        let own = settings.ca_file.is_some() || settings.ca_pem.is_some();
        let wanted = !own || settings.include_system_ca_certs_pool;
        let system = if wanted && !settings.insecure_skip_verify {
            rustls_native_certs::load_native_certs().certs
        } else {
            Vec::new()
        };
        Self {
            settings: settings.clone(),
            system,
        }
    }

    /// A client that trusts nobody, for those that are never asked to.
    pub(crate) fn nobody(settings: &ClientTls) -> Result<ClientConfig, ClientError> {
        Ok(versions(settings)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth())
    }

    /// What the files hold now.
    pub(crate) fn config(&self) -> Result<ClientConfig, ClientError> {
        let tls = &self.settings;
        let builder = versions(tls)?;
        let builder = if tls.insecure_skip_verify {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider())))
        } else {
            builder.with_root_certificates(self.roots()?)
        };
        let certificate = Pem::of(tls.cert_file.as_deref(), tls.cert_pem.as_deref());
        let key = tls.key_pem.as_ref().map(Secret::reveal);
        let key = Pem::of(tls.key_file.as_deref(), key);
        let (Some(certificate), Some(key)) = (certificate, key) else {
            return Ok(builder.with_no_client_auth());
        };
        let what = "client's certificate";
        let chain = certificates(certificate, what)?;
        let key_bytes = key.read("client's key")?;
        let private = PrivateKeyDer::from_pem_slice(&key_bytes)
            .map_err(|error| key.error("client's key", &error))?;
        builder
            .with_client_auth_cert(chain, private)
            .map_err(|error| certificate.error(what, &error))
    }

    fn roots(&self) -> Result<RootCertStore, ClientError> {
        let tls = &self.settings;
        let mut roots = RootCertStore::empty();
        if let Some(authorities) = Pem::of(tls.ca_file.as_deref(), tls.ca_pem.as_deref()) {
            let what = "authorities' certificates";
            for certificate in certificates(authorities, what)? {
                roots
                    .add(certificate)
                    .map_err(|error| authorities.error(what, &error))?;
            }
        }
        // The system may hold some that cannot be read; those are not trusted.
        roots.add_parsable_certificates(self.system.iter().cloned());
        Ok(roots)
    }
}

fn versions(
    tls: &ClientTls,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, ClientError> {
    let versions: &[&rustls::SupportedProtocolVersion] = if tls.min_version == TlsVersion::V1_3 {
        &[&rustls::version::TLS13]
    } else {
        rustls::DEFAULT_VERSIONS
    };
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .map_err(|error| ClientError::Tls(error.to_string()))
}

fn certificates(
    pem: Pem<'_>,
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let found = CertificateDer::pem_slice_iter(&pem.read(what)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| pem.error(what, &error))?;
    if found.is_empty() {
        return Err(pem.error(what, &"there is no certificate in it"));
    }
    Ok(found)
}

/// Where certificates or a key are.
#[derive(Clone, Copy)]
enum Pem<'a> {
    File(&'a Path),
    Text(&'a str),
}

impl<'a> Pem<'a> {
    /// The file, or else the text.
    fn of(file: Option<&'a Path>, text: Option<&'a str>) -> Option<Self> {
        file.map(Self::File).or(text.map(Self::Text))
    }

    fn read(self, what: &'static str) -> Result<Cow<'a, [u8]>, ClientError> {
        match self {
            Self::Text(text) => Ok(text.as_bytes().into()),
            Self::File(path) => std::fs::read(path)
                .map(Cow::Owned)
                .map_err(|error| self.error(what, &error)),
        }
    }

    /// What is wrong, and with which file if it is one.
    fn error(self, what: &'static str, why: &dyn std::fmt::Display) -> ClientError {
        ClientError::Pem {
            what,
            reason: match self {
                Self::File(path) => format!("{}: {why}", path.display()),
                Self::Text(_) => why.to_string(),
            },
        }
    }
}

/// `insecure_skip_verify`: any certificate will do, but the handshake must be signed with its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
