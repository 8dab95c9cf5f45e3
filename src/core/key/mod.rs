//! Who may have signed a token: keys and sets of keys, read and checked once.
//!
//! A [`Key`] exists only if it passed every check of strength and consistency;
//! a [`KeySet`] keeps the good ones and a report on the others.

pub mod jwk;
pub mod jwks;
pub mod pem;
pub mod thumbprint;

pub use jwks::{KeySet, Refused};

use alloc::string::String;
use alloc::vec::Vec;

use crate::core::alg::{Alg, KeyError, KeyType, Supervisor, VerifyingKey};
use crate::core::error::Error;
use crate::core::issuer::IssuerName;
use crate::core::token::{base64url, claims};

/// The members of a key beside its type, as octets.
#[derive(Clone)]
pub(crate) enum Material {
    /// Big-endian, without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Big-endian, of the field's width.
    Ec {
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Okp {
        x: Vec<u8>,
    },
    Akp {
        public: Vec<u8>,
    },
    Oct {
        k: Vec<u8>,
    },
}

/// A key that may be asked whether it signed something.
#[derive(Clone)]
pub struct Key {
    key_type: KeyType,
    kid: Option<Vec<u8>>,
    alg: Option<Alg>,
    /// The only issuer the key is for, where it says so.
    issuer: Option<IssuerName>,
    /// `None` for a key whose material only the host platform holds.
    held: Option<(Material, VerifyingKey)>,
}

impl Key {
    /// Checks and prepares a key.
    pub(crate) fn new(
        key_type: KeyType,
        material: Material,
        kid: Option<Vec<u8>>,
        alg: Option<Alg>,
    ) -> Result<Self, Error> {
        let verifying_key = prepare(key_type, &material)?;
        let key = Self { key_type, kid, alg, issuer: None, held: Some((material, verifying_key)) };
        match alg {
            Some(alg) if alg.key_type() != key_type => Err(Error::JwkAlg),
            Some(alg) if !key.allows(alg) => Err(Error::SecretTooShort),
            _ => Ok(key),
        }
    }

    /// A key whose material only the host platform holds. It can be selected,
    /// but [`Key::verify`] is always false.
    ///
    /// # Errors
    ///
    /// [`Error::JwkUnsupported`] for a type that no algorithm here works with,
    /// [`Error::JwkAlg`] for an `alg` that is unknown or does not fit the type.
    /// The `alg` may only be left out where the type does not decide over the
    /// hash: `EC` and `OKP`.
    pub fn from_external(kty: &str, crv: Option<&str>, alg: Option<&str>) -> Result<Self, Error> {
        let key_type = identify(kty, crv, alg).ok_or(Error::JwkUnsupported)?;
        let alg = alg.map(|name| Alg::from_name(name).ok_or(Error::JwkAlg)).transpose()?;
        let fits = match alg {
            Some(alg) => alg.key_type() == key_type,
            None => crv.is_some(),
        };
        if !fits {
            return Err(Error::JwkAlg);
        }
        Ok(Self { key_type, kid: None, alg, issuer: None, held: None })
    }

    /// What the key is.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The key's `kid` in WTF-8, in which any JSON string can be compared.
    #[must_use]
    pub fn kid(&self) -> Option<&[u8]> {
        self.kid.as_deref()
    }

    /// The only algorithm the key is for, where it says so (RFC 7517 §4.4).
    #[must_use]
    pub fn alg(&self) -> Option<Alg> {
        self.alg
    }

    /// Whether the key may verify a token with this payload: a set that several
    /// issuers share names each key's issuer in a member `issuer`, and then the
    /// token's `iss` has to be that one. Further issuers are never let in by this.
    pub(crate) fn is_of(&self, payload: &[u8]) -> bool {
        let Some(issuer) = &self.issuer else { return true };
        let iss = claims::parse(payload).ok().and_then(|claims| claims.get("iss")?.as_text());
        iss.is_some_and(|iss| issuer.admits(&iss))
    }

    /// Whether the key is for one issuer only, whoever else uses the set.
    pub(crate) fn is_bound(&self) -> bool {
        self.issuer.is_some()
    }

    /// Whether only the host platform holds the key's material.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.held.is_none()
    }

    /// Whether the key may be used with `alg`: the type fits, the key's own
    /// `alg` is the same, and a secret is at least as long as the hash
    /// (RFC 7518 §3.2).
    #[must_use]
    pub fn allows(&self, alg: Alg) -> bool {
        let strong = match &self.held {
            Some((Material::Oct { k }, _)) => match alg {
                Alg::Hs384 => k.len() >= 48,
                Alg::Hs512 => k.len() >= 64,
                _ => k.len() >= 32,
            },
            _ => true,
        };
        strong && self.key_type == alg.key_type() && self.alg.is_none_or(|own| own == alg)
    }

