//! The claims set (RFC 7519 §4).

use super::json::{self, JsonError, Kind, Object, Value};
use crate::core::error::{Claim, Error, Reason};

/// The largest magnitude of a NumericDate, in seconds. Beyond any date, and far
/// below where adding a tolerance could stop to matter or overflow.
pub const MAX_NUMERIC_DATE: f64 = 1e20;

/// Checks that `bytes` are one strict JSON object.
///
/// # Errors
///
/// [`Error::PayloadJson`], [`Error::PayloadDuplicate`] or [`Error::PayloadDepth`].
#[inline]
pub fn parse(bytes: &[u8]) -> Result<Object<'_>, Error> {
    json::parse_object(bytes).map_err(|error| match error {
        JsonError::Duplicate => Error::PayloadDuplicate,
        JsonError::Depth => Error::PayloadDepth,
        JsonError::Syntax => Error::PayloadJson,
    })
}

/// A claim that is a NumericDate (RFC 7519 §2), in seconds, where it is there.
///
/// # Errors
///
/// [`Reason::Invalid`] for another type, or a number that is no date.
pub fn numeric_date(claims: &Object<'_>, claim: Claim) -> Result<Option<f64>, Error> {
    match claims.get(claim.name()) {
        None => Ok(None),
        Some(value) => value
            .as_f64()
            .filter(|seconds| seconds.abs() <= MAX_NUMERIC_DATE)
            .map(Some)
            .ok_or(Error::Claim(claim, Reason::Invalid)),
    }
}

/// Whether the value is a string that equals one of `accepted`.
#[must_use]
pub fn is_one_of(value: &Value<'_>, accepted: &[impl AsRef<str>]) -> bool {
    value.as_text().is_some_and(|text| accepted.iter().any(|one| text.eq_str(one.as_ref())))
}

/// Whether the value is a string, or an array of strings only.
#[must_use]
pub fn is_text_or_texts(value: &Value<'_>) -> bool {
    let is_text = |value: &Value<'_>| value.kind() == Kind::String;
    is_text(value) || value.items().is_some_and(|mut items| items.all(|item| is_text(&item)))
}
