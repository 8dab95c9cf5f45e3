//! Whether a key signed these bytes: one file and one cargo feature for each
//! family.
//!
//! Every family implements [`jwt_compact::Algorithm`] over a verifying key that
//! holds whatever can be computed once per key. [`Alg`] is the table of them;
//! nothing outside of this crate knows a family's inside.
//!
//! Each family's entries are out of line: WebAssembly is compiled function by
//! function when it is first called, and a family that is not used costs nothing then.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(any(feature = "es256", feature = "es384", feature = "es512", feature = "es256k"))]
pub mod ecdsa;
#[cfg(feature = "eddsa")]
pub mod eddsa;
#[cfg(feature = "hmac")]
pub mod hmac;
#[cfg(feature = "ml-dsa")]
pub mod ml_dsa;
#[cfg(feature = "rsa")]
pub mod rsa;

use ::core::fmt;
use jwt_compact::{Algorithm, AlgorithmSignature};

#[cfg(feature = "accel")]
pub use jotgate_accel::trust::Supervisor;

/// Supervises accelerators, of which none is compiled in.
#[cfg(not(feature = "accel"))]
#[derive(Clone, Debug)]
pub enum Supervisor {}

/// Why octets are no key of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Coordinates that are not of the curve's width, or not of a point on it (RFC 7518 §6.2.1).
    EcPoint,
    /// Not the canonical encoding of a point of large order (RFC 8032 §5.1.3).
    OkpPoint,
    /// A public key that is not of the algorithm's size (RFC 9964 §3).
    PublicKeySize,
    /// An RSA exponent that is even, 1, or longer than 32 bits (RFC 8017 §3.1).
    RsaExponent,
    /// An RSA modulus that was made by a faulty generator and can be factored (CVE-2017-15361).
    RsaFaulty,
    /// An RSA modulus that is even, or not of 2048 to 8192 bits (RFC 7518 §3.3).
    RsaModulus,
    /// A secret that no algorithm may be used with (RFC 7518 §3.2).
    SecretTooShort,
    /// A type of key whose family is not compiled in.
    Unsupported,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyError::EcPoint => "the EC coordinates are not of the curve's width, or not a point on it",
            KeyError::OkpPoint => "not the canonical encoding of a point of large order",
            KeyError::PublicKeySize => "the public key is not of the algorithm's size",
            KeyError::RsaExponent => "the RSA exponent is even, 1, or longer than 32 bits",
            KeyError::RsaFaulty => "the RSA modulus was made by a faulty generator and can be factored",
            KeyError::RsaModulus => "the RSA modulus is even, or not of 2048 to 8192 bits",
            KeyError::SecretTooShort => "an HMAC key is at least as long as the hash",
            KeyError::Unsupported => "the key's family is not compiled in",
        })
    }
}

impl ::core::error::Error for KeyError {}

/// The signing key of every algorithm here: there is none, jotgate does not
/// sign.
#[derive(Clone, Copy, Debug)]
pub enum SigningKey {}

/// Whether `signature` is `algorithm`'s signature over `message`. A signature
/// of the wrong length or form is a wrong signature.
#[inline(never)]
pub fn verify<A: Algorithm>(algorithm: &A, verifying_key: &A::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    if A::Signature::LENGTH.is_some_and(|length| length.get() != signature.len()) {
        return false;
    }
    A::Signature::try_from_slice(signature)
        .is_ok_and(|signature| algorithm.verify_signature(&signature, verifying_key, message))
}

