//! Base64url without padding (RFC 7515 §2), canonical only.

use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};

/// The text is not canonical base64url: padding, white space, a foreign
/// character, an impossible length, or non-zero trailing bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64Url;

/// Decodes `text`.
///
/// # Errors
///
/// [`NotBase64Url`] for anything that an encoder would not have written.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, NotBase64Url> {
    let mut bytes = alloc::vec![0; text.len().div_ceil(4).saturating_mul(3)];
    let length = Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| NotBase64Url)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

/// Encodes `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> alloc::string::String {
    Base64UrlUnpadded::encode_string(bytes)
}
