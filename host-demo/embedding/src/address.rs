//! The one address that the component may reach.

use url::Url;

/// Where Spotler is for one tenant: scheme, host, port and path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedAddress {
    scheme: String,
    host: String,
    port: u16,
    prefix: String,
}

/// Whether `http` without TLS is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine only: a simulator.
    #[default]
    Loopback,
    /// To any host: for tests in a closed network, never in the field.
    Anywhere,
}

/// The address of the settings cannot be used.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadAddress {
    /// It is no absolute address with a host.
    #[error("it is not an absolute address")]
    Malformed,
    /// It is neither `https` nor an allowed `http`.
    #[error("it is not https")]
    NotSecure,
    /// It carries a user, a query or a fragment.
    #[error("it holds more than scheme, host, port and path")]
    TooMuch,
}

impl AllowedAddress {
    /// Reads the address of the settings.
    ///
    /// # Errors
    /// [`BadAddress`]: no request is possible.
    pub fn parse(address: &str, plain: PlainHttp) -> Result<Self, BadAddress> {
        let url = Url::parse(address).map_err(|_| BadAddress::Malformed)?;
        let host = url
            .host_str()
            .ok_or(BadAddress::Malformed)?
            .to_ascii_lowercase();
        let port = url.port_or_known_default().ok_or(BadAddress::Malformed)?;
        let secure = match (url.scheme(), plain) {
            ("https", _) | ("http", PlainHttp::Anywhere) => true,
            ("http", PlainHttp::Loopback) => is_loopback(&url),
            _ => false,
        };
        if !secure {
            return Err(BadAddress::NotSecure);
        }
        let more = !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        if more {
            return Err(BadAddress::TooMuch);
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host,
            port,
            prefix,
        })
    }

    /// Whether a request goes to this address: same scheme, host and port, and a
    /// path at or below the prefix that cannot climb out of it.
    #[must_use]
    pub fn allows(&self, scheme: &str, host: &str, port: Option<u16>, path: &str) -> bool {
        let default = if scheme == "https" { 443 } else { 80 };
        scheme == self.scheme
            && host.eq_ignore_ascii_case(&self.host)
            && port.unwrap_or(default) == self.port
            && self.below_prefix(path).is_some()
    }

    /// Whether an address in text form is below this one.
    #[must_use]
    pub fn allows_text(&self, address: &str) -> bool {
        let Ok(uri) = address.parse::<http::Uri>() else {
            return false;
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return false;
        };
        !authority.as_str().contains('@')
            && uri.query().is_none()
            && self.allows(scheme, authority.host(), authority.port_u16(), uri.path())
    }

    /// What follows the prefix, if the path lies at or below it.
    pub(crate) fn below_prefix<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.prefix.as_str())?;
        let fits = (rest.is_empty() || rest.starts_with('/'))
            && !path.contains('\\')
            && path.split('/').all(|segment| !climbs(segment));
        fits.then_some(rest)
    }
}

/// Whether a segment is `.` or `..`, written out or percent-encoded, or hides a
/// separator.
fn climbs(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".." || plain.contains("%5c") || plain.contains("../") || {
        plain.contains("%2f") && plain.contains("..")
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spotler() -> AllowedAddress {
        let address = "https://restapi.mailplus.nl/integrationservice";
        AllowedAddress::parse(address, PlainHttp::Loopback).expect("a good address")
    }

    #[test]
    fn only_the_configured_address_is_allowed() {
        let it = spotler();
        assert!(it.allows_text("https://restapi.mailplus.nl/integrationservice/contact/17"));
        assert!(it.allows_text("https://RESTAPI.mailplus.nl:443/integrationservice"));
        for foreign in [
            "http://restapi.mailplus.nl/integrationservice/contact",
            "https://restapi.mailplus.nl:8443/integrationservice/contact",
            "https://restapi.mailplus.nl.evil.example/integrationservice/contact",
            "https://evil.example/integrationservice/contact",
            "https://restapi.mailplus.nl@evil.example/integrationservice/contact",
            "https://u@restapi.mailplus.nl/integrationservice/contact",
            "https://restapi.mailplus.nl/integrationservice-1.1.0/contact",
            "https://restapi.mailplus.nl/integrationservice/../genericservice",
            "https://restapi.mailplus.nl/integrationservice/%2E%2e/genericservice",
            "https://restapi.mailplus.nl/integrationservice/..%2fgenericservice",
            "https://restapi.mailplus.nl/integrationservice/x?y=z",
            "https://restapi.mailplus.nl/",
            "/integrationservice/contact",
            "",
        ] {
            assert!(!it.allows_text(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn an_address_without_tls_is_for_this_machine_only() {
        let parse = |it| AllowedAddress::parse(it, PlainHttp::Loopback);
        assert!(parse("http://127.0.0.1:4010/integrationservice").is_ok());
        assert!(parse("http://[::1]:4010").is_ok());
        assert_eq!(parse("http://sim.example/x"), Err(BadAddress::NotSecure));
        assert_eq!(parse("ftp://127.0.0.1/x"), Err(BadAddress::NotSecure));
        assert_eq!(parse("https://u:p@host/x"), Err(BadAddress::TooMuch));
        assert_eq!(parse("https://host/x?y"), Err(BadAddress::TooMuch));
        assert_eq!(parse("host/x"), Err(BadAddress::Malformed));
        assert!(AllowedAddress::parse("http://sim/x", PlainHttp::Anywhere).is_ok());
    }
}