/// What a key is: its `kty` and, where that leaves a choice, its curve or
/// parameter set. Each algorithm works with exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// `RSA`, RFC 7518 §6.3.
    Rsa,
    /// `EC` with `P-256`, RFC 7518 §6.2.
    P256,
    /// `EC` with `P-384`, RFC 7518 §6.2.
    P384,
    /// `EC` with `P-521`, RFC 7518 §6.2.
    P521,
    /// `EC` with `secp256k1`, RFC 8812 §3.1.
    Secp256k1,
    /// `OKP` with `Ed25519`, RFC 8037 §2.
    Ed25519,
    /// `oct`, RFC 7518 §6.4.
    Oct,
    /// `AKP` for `ML-DSA-44`, RFC 9964.
    MlDsa44,
    /// `AKP` for `ML-DSA-65`, RFC 9964.
    MlDsa65,
    /// `AKP` for `ML-DSA-87`, RFC 9964.
    MlDsa87,
}

impl KeyType {
    /// The `kty` of RFC 7517 §4.1.
    #[must_use]
    pub const fn kty(self) -> &'static str {
        match self {
            KeyType::Rsa => "RSA",
            KeyType::P256 | KeyType::P384 | KeyType::P521 | KeyType::Secp256k1 => "EC",
            KeyType::Ed25519 => "OKP",
            KeyType::Oct => "oct",
            KeyType::MlDsa44 | KeyType::MlDsa65 | KeyType::MlDsa87 => "AKP",
        }
    }

    /// The `crv`, for `EC` and `OKP`.
    #[must_use]
    pub const fn crv(self) -> Option<&'static str> {
        match self {
            KeyType::P256 => Some("P-256"),
            KeyType::P384 => Some("P-384"),
            KeyType::P521 => Some("P-521"),
            KeyType::Secp256k1 => Some("secp256k1"),
            KeyType::Ed25519 => Some("Ed25519"),
            _ => None,
        }
    }
}

/// A public key or secret, prepared for verifying. Which variants there are
/// depends on the families that are compiled in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum VerifyingKey {
    /// For RS256 to PS512.
    #[cfg(feature = "rsa")]
    Rsa(rsa::VerifyingKey),
    /// For ES256.
    #[cfg(feature = "es256")]
    P256(ecdsa::es256::VerifyingKey),
    /// For ES384.
    #[cfg(feature = "es384")]
    P384(ecdsa::es384::VerifyingKey),
    /// For ES512.
    #[cfg(feature = "es512")]
    P521(ecdsa::es512::VerifyingKey),
    /// For ES256K.
    #[cfg(feature = "es256k")]
    Secp256k1(ecdsa::es256k::VerifyingKey),
    /// For EdDSA.
    #[cfg(feature = "eddsa")]
    Ed25519(eddsa::VerifyingKey),
    /// For HS256 to HS512.
    #[cfg(feature = "hmac")]
    Oct(hmac::VerifyingKey),
    /// For ML-DSA-44.
    #[cfg(feature = "ml-dsa")]
    MlDsa44(ml_dsa::ml_dsa_44::VerifyingKey),
    /// For ML-DSA-65.
    #[cfg(feature = "ml-dsa")]
    MlDsa65(ml_dsa::ml_dsa_65::VerifyingKey),
    /// For ML-DSA-87.
    #[cfg(feature = "ml-dsa")]
    MlDsa87(ml_dsa::ml_dsa_87::VerifyingKey),
}

impl VerifyingKey {
    /// Lets an accelerator verify, where the family has one.
    pub fn accelerate(&mut self, supervisor: &Supervisor) {
        match (self, supervisor) {
            #[cfg(all(feature = "accel", feature = "rsa"))]
            (VerifyingKey::Rsa(key), supervisor) => key.accelerate(supervisor),
            #[cfg(all(feature = "accel", feature = "eddsa"))]
            (VerifyingKey::Ed25519(key), supervisor) => key.accelerate(supervisor),
            #[cfg(all(feature = "accel", feature = "es256"))]
            (VerifyingKey::P256(key), supervisor) => key.accelerate(supervisor),
            #[cfg(all(feature = "accel", feature = "es384"))]
            (VerifyingKey::P384(key), supervisor) => key.accelerate(supervisor),
            #[allow(unreachable_patterns, reason = "every family that is compiled in may have one")]
            _ => {}
        }
    }
}

