//! HMAC with SHA-2, RFC 7518 §3.2.

use ::core::fmt;
use ::core::num::NonZeroUsize;
use alloc::borrow::Cow;
use alloc::boxed::Box;

use ::hmac::{Hmac, KeyInit, Mac};
use jwt_compact::{Algorithm, AlgorithmSignature};
use sha2::{Sha256, Sha384, Sha512};

use crate::KeyError;
use crate::SigningKey;

/// A secret as the hash states after both pads (RFC 2104 §4), for each hash
/// that the secret is long enough for.
#[derive(Clone)]
pub struct VerifyingKey(Box<Pads>);

#[derive(Clone)]
struct Pads {
    hs256: Option<Hmac<Sha256>>,
    hs384: Option<Hmac<Sha384>>,
    hs512: Option<Hmac<Sha512>>,
}

impl VerifyingKey {
    /// Takes the secret's octets.
    ///
    /// # Errors
    ///
    /// [`KeyError::SecretTooShort`] for less than 32 octets, with which no
    /// algorithm is safe (RFC 7518 §3.2).
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < 32 {
            return Err(KeyError::SecretTooShort);
        }
        Ok(Self(Box::new(Pads { hs256: pads(secret, 32), hs384: pads(secret, 48), hs512: pads(secret, 64) })))
    }
}

/// `None` for a secret shorter than the hash (RFC 7518 §3.2).
fn pads<M: KeyInit>(secret: &[u8], hash_length: usize) -> Option<M> {
    if secret.len() < hash_length {
        return None;
    }
    M::new_from_slice(secret).ok()
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey(secret)")
    }
}

macro_rules! hmac_algorithms {
    ($( $name:ident $signature:ident $jose:literal $pads:ident $length:literal ; )*) => {$(
        #[doc = concat!("`", $jose, "`, RFC 7518 §3.2.")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        #[doc = concat!("The whole authentication code of `", $jose, "`.")]
        #[derive(Clone, Debug)]
        pub struct $signature([u8; $length]);

        impl AlgorithmSignature for $signature {
            const LENGTH: Option<NonZeroUsize> = NonZeroUsize::new($length);

            fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
                slice
                    .try_into()
                    .map(Self)
                    .map_err(|_| anyhow::Error::msg("the code is as long as the hash"))
            }

            fn as_bytes(&self) -> Cow<'_, [u8]> {
                Cow::Borrowed(&self.0)
            }
        }

        impl Algorithm for $name {
            type SigningKey = SigningKey;
            type VerifyingKey = VerifyingKey;
            type Signature = $signature;

            fn name(&self) -> Cow<'static, str> {
                Cow::Borrowed($jose)
            }

            fn sign(&self, signing_key: &SigningKey, _message: &[u8]) -> $signature {
                match *signing_key {}
            }

            fn verify_signature(
                &self,
                signature: &$signature,
                verifying_key: &VerifyingKey,
                message: &[u8],
            ) -> bool {
                let Some(pads) = &verifying_key.0.$pads else {
                    return false;
                };
                // `Mac::verify` compares in constant time (RFC 7518 §3.2).
                pads.clone().chain_update(message).verify(&signature.0.into()).is_ok()
            }
        }
    )*};
}

hmac_algorithms! {
    Hs256 Hs256Signature "HS256" hs256 32;
    Hs384 Hs384Signature "HS384" hs384 48;
    Hs512 Hs512Signature "HS512" hs512 64;
}
