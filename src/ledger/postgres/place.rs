//! Where a ledger in PostgreSQL is, and what its URL may say.

use std::net::IpAddr;

use postgres::Config;
use postgres::config::Host;

/// The schema of the tables where none is named.
pub const DEFAULT_SCHEMA: &str = "rolecall";

/// The name under which a project that does not say its name is kept.
pub const DEFAULT_PROJECT: &str = "default";

/// A ledger in PostgreSQL: which server, which tables, which project. There is no password in it.
#[derive(Clone, Debug)]
pub struct PostgresPlace {
    pub(super) config: Config,
    pub(super) is_encrypted: bool,
    pub(super) schema: String,
    pub(super) project: String,
    shown: String,
}

/// Why a ledger cannot be where `ledger:` says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The URL is not understood.
    #[error("the URL of the ledger is not understood: {reason}")]
    Url {
        /// Why.
        reason: String,
    },
    /// The URL has a password in it.
    #[error(
        "the URL of the ledger has a password in it\n\
         hint: take it out and change it; rolecall reads PGPASSWORD or the file that PGPASSFILE names"
    )]
    Password,
    /// What is written would not be encrypted, or not to the server that is meant.
    #[error(
        "sslmode={mode} is refused for {host}: only a ledger on this machine may be reached without TLS\n\
         hint: leave sslmode out; the server then needs a certificate for {host} that this machine trusts, \
         or one of the authorities in the file that PGSSLROOTCERT names"
    )]
    NotEncrypted {
        /// What the URL asks for.
        mode: String,
        /// The first host that is not this machine.
        host: String,
    },
    /// The schema has a name that needs quotes.
    #[error("`{schema}` is no name for the ledger's schema: small letters, digits and `_`, at most 63")]
    Schema {
        /// The name.
        schema: String,
    },
    /// The project's name is empty or too long.
    #[error("the ledger's project needs a name of at most 200 characters")]
    Project,
}

impl PostgresPlace {
    /// The place that a URL names, `postgres://user@host:5432/database`. Servers that are not on this machine are
    /// reached by TLS, and prove by their certificate that they are the host of the URL.
    ///
    /// # Errors
    /// When the URL is not understood, has a password, or would go through a network unencrypted.
    pub fn new(url: &str, schema: Option<&str>, project: Option<&str>) -> Result<Self, NoPlace> {
        let (url, mode) = without_mode(url);
        let mut config: Config = url.parse().map_err(|error| NoPlace::Url {
            reason: super::reason(&error),
        })?;
        if config.get_password().is_some() {
            return Err(NoPlace::Password);
        }
        if config.get_hosts().is_empty() {
            let reason = "it names no host".to_owned();
            return Err(NoPlace::Url { reason });
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            let reason = "it names no database".to_owned();
            return Err(NoPlace::Url { reason });
        }
        let elsewhere = elsewhere(&config);
        let is_encrypted = match (mode.as_deref(), elsewhere) {
            (Some("require" | "verify-full"), _) | (None, Some(_)) => true,
            (None | Some("disable"), None) => false,
            (Some(mode @ ("disable" | "allow" | "prefer")), Some(host)) => {
                let mode = mode.to_owned();
                return Err(NoPlace::NotEncrypted { mode, host });
            }
            (Some(_), _) => {
                let reason = "sslmode is disable, require or verify-full".to_owned();
                return Err(NoPlace::Url { reason });
            }
        };
        let schema = schema.unwrap_or(DEFAULT_SCHEMA);
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = |byte: u8| !byte.is_ascii_digit();
        if !(schema.bytes().all(is_plain) && schema.bytes().next().is_some_and(begins) && schema.len() <= 63)
        {
            let schema = schema.to_owned();
            return Err(NoPlace::Schema { schema });
        }
        let project = project.unwrap_or(DEFAULT_PROJECT);
        if project.trim().is_empty() || project.chars().count() > 200 {
            return Err(NoPlace::Project);
        }
        if config.get_application_name().is_none() {
            config.application_name("rolecall");
        }
        Ok(Self {
            shown: shown(&config, schema, project),
            config,
            is_encrypted,
            schema: schema.to_owned(),
            project: project.to_owned(),
        })
    }