macro_rules! algorithms {
    ($( $feature:literal $alg:ident $jose:literal $section:literal $key_type:ident $algorithm:expr ; )*) => {
        /// A signature algorithm by its `alg` name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Alg {
            $(
                #[doc = concat!("`", $jose, "`, ", $section, "; feature `", $feature, "`.")]
                $alg,
            )*
        }

        impl Alg {
            /// The algorithms that are compiled in.
            pub const ALL: &'static [Alg] = &[
                $( #[cfg(feature = $feature)] Alg::$alg, )*
            ];

            /// The `alg` header parameter's value (RFC 7515 §4.1.1).
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Alg::$alg => $jose, )*
                }
            }

            /// The only type of key that this algorithm works with.
            #[must_use]
            pub const fn key_type(self) -> KeyType {
                match self {
                    $( Alg::$alg => KeyType::$key_type, )*
                }
            }
        }

        impl VerifyingKey {
            /// Whether `signature` is `alg`'s signature over `message`; never
            /// with an algorithm for another type of key.
            #[must_use]
            // Inside of its caller, all families together would be made fast instead of small.
            #[inline(never)]
            pub fn verify(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
                match (alg, self, message, signature) {
                    $(
                        #[cfg(feature = $feature)]
                        (Alg::$alg, VerifyingKey::$key_type(key), message, signature) => {
                            verify(&$algorithm, key, message, signature)
                        }
                    )*
                    _ => false,
                }
            }
        }
    };
}

algorithms! {
    "rsa" Rs256 "RS256" "RFC 7518 §3.3" Rsa rsa::Rs256;
    "rsa" Rs384 "RS384" "RFC 7518 §3.3" Rsa rsa::Rs384;
    "rsa" Rs512 "RS512" "RFC 7518 §3.3" Rsa rsa::Rs512;
    "rsa" Ps256 "PS256" "RFC 7518 §3.5" Rsa rsa::Ps256;
    "rsa" Ps384 "PS384" "RFC 7518 §3.5" Rsa rsa::Ps384;
    "rsa" Ps512 "PS512" "RFC 7518 §3.5" Rsa rsa::Ps512;
    "es256" Es256 "ES256" "RFC 7518 §3.4" P256 ecdsa::es256::Es256;
    "es384" Es384 "ES384" "RFC 7518 §3.4" P384 ecdsa::es384::Es384;
    "es512" Es512 "ES512" "RFC 7518 §3.4" P521 ecdsa::es512::Es512;
    "es256k" Es256k "ES256K" "RFC 8812 §3.2" Secp256k1 ecdsa::es256k::Es256k;
    "eddsa" EdDsa "EdDSA" "RFC 8037 §3.1" Ed25519 eddsa::EdDsa;
    "eddsa" Ed25519 "Ed25519" "RFC 9864 §2.2" Ed25519 eddsa::Ed25519;
    "hmac" Hs256 "HS256" "RFC 7518 §3.2" Oct hmac::Hs256;
    "hmac" Hs384 "HS384" "RFC 7518 §3.2" Oct hmac::Hs384;
    "hmac" Hs512 "HS512" "RFC 7518 §3.2" Oct hmac::Hs512;
    "ml-dsa" MlDsa44 "ML-DSA-44" "RFC 9964" MlDsa44 ml_dsa::ml_dsa_44::MlDsa44;
    "ml-dsa" MlDsa65 "ML-DSA-65" "RFC 9964" MlDsa65 ml_dsa::ml_dsa_65::MlDsa65;
    "ml-dsa" MlDsa87 "ML-DSA-87" "RFC 9964" MlDsa87 ml_dsa::ml_dsa_87::MlDsa87;
}

impl Alg {
    /// The algorithm of exactly this name, if it is compiled in.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Alg> {
        Alg::ALL.iter().copied().find(|alg| alg.name() == name)
    }

    /// Whether the verifier holds a secret with which it could also sign.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        matches!(self.key_type(), KeyType::Oct)
    }
}
