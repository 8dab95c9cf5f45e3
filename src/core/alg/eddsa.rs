//! EdDSA with Ed25519, RFC 8037 §3.1, also by its RFC 9864 §2.2 name.

use ::core::num::NonZeroUsize;
use alloc::borrow::Cow;
#[cfg(feature = "accel")]
use {
    alloc::sync::Arc,
    jotgate_accel::{ed25519, trust::Supervisor},
};

use jwt_compact::{Algorithm, AlgorithmSignature};

use crate::KeyError;
use crate::SigningKey;

/// An Ed25519 public key, decompressed.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    stock: ed25519_dalek::VerifyingKey,
    #[cfg(feature = "accel")]
    accelerated: Option<(Arc<ed25519::Key>, Supervisor)>,
}

impl VerifyingKey {
    /// Takes the encoded point (RFC 8032 §5.1.2).
    ///
    /// # Errors
    ///
    /// [`KeyError::OkpPoint`] for another length than 32 octets, for an encoding
    /// that is not canonical or not on the curve, and for a point of small
    /// order, under which one signature fits many messages.
    #[inline(never)]
    pub fn new(x: &[u8]) -> Result<Self, KeyError> {
        let x = x.try_into().map_err(|_| KeyError::OkpPoint)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(x).map_err(|_| KeyError::OkpPoint)?;
        // `from_bytes` takes y ≥ p and the sign of x = 0 (RFC 8032 §5.1.3).
        if key.is_weak() || key.to_edwards().compress().as_bytes() != x {
            return Err(KeyError::OkpPoint);
        }
        Ok(Self {
            stock: key,
            #[cfg(feature = "accel")]
            accelerated: None,
        })
    }

    /// Lets the accelerator verify, under supervision.
    #[cfg(feature = "accel")]
    #[inline(never)]
    pub fn accelerate(&mut self, supervisor: &Supervisor) {
        let key = ed25519::Key::new(self.stock.as_bytes());
        self.accelerated = key.map(|key| (Arc::new(key), supervisor.clone()));
    }
}

/// An Ed25519 signature: `R ‖ S`.
#[derive(Clone, Debug)]
pub struct Signature(ed25519_dalek::Signature);

impl AlgorithmSignature for Signature {
    const LENGTH: Option<NonZeroUsize> = NonZeroUsize::new(64);

    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        ed25519_dalek::Signature::from_slice(slice)
            .map(Self)
            .map_err(|_| anyhow::Error::msg("an Ed25519 signature has 64 octets"))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.0.to_bytes().to_vec())
    }
}

macro_rules! eddsa_algorithms {
    ($( $name:ident $jose:literal $section:literal ; )*) => {$(
        #[doc = concat!("`", $jose, "`, ", $section, ".")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name;

        impl Algorithm for $name {
            type SigningKey = SigningKey;
            type VerifyingKey = VerifyingKey;
            type Signature = Signature;

            fn name(&self) -> Cow<'static, str> {
                Cow::Borrowed($jose)
            }

            fn sign(&self, signing_key: &SigningKey, _message: &[u8]) -> Signature {
                match *signing_key {}
            }

            fn verify_signature(
                &self,
                signature: &Signature,
                verifying_key: &VerifyingKey,
                message: &[u8],
            ) -> bool {
                // Strict: S < L, R canonical and not of small order (RFC 8032 §5.1.7).
                let stock = || verifying_key.stock.verify_strict(message, &signature.0).is_ok();
                #[cfg(feature = "accel")]
                if let Some((key, supervisor)) = &verifying_key.accelerated {
                    return key.verdict(supervisor, message, &signature.0.to_bytes(), &stock);
                }
                stock()
            }
        }
    )*};
}

eddsa_algorithms! {
    EdDsa "EdDSA" "RFC 8037 §3.1";
    Ed25519 "Ed25519" "RFC 9864 §2.2";
}
