//! The protected header (RFC 7515 §4).

use super::json::{self, JsonError, Object, Text, Value};
use crate::core::error::Error;

/// The names that RFC 7515 §4.1, RFC 7516 §4.1 and RFC 7518 §4 register: never in
/// `crit` (RFC 7515 §4.1.11).
const REGISTERED: [&str; 20] = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk", "apu",
    "apv", "iv", "tag", "p2s", "p2c",
];

/// How many extensions `crit` may name: each is looked up among all members, and
/// the work of a header must not grow with its square.
pub const MAX_CRITICAL: usize = 32;

/// A header that was found to be strict JSON with well-typed members.
/// `jku`, `x5u`, `jwk` and `x5c` are never looked at.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// The algorithm's name, exactly as written.
    pub alg: Text<'a>,
    /// The key's identifier.
    pub kid: Option<Text<'a>>,
    /// The token's media type.
    pub typ: Option<Text<'a>>,
    members: Object<'a>,
}

/// Checks that `bytes` are one strict JSON object.
///
/// # Errors
///
/// [`Error::HeaderJson`], [`Error::HeaderDuplicate`] or [`Error::HeaderDepth`].
pub fn parse_members(bytes: &[u8]) -> Result<Object<'_>, Error> {
    json::parse_object(bytes).map_err(|error| match error {
        JsonError::Duplicate => Error::HeaderDuplicate,
        JsonError::Depth => Error::HeaderDepth,
        JsonError::Syntax => Error::HeaderJson,
    })
}

impl<'a> Header<'a> {
    /// Reads the decoded header.
    ///
    /// # Errors
    ///
    /// As [`parse_members`], and [`Error::AlgMissing`], [`Error::HeaderMember`],
    /// [`Error::Unencoded`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let members = parse_members(bytes)?;
        let alg = members.get("alg").and_then(|value| value.as_text()).ok_or(Error::AlgMissing)?;
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(value) => value.as_text().map(Some).ok_or(Error::HeaderMember),
        };
        let (kid, typ, _) = (text("kid")?, text("typ")?, text("cty")?);
        // RFC 7797 §7: a JWT never uses `b64: false`, listed in `crit` or not.
        match members.get("b64").map(|value| value.as_bool()) {
            None | Some(Some(true)) => {}
            Some(Some(false)) => return Err(Error::Unencoded),
            Some(None) => return Err(Error::CritInvalid),
        }
        Ok(Self { alg, kid, typ, members })
    }

    /// Checks `crit` (RFC 7515 §4.1.11): a non-empty list of at most
    /// [`MAX_CRITICAL`] distinct names of extensions that the header holds and
    /// that are `understood`.
    ///
    /// # Errors
    ///
    /// [`Error::CritInvalid`], [`Error::CritNotUnderstood`].
    pub fn check_crit(&self, understood: &[impl AsRef<str>]) -> Result<(), Error> {
        let Some(crit) = self.members.get("crit") else {
            return Ok(());
        };
        let items = crit.items().ok_or(Error::CritInvalid)?;
        let mut names: alloc::vec::Vec<Text<'_>> = alloc::vec::Vec::new();
        for item in items {
            let name = item.as_text().ok_or(Error::CritInvalid)?;
            let fits = !name.as_bytes().is_empty()
                && names.len() < MAX_CRITICAL
                && !names.contains(&name)
                && !REGISTERED.iter().any(|registered| name.eq_str(registered))
                && self.members.members().any(|(member, _)| member == name);
            if !fits {
                return Err(Error::CritInvalid);
            }
            names.push(name);
        }
        if names.is_empty() {
            return Err(Error::CritInvalid);
        }
        if names.iter().all(|name| name.eq_str("b64") || understood.iter().any(|known| name.eq_str(known.as_ref()))) {
            Ok(())
        } else {
            Err(Error::CritNotUnderstood)
        }
    }

    /// A member of the header by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.members.get(name)
    }
}

/// Whether two media types are the same (RFC 7515 §4.1.9): case does not count,
/// and `application/` may be left out where no other slash is.
#[must_use]
pub fn same_media_type(one: &str, other: &str) -> bool {
    short_form(one).eq_ignore_ascii_case(short_form(other))
}

fn short_form(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => media_type,
    }
}
