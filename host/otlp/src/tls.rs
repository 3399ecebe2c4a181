//! TLS of a client: whom it trusts, and what it shows.

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

pub(crate) fn versions(
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

pub(crate) fn config(tls: &ClientTls) -> Result<ClientConfig, ClientError> {
    let builder = versions(tls)?;
    let builder = if tls.insecure_skip_verify {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider())))
    } else {
        builder.with_root_certificates(roots(tls)?)
    };
    let certificate = Pem::of(tls.cert_file.as_deref(), tls.cert_pem.as_deref());
    let key = tls.key_pem.as_ref().map(Secret::reveal);
    let key = Pem::of(tls.key_file.as_deref(), key);
    let (Some(certificate), Some(key)) = (certificate, key) else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(certificate, "client's certificate")?;
    let key = key.read("client's key")?;
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| ClientError::Pem {
        what: "client's key",
        reason: error.to_string(),
    })?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| ClientError::Tls(error.to_string()))
}

fn roots(tls: &ClientTls) -> Result<RootCertStore, ClientError> {
    let mut roots = RootCertStore::empty();
    let authorities = Pem::of(tls.ca_file.as_deref(), tls.ca_pem.as_deref());
    if let Some(authorities) = authorities {
        for certificate in certificates(authorities, "authorities' certificates")? {
            roots
                .add(certificate)
                .map_err(|error| ClientError::Tls(error.to_string()))?;
        }
    }
    if authorities.is_none() || tls.include_system_ca_certs_pool {
        // The system may hold some that cannot be read; those are not trusted.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    Ok(roots)
}

fn certificates(
    pem: Pem<'_>,
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    CertificateDer::pem_slice_iter(&pem.read(what)?)
        .collect::<Result<_, _>>()
        .map_err(|error| ClientError::Pem {
            what,
            reason: error.to_string(),
        })
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
            Self::File(path) => {
                std::fs::read(path)
                    .map(Cow::Owned)
                    .map_err(|error| ClientError::Pem {
                        what,
                        reason: format!("{}: {error}", path.display()),
                    })
            }
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
