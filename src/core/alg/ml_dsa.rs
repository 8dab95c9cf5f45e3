//! ML-DSA, pure and with an empty context, RFC 9964 §4.

use ::core::fmt;
use ::core::num::NonZeroUsize;
use alloc::borrow::Cow;
use alloc::boxed::Box;

use ::ml_dsa::EncodedVerifyingKey;
use jwt_compact::{Algorithm, AlgorithmSignature};

use crate::KeyError;
use crate::SigningKey;

macro_rules! ml_dsa_algorithms {
    ($( $module:ident $name:ident $jose:literal $length:literal ; )*) => {$(
        #[doc = concat!("`", $jose, "`, RFC 9964.")]
        pub mod $module {
            use super::*;

            #[doc = concat!("`", $jose, "`, RFC 9964.")]
            #[derive(Clone, Copy, Debug, Default)]
            pub struct $name;

            #[doc = concat!("A public key for `", $jose, "` with its matrix expanded.")]
            #[derive(Clone)]
            pub struct VerifyingKey(Box<::ml_dsa::VerifyingKey<::ml_dsa::$name>>);

            impl VerifyingKey {
                /// Takes the encoded public key (FIPS 204, algorithm 22).
                ///
                /// # Errors
                ///
                /// [`KeyError::PublicKeySize`] for another length than the
                /// parameter set's.
                pub fn new(public_key: &[u8]) -> Result<Self, KeyError> {
                    EncodedVerifyingKey::<::ml_dsa::$name>::try_from(public_key)
                        .map(|encoded| Self(Box::new(::ml_dsa::VerifyingKey::decode(&encoded))))
                        .map_err(|_| KeyError::PublicKeySize)
                }
            }

            impl fmt::Debug for VerifyingKey {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!("VerifyingKey(", $jose, ")"))
                }
            }

            #[doc = concat!("A signature of `", $jose, "`.")]
            #[derive(Clone, Debug)]
            pub struct Signature(Box<::ml_dsa::Signature<::ml_dsa::$name>>);

            impl AlgorithmSignature for Signature {
                const LENGTH: Option<NonZeroUsize> = NonZeroUsize::new($length);

                fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
                    ::ml_dsa::Signature::try_from(slice)
                        .map(|signature| Self(Box::new(signature)))
                        .map_err(|_| anyhow::Error::msg("not the encoding of a signature"))
                }

                fn as_bytes(&self) -> Cow<'_, [u8]> {
                    Cow::Owned(self.0.encode().to_vec())
                }
            }

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
                    verifying_key.0.verify_with_context(message, &[], &signature.0)
                }
            }
        }
    )*};
}

ml_dsa_algorithms! {
    ml_dsa_44 MlDsa44 "ML-DSA-44" 2420;
    ml_dsa_65 MlDsa65 "ML-DSA-65" 3309;
    ml_dsa_87 MlDsa87 "ML-DSA-87" 4627;
}
