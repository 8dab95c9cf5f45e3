//! JWK thumbprints, RFC 7638, with the members of RFC 8037 §2 and RFC 9964 §6.

use alloc::string::String;
use alloc::vec::Vec;

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Key;
use crate::core::error::Error;
use crate::core::token::{base64url, json};

/// The hash of a thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256, the usual one.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// `sha256`, `sha384` or `sha512`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "sha256" => Some(Hash::Sha256),
            "sha384" => Some(Hash::Sha384),
            "sha512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    fn digest(self, input: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(input).to_vec(),
            Hash::Sha384 => Sha384::digest(input).to_vec(),
            Hash::Sha512 => Sha512::digest(input).to_vec(),
        }
    }
}

/// The members a thumbprint covers, in lexicographic order, and whether each is
/// base64url.
type Members = &'static [(&'static str, bool)];

const RSA: Members = &[("e", true), ("kty", false), ("n", true)];
const EC: Members = &[("crv", false), ("kty", false), ("x", true), ("y", true)];
const OKP: Members = &[("crv", false), ("kty", false), ("x", true)];
const AKP: Members = &[("alg", false), ("kty", false), ("pub", true)];
const OCT: Members = &[("k", true), ("kty", false)];

/// The JSON text that is hashed: the members RFC 7638 §3.2 asks for, as they
/// stand in `jwk`, without white space. Private and optional members are left
/// out.
///
/// A thumbprint only names a key, so the key may be of a curve, for a use or of
/// a strength that no algorithm here accepts.
///
/// # Errors
///
/// [`Error::JwkJson`] if `jwk` is not one strict JSON object,
/// [`Error::JwkUnsupported`] for another `kty` than `RSA`, `EC`, `OKP`, `AKP`
/// and `oct`, [`Error::JwkMember`] if a member is missing or malformed.
pub fn input(jwk: &[u8]) -> Result<String, Error> {
    let jwk = json::parse_object(jwk).map_err(|_| Error::JwkJson)?;
    let text = |name| jwk.get(name).and_then(|value| value.as_text()).ok_or(Error::JwkMember);
    let names = match text("kty")?.to_str() {
        Some("RSA") => RSA,
        Some("EC") => EC,
        Some("OKP") => OKP,
        Some("AKP") => AKP,
        Some("oct") => OCT,
        _ => return Err(Error::JwkUnsupported),
    };
    let mut members = Vec::with_capacity(names.len());
    for (name, is_base64url) in names {
        let value = text(name)?;
        let value = value.to_str().ok_or(Error::JwkMember)?;
        let well_formed = match is_base64url {
            true => base64url::decode(value.as_bytes()).is_ok(),
            // What RFC 7638 §3.3 lets stand for itself in JSON.
            false => value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte)),
        };
        if !well_formed || value.is_empty() {
            return Err(Error::JwkMember);
        }
        members.push((*name, String::from(value)));
    }
    let members: Vec<(&str, &str)> = members.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(object(&members))
}

/// The thumbprint of a JWK in JSON text, in base64url.
///
/// # Errors
///
/// Those of [`input`].
pub fn thumbprint(jwk: &[u8], hash: Hash) -> Result<String, Error> {
    Ok(base64url::encode(&hash.digest(input(jwk)?.as_bytes())))
}

impl Key {
    /// The key's RFC 7638 thumbprint in base64url; `None` for a key held by the
    /// host platform.
    #[must_use]
    pub fn thumbprint(&self, hash: Hash) -> Option<String> {
        let input = self.to_public_jwk()?;
        Some(base64url::encode(&hash.digest(input.as_bytes())))
    }
}

/// A JSON object of strings that need no escapes.
pub(super) fn object(members: &[(&str, &str)]) -> String {
    let mut json = String::from("{");
    for (place, (name, value)) in members.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        for part in ["\"", name, "\":\"", value, "\""] {
            json.push_str(part);
        }
    }
    json.push('}');
    json
}
