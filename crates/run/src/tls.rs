//! TLS, both sides.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// The one protocol that we offer by ALPN.
const ALPN: &[u8] = b"http/1.1";

/// Whose certificates a client takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those that lead to a root of this system, or of Mozilla's list where
    /// the system has none.
    #[default]
    System,
    /// Those that lead to a certificate in this PEM file.
    File(PathBuf),
    /// All.
    Anyone,
}

/// Why TLS cannot be set up as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTls {
    /// A PEM file cannot be used.
    #[error("{} holds no usable {what}: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
        /// Why it is not.
        why: String,
    },
    /// A name cannot stand in a certificate.
    #[error("'{name}' is no server name that TLS knows")]
    Name {
        /// The name.
        name: String,
    },
    /// The rest was refused.
    #[error("TLS cannot be set up: {why}")]
    Config {
        /// By what.
        why: String,
    },
}

impl BadTls {
    fn config(error: impl fmt::Display) -> Self {
        Self::Config {
            why: error.to_string(),
        }
    }
}

/// How we speak TLS as a client.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    /// In place of the host of the address.
    name: Option<ServerName<'static>>,
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ClientTls");
        shown.field("name", &self.name).finish_non_exhaustive()
    }
}

impl ClientTls {
    /// A client that trusts as said. `name` is asked for by SNI and looked for
    /// in the certificate, in place of the host of the address.
    ///
    /// # Errors
    /// If the file of [`Trust::File`] holds no certificate, or `name` is none.
    pub fn new(trust: &Trust, name: Option<&str>) -> Result<Self, BadTls> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(BadTls::config)?;
        let mut config = match trust {
            Trust::System => builder.with_root_certificates(system_roots()),
            Trust::File(path) => builder.with_root_certificates(roots_of(path)?),
            Trust::Anyone => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(TakeAnyone { provider })),
        }
        .with_no_client_auth();
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self {
            config: Arc::new(config),
            name: name.map(server_name).transpose()?,
        })
    }

    /// The client that trusts as this system does. Its roots are read once.
    ///
    /// # Errors
    /// If TLS cannot be set up at all.
    pub fn system() -> Result<Self, BadTls> {
        static SYSTEM: OnceLock<Result<ClientTls, BadTls>> = OnceLock::new();
        SYSTEM
            .get_or_init(|| Self::new(&Trust::System, None))
            .clone()
    }

    /// Speaks TLS over `tcp`; `host` is the host of the address.
    pub(crate) async fn connect(
        &self,
        tcp: TcpStream,
        host: &str,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => server_name(host).map_err(io::Error::other)?,
        };
        let connector = TlsConnector::from(Arc::clone(&self.config));
        Ok(connector.connect(name, tcp).await?.into())
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, BadTls> {
    ServerName::try_from(name.to_owned()).map_err(|_| BadTls::Name {
        name: name.to_owned(),
    })
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn roots_of(path: &Path) -> Result<RootCertStore, BadTls> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(path)? {
        roots
            .add(certificate)
            .map_err(|error| bad_file(path, "certificate", error))?;
    }
    Ok(roots)
}

fn certificates_of(path: &Path) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    let bad = |why: &dyn fmt::Display| bad_file(path, "certificate", why);
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| bad(&error))?;
    if certificates.is_empty() {
        return Err(bad(&"there is none in PEM form"));
    }
    Ok(certificates)
}

fn bad_file(path: &Path, what: &'static str, why: impl fmt::Display) -> BadTls {
    BadTls::File {
        path: path.to_owned(),
        what,
        why: why.to_string(),
    }
}

/// What was wrong with a TLS handshake, in words.
pub(crate) fn failure(error: &io::Error) -> String {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidMessage(_)) => "it does not speak TLS".to_owned(),
        Some(error) => error.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it ended the connection during the handshake".to_owned()
        }
        None => error.to_string(),
    }
}

/// Takes every certificate, though not every signature.
#[derive(Debug)]
struct TakeAnyone {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for TakeAnyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// How we speak TLS as a server.
#[derive(Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    certificate_pem: Option<String>,
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

impl ServerTls {
    /// A server with the certificates and the key of two PEM files.
    ///
    /// # Errors
    /// If a file holds none, or they do not fit together.
    pub fn from_files(certificates: &Path, key: &Path) -> Result<Self, BadTls> {
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| bad_file(key, "private key", error))?;
        Self::new(certificates_of(certificates)?, private, None)
    }

    /// A server with a certificate that it makes for itself, for these names
    /// and IP addresses.
    ///
    /// # Errors
    /// If a name cannot stand in a certificate.
    pub fn self_made(names: &[&str]) -> Result<Self, BadTls> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(BadTls::config)?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let certificates = vec![made.cert.der().clone()];
        Self::new(certificates, key.into(), Some(made.cert.pem()))
    }

    fn new(
        certificates: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        certificate_pem: Option<String>,
    ) -> Result<Self, BadTls> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(BadTls::config)?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(BadTls::config)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self {
            config: Arc::new(config),
            certificate_pem,
        })
    }

    /// The certificate of a [self-made](Self::self_made) server, for whoever
    /// is to trust it.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// Speaks TLS with whoever connected.
    pub(crate) async fn accept(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        Ok(acceptor.accept(tcp).await?.into())
    }
}
