//! A connection to the server: password, TLS, and what is set for the session.
//!
//! TLS is by rustls with the ring provider, through `tokio-postgres-rustls`: a ledger is most useful where it is on
//! another machine, and a certificate that nobody checks would keep nobody out. It asks for no OpenSSL to build with.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use postgres::config::{Host, SslMode, TargetSessionAttrs};
use postgres::{Client, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::LedgerError;
use super::password::{Wanted, password};
use super::place::PostgresPlace;
use super::reason;

/// How long a server may take to answer at first.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long what was sent may stay unacknowledged before the connection is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading only.
    Read,
    /// Writing, and holding a lock.
    Write,
}

/// Connects.
///
/// # Errors
/// When there is no server, it refuses, or it cannot prove who it is.
pub(super) fn connect(place: &PostgresPlace, purpose: Purpose) -> Result<Client, LedgerError> {
    let unreachable = |reason: String| LedgerError::Unreachable {
        place: place.shown().to_owned(),
        reason,
    };
    let mut config = place.config.clone();
    config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_user().is_none()
        && let Some(user) = ["PGUSER", "USER", "LOGNAME"].iter().find_map(|name| set(name))
    {
        config.user(&user);
    }
    match purpose {
        Purpose::Read => {}
        Purpose::Write => {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
    }
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        // As psql has it: a socket is this machine.
        Some(Host::Unix(_)) | None => "localhost".to_owned(),
    };
    let found = password(Wanted {
        host: &host,
        port: config.get_ports().first().copied().unwrap_or(5432),
        database: config.get_dbname().unwrap_or_default(),
        user: config.get_user().unwrap_or_default(),
    });
    let found = found.map_err(unreachable)?;
    let has_password = found.is_some();
    if let Some(password) = found {
        config.password(password);
    }
    let connected = if place.is_encrypted {
        let tls = MakeRustlsConnect::new(tls().map_err(unreachable)?);
        config.ssl_mode(SslMode::Require).connect(tls)
    } else {
        config.ssl_mode(SslMode::Disable).connect(NoTls)
    };
    let mut client = connected.map_err(|error| {
        let mut reason = reason(&error);
        if !has_password && reason.contains("password") {
            reason.push_str("\nhint: set PGPASSWORD, or PGPASSFILE to a file like ~/.pgpass");
        }
        unreachable(reason)
    })?;
    let settings = client.execute(SETTINGS, &[]);
    settings.map_err(|error| unreachable(super::reason(&error)))?;
    Ok(client)
}

/// What holds for the session, as far as the server knows the setting. A line that is kept is on the disk. A session
/// that holds a lock is not ended for being idle, but soon after its machine is gone. Nothing waits forever.
const SETTINGS: &str = "
    SELECT pg_catalog.set_config(name, value, false)
    FROM (VALUES
        ('synchronous_commit', 'on'),
        ('idle_session_timeout', '0'),
        ('tcp_keepalives_idle', '30'),
        ('tcp_keepalives_interval', '10'),
        ('tcp_keepalives_count', '3'),
        ('lock_timeout', '60s')
    ) AS wanted (name, value)
    WHERE name IN (SELECT name FROM pg_catalog.pg_settings)";

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whom to trust: the authorities in the file that PGSSLROOTCERT names, else those that the machine trusts.
fn tls() -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match set("PGSSLROOTCERT").filter(|path| path != "system") {
        Some(path) => {
            let failed = |reason: String| format!("cannot read the authorities in {path}: {reason}");
            let certificates =
                CertificateDer::pem_file_iter(&path).map_err(|error| failed(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| failed(error.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|error| failed(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(failed("there are none".to_owned()));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(
                    "this machine trusts no authority\nhint: PGSSLROOTCERT names a file of them".to_owned(),
                );
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