    /// Whether `signature` is this key's signature over `signing_input` with
    /// `alg`. False for an algorithm that the key does not allow.
    #[must_use]
    pub fn verify(&self, alg: Alg, signing_input: &[u8], signature: &[u8]) -> bool {
        match &self.held {
            Some((_, key)) if self.allows(alg) => key.verify(alg, signing_input, signature),
            _ => false,
        }
    }

    /// Lets an accelerator verify, where the key's type has one.
    pub(crate) fn accelerate(&mut self, supervisor: &Supervisor) {
        if let Some((_, key)) = &mut self.held {
            key.accelerate(supervisor);
        }
    }

    /// The members that RFC 7638 §3.2 asks for, in its order and without white
    /// space: a JWK that any importer takes, and the input of a thumbprint. A
    /// secret's holds the secret. `None` for a key held by the host platform.
    #[must_use]
    pub fn to_public_jwk(&self) -> Option<String> {
        let (material, _) = self.held.as_ref()?;
        let kty = self.key_type.kty();
        let crv = self.key_type.crv().unwrap_or_default();
        Some(match material {
            Material::Rsa { n, e } => {
                thumbprint::object(&[("e", &base64url::encode(e)), ("kty", kty), ("n", &base64url::encode(n))])
            }
            Material::Ec { x, y } => thumbprint::object(&[
                ("crv", crv),
                ("kty", kty),
                ("x", &base64url::encode(x)),
                ("y", &base64url::encode(y)),
            ]),
            Material::Okp { x } => thumbprint::object(&[("crv", crv), ("kty", kty), ("x", &base64url::encode(x))]),
            Material::Akp { public } => thumbprint::object(&[
                ("alg", self.alg.map(Alg::name).unwrap_or_default()),
                ("kty", kty),
                ("pub", &base64url::encode(public)),
            ]),
            Material::Oct { k } => thumbprint::object(&[("k", &base64url::encode(k)), ("kty", kty)]),
        })
    }
}

impl ::core::fmt::Debug for Key {
    /// Never shows the material, which may be a secret.
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.debug_struct("Key").field("key_type", &self.key_type).field("alg", &self.alg).finish_non_exhaustive()
    }
}

/// The type of key that some algorithm here works with and these members name.
/// An `AKP` key's type is in its `alg` (RFC 9964 §3).
fn identify(kty: &str, crv: Option<&str>, alg: Option<&str>) -> Option<KeyType> {
    Alg::ALL
        .iter()
        .filter(|known| kty != "AKP" || Some(known.name()) == alg)
        .map(|known| known.key_type())
        .find(|key_type| key_type.kty() == kty && key_type.crv() == crv)
}

fn prepare(key_type: KeyType, material: &Material) -> Result<VerifyingKey, KeyError> {
    match (key_type, material) {
        #[cfg(feature = "rsa")]
        (KeyType::Rsa, Material::Rsa { n, e }) => crate::core::alg::rsa::VerifyingKey::new(n, e).map(VerifyingKey::Rsa),
        #[cfg(feature = "es256")]
        (KeyType::P256, Material::Ec { x, y }) => {
            crate::core::alg::ecdsa::es256::VerifyingKey::new(x, y).map(VerifyingKey::P256)
        }
        #[cfg(feature = "es384")]
        (KeyType::P384, Material::Ec { x, y }) => {
            crate::core::alg::ecdsa::es384::VerifyingKey::new(x, y).map(VerifyingKey::P384)
        }
        #[cfg(feature = "es512")]
        (KeyType::P521, Material::Ec { x, y }) => {
            crate::core::alg::ecdsa::es512::VerifyingKey::new(x, y).map(VerifyingKey::P521)
        }
        #[cfg(feature = "es256k")]
        (KeyType::Secp256k1, Material::Ec { x, y }) => {
            crate::core::alg::ecdsa::es256k::VerifyingKey::new(x, y).map(VerifyingKey::Secp256k1)
        }
        #[cfg(feature = "eddsa")]
        (KeyType::Ed25519, Material::Okp { x }) => {
            crate::core::alg::eddsa::VerifyingKey::new(x).map(VerifyingKey::Ed25519)
        }
        #[cfg(feature = "hmac")]
        (KeyType::Oct, Material::Oct { k }) => crate::core::alg::hmac::VerifyingKey::new(k).map(VerifyingKey::Oct),
        #[cfg(feature = "ml-dsa")]
        (KeyType::MlDsa44, Material::Akp { public }) => {
            crate::core::alg::ml_dsa::ml_dsa_44::VerifyingKey::new(public).map(VerifyingKey::MlDsa44)
        }
        #[cfg(feature = "ml-dsa")]
        (KeyType::MlDsa65, Material::Akp { public }) => {
            crate::core::alg::ml_dsa::ml_dsa_65::VerifyingKey::new(public).map(VerifyingKey::MlDsa65)
        }
        #[cfg(feature = "ml-dsa")]
        (KeyType::MlDsa87, Material::Akp { public }) => {
            crate::core::alg::ml_dsa::ml_dsa_87::VerifyingKey::new(public).map(VerifyingKey::MlDsa87)
        }
        _ => Err(KeyError::Unsupported),
    }
}
