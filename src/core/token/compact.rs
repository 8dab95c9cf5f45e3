//! The compact serialisation: `header.payload.signature` (RFC 7515 §7.1).

use crate::core::error::Error;

/// How long a token may be unless the policy says otherwise, in bytes.
pub const DEFAULT_MAX_TOKEN_SIZE: usize = 16_384;

/// A token cut at its two dots; nothing is decoded yet.
#[derive(Clone, Copy, Debug)]
pub struct Compact<'a> {
    /// The encoded protected header.
    pub header: &'a [u8],
    /// The encoded payload.
    pub payload: &'a [u8],
    /// The encoded signature, empty for an unsecured token.
    pub signature: &'a [u8],
    /// The bytes that the signature covers: header, dot, payload.
    pub signing_input: &'a [u8],
}

impl<'a> Compact<'a> {
    /// Cuts `token`.
    ///
    /// # Errors
    ///
    /// [`Error::TokenTooLarge`], [`Error::SegmentCount`], or [`Error::Encrypted`]
    /// for the five segments of a JWE.
    pub fn split(token: &'a [u8], max_size: usize) -> Result<Self, Error> {
        check_size(token, max_size)?;
        let mut dots = memchr::memchr_iter(b'.', token);
        match (dots.next(), dots.next(), dots.next(), dots.next(), dots.next()) {
            (Some(first), Some(second), None, ..) => {
                let signing_input = token.get(..second).unwrap_or_default();
                Ok(Self {
                    header: token.get(..first).unwrap_or_default(),
                    payload: signing_input.get(first.saturating_add(1)..).unwrap_or_default(),
                    signature: token.get(second.saturating_add(1)..).unwrap_or_default(),
                    signing_input,
                })
            }
            (Some(_), Some(_), Some(_), Some(_), None) => Err(Error::Encrypted),
            _ => Err(Error::SegmentCount),
        }
    }
}

/// Step 1 of a token's way, before anything is read.
pub(crate) fn check_size(token: &[u8], max_size: usize) -> Result<(), Error> {
    if token.len() > max_size { Err(Error::TokenTooLarge) } else { Ok(()) }
}