    /// The place as it is shown.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Takes `sslmode` out of a URL: what it means is decided here, more strictly than elsewhere.
fn without_mode(url: &str) -> (String, Option<String>) {
    let Some((before, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let (modes, others): (Vec<_>, Vec<_>) = query
        .split('&')
        .partition(|parameter| parameter.starts_with("sslmode="));
    let mode = modes.last().and_then(|mode| mode.split_once('='));
    let others = others.join("&");
    let url = if others.is_empty() {
        before.to_owned()
    } else {
        format!("{before}?{others}")
    };
    (url, mode.map(|(_, mode)| mode.to_owned()))
}

/// The first host that is not this machine.
fn elsewhere(config: &Config) -> Option<String> {
    let host = config.get_hosts().iter().find_map(|host| match host {
        Host::Unix(_) => None,
        Host::Tcp(name) if name == "localhost" => None,
        Host::Tcp(name) if name.parse().is_ok_and(|address: IpAddr| address.is_loopback()) => None,
        Host::Tcp(name) => Some(name.clone()),
    });
    let mut addresses = config.get_hostaddrs().iter();
    host.or_else(|| {
        let address = addresses.find(|address| !address.is_loopback())?;
        Some(address.to_string())
    })
}

fn shown(config: &Config, schema: &str, project: &str) -> String {
    let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| {
        let host = match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let ports = config.get_ports();
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        format!("{host}:{port}")
    });
    let hosts = hosts.collect::<Vec<_>>().join(",");
    let user = config
        .get_user()
        .map(|user| format!("{user}@"))
        .unwrap_or_default();
    let database = config.get_dbname().unwrap_or_default();
    let mut shown = format!("postgres://{user}{hosts}/{database}");
    if schema != DEFAULT_SCHEMA {
        shown.push_str(&format!(", schema {schema}"));
    }
    if project != DEFAULT_PROJECT {
        shown.push_str(&format!(", project {project}"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Result<PostgresPlace, NoPlace> {
        PostgresPlace::new(url, None, None)
    }

    #[test]
    fn other_machines_are_reached_by_tls_only() {
        for (url, is_encrypted) in [
            ("postgres://anna@localhost/ledger", false),
            ("postgres://anna@127.0.0.1:5433/ledger?sslmode=disable", false),
            ("postgresql://anna@[::1]/ledger", false),
            ("postgres://anna@%2Fvar%2Frun%2Fpostgresql/ledger", false),
            ("postgres://anna@localhost/ledger?sslmode=verify-full", true),
            ("postgres://anna@db.example/ledger", true),
            (
                "postgres://anna@db.example/ledger?connect_timeout=3&sslmode=require",
                true,
            ),
        ] {
            let found = place(url).map(|place| place.is_encrypted);
            assert_eq!(found, Ok(is_encrypted), "{url}");
        }
        for url in [
            "postgres://anna@db.example/ledger?sslmode=disable",
            "postgres://anna@db.example/ledger?sslmode=prefer",
            "postgres://anna@localhost,db.example/ledger?sslmode=disable",
            "postgres://anna@localhost/ledger?hostaddr=192.0.2.1&sslmode=disable",
        ] {
            let refused = place(url).expect_err(url);
            assert!(
                matches!(refused, NoPlace::NotEncrypted { .. }),
                "{url}: {refused}"
            );
        }
    }

    #[test]
    fn a_password_is_refused_and_not_shown() {
        for url in [
            "postgres://anna:hidden@localhost/ledger",
            "postgres://anna@localhost/ledger?password=hidden",
        ] {
            let refused = place(url).expect_err(url);
            assert_eq!(refused, NoPlace::Password);
            assert!(!format!("{refused} {refused:?}").contains("hidden"));
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for url in [
            "postgres://anna@/ledger",
            "postgres://anna@localhost",
            "postgres://anna@localhost/ledger?sslmode=sometimes",
            "postgres://anna@localhost/ledger?colour=red",
            "mysql://anna@localhost/ledger",
        ] {
            assert!(matches!(place(url), Err(NoPlace::Url { .. })), "{url}");
        }
        for schema in ["", "1st", "Rolecall", "a\"b", "a.b"] {
            let refused = PostgresPlace::new("postgres://a@localhost/l", Some(schema), None);
            assert!(matches!(refused, Err(NoPlace::Schema { .. })), "{schema}");
        }
    }

    #[test]
    fn a_place_is_shown_without_what_is_usual() {
        let shown = |schema, project| {
            let place = PostgresPlace::new("postgres://anna@localhost/ledger", schema, project);
            place.expect("a place").shown().to_owned()
        };
        assert_eq!(shown(None, None), "postgres://anna@localhost:5432/ledger");
        assert_eq!(
            shown(Some("audit"), Some("crm")),
            "postgres://anna@localhost:5432/ledger, schema audit, project crm"
        );
    }
}
