//! Serving the reference server until somebody ends it.

use std::path::Path;

use tokio::runtime::Runtime;
use wscheck_run::{Address, CancellationToken, Listener, ServerTls, serve_echo, serve_faulty};
use wscheck_wire::EndpointConfig;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::fault::Fault;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::listening;
use crate::terminal::Terminal;

/// The reference server that is to be.
#[derive(Debug)]
pub struct EchoServer {
    /// Where it listens; port 0 takes a free one.
    pub address: Address,
    /// Its TLS, where the address wants it.
    pub tls: Option<ServerTls>,
    /// What it calls itself.
    pub name: &'static str,
    /// How it compresses, with clients that offer it.
    pub deflate: Option<DeflateConfig>,
    /// What is wrong with it, if anything.
    pub fault: Option<Fault>,
}

impl EchoServer {
    /// A server at `address`. If that wants TLS it is by these files, the
    /// certificate and its key, or self-made where there are none.
    ///
    /// # Errors
    /// If the files are not what they should be.
    pub fn new(
        address: Address,
        name: &'static str,
        files: Option<(&Path, &Path)>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            tls: listening::tls(&address, files)?,
            address,
            name,
            deflate: Some(DeflateConfig::default()),
            fault: None,
        })
    }

    /// Serves until Ctrl-C or SIGTERM, and prints the URL on stdout as soon as
    /// clients can come.
    ///
    /// # Errors
    /// If nobody can listen there.
    pub fn serve(self, terminal: &Terminal) -> Result<Exit, Failure> {
        Runtime::new().map_err(Failure::Starting)?.block_on(async {
            let shutdown = CancellationToken::new();
            interrupt::cancels(&shutdown).map_err(Failure::Starting)?;
            let (address, serving) = self.start(shutdown).await?;
            terminal.out(&format!("{address}\n"));
            serving.await;
            Ok(Exit::AsExpected)
        })
    }

    /// Begins to listen: where, and the future that serves until `shutdown` is
    /// cancelled.
    ///
    /// # Errors
    /// If nobody can listen there.
    pub async fn start(
        self,
        shutdown: CancellationToken,
    ) -> Result<(Address, impl Future<Output = ()>), Failure> {
        let listener = Listener::bind(&self.address).await?;
        let config = EndpointConfig {
            server_header: Some(self.name.to_owned()),
            deflate: self.deflate,
            ..EndpointConfig::default()
        };
        let address = listener.address().clone();
        let serving = async move {
            match self.fault {
                None => serve_echo(listener, self.tls, config, shutdown).await,
                Some(fault) => serve_faulty(listener, self.tls, config, fault, shutdown).await,
            }
        };
        Ok((address, serving))
    }
}
