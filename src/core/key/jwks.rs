//! Sets of keys (RFC 7517 §5) and which of their keys may verify a token.

use alloc::vec::Vec;

use super::{Key, Material, jwk, pem};
use crate::core::alg::{Alg, KeyType, Supervisor};
use crate::core::error::Error;
use crate::core::token::json;

/// How many members a JWK Set may have. The sets of large issuers hold a few
/// dozen keys.
pub const MAX_KEYS: usize = 1000;

/// A member of a JWK Set that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the set's `keys`, from 0.
    pub index: usize,
    /// Its `kid` in WTF-8, if it has one that is a string.
    pub kid: Option<Vec<u8>>,
    /// What is wrong with it.
    pub error: Error,
}

/// The usable keys of one issuer.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    refused: Vec<Refused>,
    /// A key that was handed over by itself is meant, whatever its `kid`.
    by_kid: bool,
}

impl KeySet {
    /// Reads a JWK Set from JSON text. Members that are broken, weak or not
    /// meant for verifying leave the others usable; see [`KeySet::refused`].
    ///
    /// A secret beside any key that is not a secret is refused: a set with
    /// public keys is public, and so is every secret in it.
    ///
    /// # Errors
    ///
    /// [`Error::JwksInvalid`] if the text is not one strict JSON object with an
    /// array `keys`, [`Error::JwksTooLarge`] for more than [`MAX_KEYS`] members.
    pub fn from_jwks(text: &[u8]) -> Result<Self, Error> {
        let document = json::parse_object(text).map_err(|_| Error::JwksInvalid)?;
        let members = document.get("keys").and_then(|keys| keys.items());
        let members = members.ok_or(Error::JwksInvalid)?;

        let mut set = Self { keys: Vec::new(), refused: Vec::new(), by_kid: true };
        let mut secrets = Vec::new();
        let mut only_secrets = true;
        for (index, member) in members.enumerate() {
            if index >= MAX_KEYS {
                return Err(Error::JwksTooLarge);
            }
            let Some(jwk) = member.as_object() else {
                set.refused.push(Refused { index, kid: None, error: Error::JwkJson });
                continue;
            };
            let kty = jwk.get("kty").and_then(|kty| kty.as_text());
            only_secrets &= kty.is_none_or(|kty| kty.eq_str("oct"));
            match jwk::read(&jwk) {
                Ok(key) if key.key_type() == KeyType::Oct => secrets.push((index, key)),
                Ok(key) => set.keys.push(key),
                Err(error) => {
                    let kid = jwk.get("kid").and_then(|kid| kid.as_text());
                    let kid = kid.map(|kid| kid.into_bytes().into_owned());
                    set.refused.push(Refused { index, kid, error });
                }
            }
        }
        for (index, key) in secrets {
            if only_secrets {
                set.keys.push(key);
            } else {
                let place = set.refused.partition_point(|refused| refused.index < index);
                let (kid, error) = (key.kid, Error::JwksMixed);
                set.refused.insert(place, Refused { index, kid, error });
            }
        }
        Ok(set)
    }

    /// One key, used whatever `kid` a token names.
    #[must_use]
    pub fn from_key(key: Key) -> Self {
        Self { keys: alloc::vec![key], refused: Vec::new(), by_kid: false }
    }

    /// One JWK as JSON text.
    ///
    /// # Errors
    ///
    /// Those of [`jwk::parse`].
    pub fn from_jwk(text: &[u8]) -> Result<Self, Error> {
        jwk::parse(text).map(Self::from_key)
    }

    /// One public key as PEM text.
    ///
    /// # Errors
    ///
    /// Those of [`pem::parse`].
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        pem::parse(text).map(Self::from_key)
    }

    /// One HMAC secret.
    ///
    /// # Errors
    ///
    /// [`Error::SecretTooShort`] for less than 32 octets (RFC 7518 §3.2).
    pub fn from_secret(secret: &[u8]) -> Result<Self, Error> {
        let material = Material::Oct { k: secret.to_vec() };
        Key::new(KeyType::Oct, material, None, None).map(Self::from_key)
    }

    /// One key whose material only the host platform holds.
    ///
    /// # Errors
    ///
    /// Those of [`Key::from_external`].
    pub fn from_external(kty: &str, crv: Option<&str>, alg: Option<&str>) -> Result<Self, Error> {
        Key::from_external(kty, crv, alg).map(Self::from_key)
    }

    /// The usable keys.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Lets accelerators verify, where the keys' types have them.
    pub(crate) fn accelerate(&mut self, supervisor: &Supervisor) {
        self.keys.iter_mut().for_each(|key| key.accelerate(supervisor));
    }

    /// The members that are not used, in the order of the set.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The key at this place of [`KeySet::keys`].
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Key> {
        self.keys.get(index)
    }

    /// The places in [`KeySet::keys`] of those that may verify a token whose
    /// header names `alg` and `kid` (WTF-8). A `kid` selects only keys
    /// with exactly that `kid` (RFC 7515 §4.1.4); without one all fit that
    /// allow `alg`.
    pub fn select(&self, alg: Alg, kid: Option<&[u8]>) -> impl Iterator<Item = usize> {
        let kid = kid.filter(|_| self.by_kid);
        self.keys
            .iter()
            .enumerate()
            .filter(move |(_, key)| key.allows(alg) && (kid.is_none() || key.kid() == kid))
            .map(|(index, _)| index)
    }
}
