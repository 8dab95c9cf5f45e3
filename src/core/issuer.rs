//! The names of issuers: exact ones, and templates such as
//! `https://login.example/{tid}/v2.0`, whose placeholder stands for another claim.

use super::token::json::{Object, Text};
use alloc::string::String;

/// What an `iss` is held against (RFC 7519 §4.1.1).
#[derive(Clone, Debug)]
pub enum IssuerName {
    /// This text and no other.
    Exact(String),
    /// This text with the value of a claim put in.
    Template(IssuerTemplate),
}

impl From<&str> for IssuerName {
    fn from(name: &str) -> Self {
        Self::Exact(name.into())
    }
}

impl From<String> for IssuerName {
    fn from(name: String) -> Self {
        Self::Exact(name)
    }
}

impl From<IssuerTemplate> for IssuerName {
    fn from(template: IssuerTemplate) -> Self {
        Self::Template(template)
    }
}

impl IssuerName {
    /// Whether this is the `iss` of these claims.
    pub(crate) fn names(&self, iss: &Text<'_>, claims: &Object<'_>) -> bool {
        match self {
            Self::Exact(name) => iss.eq_str(name),
            Self::Template(template) => template.value_in(iss).is_some_and(|value| {
                let claim = claims.get(&template.placeholder).and_then(|claim| claim.as_text());
                claim.is_some_and(|claim| claim.as_bytes() == value)
            }),
        }
    }

    /// Whether some claims with this `iss` could be named so.
    pub(crate) fn admits(&self, iss: &Text<'_>) -> bool {
        match self {
            Self::Exact(name) => iss.eq_str(name),
            Self::Template(template) => template.value_in(iss).is_some(),
        }
    }
}

/// The name of many issuers, one for each value of a claim.
///
/// ```
/// use jotgate::policy::IssuerTemplate;
///
/// assert!(IssuerTemplate::parse("https://login.example/{tid}/v2.0").is_some());
/// assert!(IssuerTemplate::parse("https://login.example/v2.0").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct IssuerTemplate {
    before: String,
    placeholder: String,
    after: String,
}

impl IssuerTemplate {
    /// Reads a text with one placeholder in braces, which no URI may hold (RFC 3986
    /// §2): the name of a claim. `None` for a text with no placeholder, an empty
    /// one, or more than one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let open = sole(text, b'{')?;
        let close = sole(text, b'}')?;
        let placeholder = text.get(open.checked_add(1)?..close).filter(|name| !name.is_empty())?;
        let (before, after) = (text.get(..open)?, text.get(close.checked_add(1)?..)?);
        Some(Self { before: before.into(), placeholder: placeholder.into(), after: after.into() })
    }

    /// What stands in the placeholder's place, if `iss` is this text with a value
    /// put in: unreserved characters (RFC 3986 §2.3), so that the value can neither
    /// end its segment nor say by an escape what it may not say itself, and no dot
    /// segment (§3.3).
    fn value_in<'i>(&self, iss: &'i Text<'_>) -> Option<&'i [u8]> {
        let value = iss.as_bytes().strip_prefix(self.before.as_bytes())?.strip_suffix(self.after.as_bytes())?;
        let unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
        (!matches!(value, b"" | b"." | b"..") && value.iter().all(unreserved)).then_some(value)
    }
}

/// Where the byte stands, if it does so once.
fn sole(text: &str, byte: u8) -> Option<usize> {
    let mut places = text.bytes().zip(0..).filter(|(one, _)| *one == byte).map(|(_, place)| place);
    places.next().filter(|_| places.next().is_none())
}
